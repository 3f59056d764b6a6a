import CRealtime
import Signal

/// A loop of a few tokens at run time: one frame of all its nodes after another.
///
/// Each port's frame lies in cells of its own, so nothing has to be found or bound from frame to frame:
///
///     age the tokens, import what comes from outside, read delay lines -> run each item -> write delay lines, export
///
/// A few tokens need no delay line: what a node gave in the last frames lies beside its cells, by age, and a node that fires
/// before its writer finds the frame before in the writer's own cells.
struct FrameLoop {
  struct Step {
    /// nil for a sum.
    var type: EffectType?
    var kernel: UnsafeMutableRawPointer?
    var inputs: UnsafePointer<UnsafePointer<Float>>
    var outputs: UnsafePointer<UnsafeMutablePointer<Float>>
    /// The output cells, one after the other; at least one.
    var cells: UnsafeMutablePointer<Float>
    var outputCount: Int
    /// Ports of a sum; `outputCount` is their width.
    var portCount: Int
    var node: Int
  }

  /// What runs on frames on which nothing but firings happens.
  enum Item {
    case fire(Int)
    case mix(Int)
    case sections(Int)
  }

  /// A channel of a buffer outside the loop, and its cell inside.
  struct Passage {
    var binding: ChannelBinding
    var cell: UnsafeMutablePointer<Float>
    /// The frame at which the present run begins.
    var frames: UnsafeMutablePointer<Float>
  }

  /// The outputs as they were some frames ago, those that wait longest first. Age 0 is the outputs themselves.
  struct Age {
    var cells: UnsafeMutablePointer<Float>
    /// How many are kept to this age.
    var count: Int
  }

  /// A channel of a delay line, and the cell that it fills or is filled from.
  struct RingPassage {
    var line: UnsafeMutablePointer<LineState>
    var channel: Int
    var cell: UnsafeMutablePointer<Float>
    /// The frames of the channel, and the next one. Found anew where a run begins.
    var base: UnsafeMutablePointer<Float>
    var end: UnsafeMutablePointer<Float>
    var place: UnsafeMutablePointer<Float>
  }

  /// Every node, in the order of firing.
  var steps: UnsafeMutableBufferPointer<Step>
  /// The same nodes, those that mix taken together, and filters of second-order sections.
  var items: UnsafeMutableBufferPointer<Item>
  var mixes: UnsafeMutableBufferPointer<Mix>
  var sections: UnsafeMutableBufferPointer<Sections>
  /// Places in `steps` of the mixed effects whose factor moves in this stretch, each with its lanes.
  var moving: UnsafeMutableBufferPointer<Mix.Node>
  var movingCount = 0
  var imports: UnsafeMutableBufferPointer<Passage>
  var ages: UnsafeMutableBufferPointer<Age>
  var reads: UnsafeMutableBufferPointer<RingPassage>
  var writes: UnsafeMutableBufferPointer<RingPassage>
  var exports: UnsafeMutableBufferPointer<Passage>
  var cells: UnsafeMutableBufferPointer<Float>

  /// Finds the frames of a run that begins at a position.
  func bind(at position: Int) {
    for index in 0..<imports.count { imports[index].bind(position) }
    for index in 0..<exports.count { exports[index].bind(position) }
    for index in 0..<reads.count { reads[index].bind(reads[index].line.pointee.readIndex) }
    for index in 0..<writes.count { writes[index].bind(writes[index].line.pointee.writeIndex) }
  }

  /// Tells the delay lines how far the run came.
  func unbind() {
    for read in reads { read.line.pointee.readIndex = read.place - read.base }
    for write in writes { write.line.pointee.writeIndex = write.place - write.base }
  }

  /// Brings in what the frame needs. `offset` counts frames of the run.
  @inline(__always)
  func open(_ offset: Int) {
    for index in 0..<imports.count { imports[index].cell.pointee = imports[index].frames[offset] }
    var age = ages.count - 1
    while age > 0 {
      ages[age].take(from: ages[age - 1])
      age -= 1
    }
    for index in 0..<reads.count {
      reads[index].cell.pointee = reads[index].place.pointee
      reads[index].advance()
    }
  }

  /// Hands on what the frame gave.
  @inline(__always)
  func close(_ offset: Int) {
    for index in 0..<writes.count {
      writes[index].place.pointee = writes[index].cell.pointee
      writes[index].advance()
    }
    for index in 0..<exports.count { exports[index].frames[offset] = exports[index].cell.pointee }
  }

  /// Where what a cell holds was one frame earlier; nil for what keeps nothing.
  func source(of cell: UnsafePointer<Float>) -> UnsafePointer<Float>? {
    for age in ages.indices.dropFirst() where cell >= UnsafePointer(ages[age].cells) {
      let place = cell - UnsafePointer(ages[age].cells)
      if place < ages[age].count { return UnsafePointer(ages[age - 1].cells + place) }
    }
    return nil
  }

  /// Empties the cells: before the first frame every token is zero.
  func reset() { talea_zero(cells.baseAddress!, cells.count * MemoryLayout<Float>.stride) }
}

extension FrameLoop.Age {
  /// Vectors in which cells are copied; the room for an age is a whole number of them.
  static var vector: Int { 8 }

  /// The cells of a younger age, in whole vectors.
  @inline(__always)
  func take(from younger: Self) {
    var place = 0
    while place < count {
      let held = UnsafeRawPointer(younger.cells + place).loadUnaligned(as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(cells + place).storeBytes(of: held, as: SIMD8<Float>.self)
      place += Self.vector
    }
  }
}

extension FrameLoop.Passage {
  mutating func bind(_ position: Int) { frames = binding.base + (position - binding.start.pointee) }
}

extension FrameLoop.RingPassage {
  init(_ line: UnsafeMutablePointer<LineState>, channel: Int, cell: UnsafeMutablePointer<Float>) {
    self.init(line: line, channel: channel, cell: cell, base: cell, end: cell, place: cell)
  }

  mutating func bind(_ index: Int) {
    base = line.pointee.memory + channel * line.pointee.capacity
    end = base + line.pointee.capacity
    place = base + index
  }

  @inline(__always)
  mutating func advance() {
    let next = place + 1
    place = next == end ? base : next
  }
}

extension FrameLoop.Step {
  @inline(__always)
  func fire(_ position: Int) {
    if let type {
      type.fireFrame(kernel.unsafelyUnwrapped, AudioFrame(inputs: inputs, outputs: outputs, position: position))
    } else {
      sum()
    }
  }

  /// Adds the ports in order.
  @inline(__always)
  func sum() {
    for channel in 0..<outputCount {
      var total = inputs[channel].pointee + inputs[outputCount + channel].pointee
      var index = 2 * outputCount + channel
      for _ in 2..<max(2, portCount) {
        total += inputs[index].pointee
        index += outputCount
      }
      cells[channel] = total
    }
  }

  /// Whether all output channels are numbers. Without the sign, the bits of infinity and NaN are the largest.
  @inline(__always)
  var isFinite: Bool {
    var index = 0
    repeat {
      if cells[index].bitPattern & 0x7FFF_FFFF >= Float.infinity.bitPattern { return false }
      index += 1
    } while index < outputCount
    return true
  }

  func clear() {
    for channel in 0..<outputCount { cells[channel] = 0 }
  }
}
