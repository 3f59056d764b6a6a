import CRealtime
import Signal

/// A loop of a few tokens at run time: one frame of all its nodes after another.
///
/// Each port's frame lies in cells of its own, so nothing has to be found or bound from frame to frame:
///
///     import what comes from outside, read delay lines -> fire each node in order -> write delay lines, export
///
/// A few tokens need no delay line: they move from cell to cell, and a node that fires before its writer finds the frame
/// before in the writer's own cells.
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

  /// A channel of a buffer outside the loop, and its cell inside.
  struct Passage {
    var binding: ChannelBinding
    var cell: UnsafeMutablePointer<Float>
    /// The frame at which the present run begins.
    var frames: UnsafeMutablePointer<Float>
  }

  /// A token that waits: the cell to keep, and the cell that keeps it.
  struct Hold {
    var source: UnsafePointer<Float>
    var cell: UnsafeMutablePointer<Float>
  }

  struct Read {
    var line: UnsafeMutablePointer<LineState>
    /// One for each channel of the line.
    var cells: UnsafeMutablePointer<Float>
  }

  struct Write {
    var line: UnsafeMutablePointer<LineState>
    var cells: UnsafePointer<UnsafePointer<Float>>
  }

  var steps: UnsafeMutableBufferPointer<Step>
  var imports: UnsafeMutableBufferPointer<Passage>
  var holds: UnsafeMutableBufferPointer<Hold>
  var reads: UnsafeMutableBufferPointer<Read>
  var writes: UnsafeMutableBufferPointer<Write>
  var exports: UnsafeMutableBufferPointer<Passage>
  var cells: UnsafeMutableBufferPointer<Float>

  /// Finds the frames of a run that begins at a position.
  func bind(at position: Int) {
    for index in 0..<imports.count { imports[index].bind(position) }
    for index in 0..<exports.count { exports[index].bind(position) }
  }

  /// Brings in what the frame needs. `offset` counts frames of the run.
  @inline(__always)
  func open(_ offset: Int) {
    for index in 0..<imports.count { imports[index].cell.pointee = imports[index].frames[offset] }
    for index in 0..<holds.count { holds[index].cell.pointee = holds[index].source.pointee }
    for index in 0..<reads.count { reads[index].run() }
  }

  /// Hands on what the frame gave.
  @inline(__always)
  func close(_ offset: Int) {
    for index in 0..<writes.count { writes[index].run() }
    for index in 0..<exports.count { exports[index].frames[offset] = exports[index].cell.pointee }
  }

  /// Empties the cells: before the first frame every token is zero.
  func reset() { talea_zero(cells.baseAddress!, cells.count * MemoryLayout<Float>.stride) }
}

extension FrameLoop.Passage {
  mutating func bind(_ position: Int) { frames = binding.base + (position - binding.start.pointee) }
}

extension FrameLoop.Read {
  @inline(__always)
  func run() {
    let index = line.pointee.readIndex
    for channel in 0..<line.pointee.channelCount {
      cells[channel] = line.pointee.memory[channel * line.pointee.capacity + index]
    }
    line.pointee.readIndex = index + 1 == line.pointee.capacity ? 0 : index + 1
  }
}

extension FrameLoop.Write {
  @inline(__always)
  func run() {
    let index = line.pointee.writeIndex
    for channel in 0..<line.pointee.channelCount {
      line.pointee.memory[channel * line.pointee.capacity + index] = cells[channel].pointee
    }
    line.pointee.writeIndex = index + 1 == line.pointee.capacity ? 0 : index + 1
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
  private func sum() {
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
