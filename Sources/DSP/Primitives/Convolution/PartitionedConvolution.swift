import CRealtime
import Signal

/// Convolution of some channels with a matrix of long responses, in the precision of `V`.
///
/// Work is done where the frames since the last reset are a multiple of `ConvolutionLayout.tick`, so that the bytes do not
/// depend on the cuts. Frames that no input reaches any more are exactly zero.
struct PartitionedConvolution<V: TransformVector>: ~Copyable {
  let layout: ConvolutionLayout
  private let inputs: Int
  private let outputs: Int
  private let paths: OwnedBuffer<ConvolutionPath>
  private let levels: UnsafeMutablePointer<ConvolutionLevel<V>>
  private let owner: LevelOwner<V>
  private let levelCount: Int
  /// The start of each response, each number for itself.
  private let direct: OwnedBuffer<V.Scalar>
  /// For each input the tick's frames after those of the tick before, and room for one vector.
  private let recent: OwnedBuffer<Float>
  /// The input of the last blocks, and what is yet to be heard, as rings: both lengths are powers of two.
  private let past: OwnedBuffer<Float>
  private let pastLength: Int
  private let sums: OwnedBuffer<V.Scalar>
  private let sumLength: Int
  /// Frames since the last reset.
  private var position = 0
  /// Where the last frame was that is not zero.
  private var lastSound: Int
  /// From a frame to the last one that it is heard in.
  private let reach: Int

  private static var tick: Int { @_transparent get { ConvolutionLayout.tick } }
  private static var recentLength: Int { @_transparent get { 2 * ConvolutionLayout.tick + 8 } }

  /// - Parameter response: its channels, all of one length; `paths` say what each is for.
  init(
    _ response: [[Double]], layout: ConvolutionLayout, inputs: Int, outputs: Int, paths: [ConvolutionPath],
    memory: MemoryMeter
  ) {
    self.layout = layout
    self.inputs = inputs
    self.outputs = outputs
    self.paths = OwnedBuffer(count: paths.count, memory: memory)
    for (index, path) in paths.enumerated() { self.paths[index] = path }
    levelCount = layout.levels.count
    levels = .allocate(capacity: max(levelCount, 1))
    for (index, level) in layout.levels.enumerated() {
      (levels + index).initialize(
        to: ConvolutionLevel(
          level, latency: layout.latency, response: response, inputs: inputs, outputs: outputs, paths: paths, memory: memory))
    }
    owner = LevelOwner(levels, count: levelCount)
    direct = OwnedBuffer(count: layout.directCount * response.count, memory: memory)
    for (channel, samples) in response.enumerated() {
      for n in 0..<layout.directCount { direct[channel * layout.directCount + n] = V.Scalar(samples[n]) }
    }
    let largest = layout.levels.map(\.block).max() ?? Self.tick
    pastLength = 4 * largest
    sumLength = max(2 * largest, 2 * Self.tick)
    recent = OwnedBuffer(count: inputs * Self.recentLength, memory: memory)
    past = OwnedBuffer(count: inputs * pastLength, memory: memory)
    sums = OwnedBuffer(count: outputs * sumLength, memory: memory)
    reach = layout.length - 1 + layout.latency
    lastSound = -reach - 1
  }

  /// The work of each tick of the longest period, in operations: what is summed directly and all levels.
  var tickCosts: [Int] {
    let longest = (0..<levelCount).map { levels[$0].costs.count }.max() ?? 1
    let always = 2 * Self.tick * layout.directCount * paths.count
    return (0..<longest).map { tick in
      (0..<levelCount).reduce(always) { $0 + levels[$1].costs[tick % levels[$1].costs.count] }
    }
  }

  mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let place = position & (Self.tick - 1)
      let count = min(Self.tick - place, block.frameCount - frame)
      takeIn(block, frame, place, count)
      for output in 0..<outputs { giveOut(block.output(output) + frame, output, place, count) }
      silence(block, frame, count)
      position += count
      frame += count
      if position & (Self.tick - 1) == 0 { finishTick() }
    }
  }

  @inline(__always)
  private mutating func takeIn(_ block: AudioBlock, _ frame: Int, _ place: Int, _ count: Int) {
    for input in 0..<inputs {
      let source = block.input(input) + frame
      talea_copy(recent.base + input * Self.recentLength + Self.tick + place, source, count * MemoryLayout<Float>.stride)
      var n = count - 1
      while n >= 0, source[n] == 0 { n -= 1 }
      if n >= 0 { newestSound = max(newestSound, position + n) }
    }
  }

  /// Where the last frame is that is not zero, with the frames that are being processed.
  private var newestSound = Int.min

  /// What was summed up for the frames, and the direct sum, over each path in its order.
  @inline(__always)
  private func giveOut(_ target: UnsafeMutablePointer<Float>, _ output: Int, _ place: Int, _ count: Int) {
    let ring = sums.base + output * sumLength + (position & (sumLength - 1))
    var frame = 0
    while frame + 4 * V.lanes <= count {
      giveOutFour(target + frame, output, ring + frame, place + frame)
      frame += 4 * V.lanes
    }
    while frame < count {
      let own = min(V.lanes, count - frame)
      var sum = V()
      if own == V.lanes { sum = V.load(own: ring + frame) } else { for n in 0..<own { sum[n] = ring[frame + n] } }
      if layout.directCount > 0 {
        for index in 0..<paths.count where paths[index].output == output {
          let path = paths[index]
          let newest = recent.base + path.input * Self.recentLength + Self.tick + place + frame
          let response = direct.base + path.response * layout.directCount
          for tap in 0..<layout.directCount { sum = V.adding(sum, V.load(newest - tap), V(repeating: response[tap])) }
        }
      }
      for n in 0..<own {
        target[frame + n] = V.narrow(sum[n])
        ring[frame + n] = 0
      }
      frame += own
    }
  }

  /// Four vectors side by side, so that none waits for its own last sum; each is summed in the same order as alone.
  @inline(__always)
  private func giveOutFour(
    _ target: UnsafeMutablePointer<Float>, _ output: Int, _ ring: UnsafeMutablePointer<V.Scalar>, _ place: Int
  ) {
    let lanes = V.lanes
    var s0 = V.load(own: ring), s1 = V.load(own: ring + lanes)
    var s2 = V.load(own: ring + 2 * lanes), s3 = V.load(own: ring + 3 * lanes)
    if layout.directCount > 0 {
      for index in 0..<paths.count where paths[index].output == output {
        let path = paths[index]
        var newest = UnsafePointer(recent.base) + path.input * Self.recentLength + Self.tick + place
        let response = direct.base + path.response * layout.directCount
        for tap in 0..<layout.directCount {
          let h = V(repeating: response[tap])
          s0 = V.adding(s0, V.load(newest), h)
          s1 = V.adding(s1, V.load(newest + lanes), h)
          s2 = V.adding(s2, V.load(newest + 2 * lanes), h)
          s3 = V.adding(s3, V.load(newest + 3 * lanes), h)
          newest -= 1
        }
      }
    }
    V.store(s0, target)
    V.store(s1, target + lanes)
    V.store(s2, target + 2 * lanes)
    V.store(s3, target + 3 * lanes)
    talea_zero(ring, 4 * lanes * MemoryLayout<V.Scalar>.stride)
  }

  /// Frames that nothing reaches are zero, also where rounding in a transform has left something.
  @inline(__always)
  private mutating func silence(_ block: AudioBlock, _ first: Int, _ count: Int) {
    if position + count - 1 - lastSound > reach {
      for n in 0..<count {
        for input in 0..<inputs where block.input(input)[first + n] != 0 { lastSound = position + n }
        if position + n - lastSound > reach { for output in 0..<outputs { block.output(output)[first + n] = 0 } }
      }
    }
    lastSound = max(lastSound, newestSound)
  }

  private mutating func finishTick() {
    for input in 0..<inputs {
      let frames = recent.base + input * Self.recentLength
      let ring = past.base + input * pastLength + ((position - Self.tick) & (pastLength - 1))
      talea_copy(ring, frames + Self.tick, Self.tick * MemoryLayout<Float>.stride)
      talea_copy(frames, frames + Self.tick, Self.tick * MemoryLayout<Float>.stride)
    }
    for level in 0..<levelCount {
      levels[level].run(
        at: position, input: past.base, sums: sums.base, inputLength: pastLength, sumLength: sumLength)
    }
  }

  mutating func reset() {
    recent.clear()
    past.clear()
    sums.clear()
    for level in 0..<levelCount { levels[level].reset() }
    position = 0
    lastSound = -reach - 1
    newestSound = .min
  }
}

/// Frees the levels. A class of its own, for the compiler (6.3.1) cannot inline a generic struct's `deinit` into the
/// standard library's `deinitialize`.
private final class LevelOwner<V: TransformVector> {
  private let levels: UnsafeMutablePointer<ConvolutionLevel<V>>
  private let count: Int

  init(_ levels: UnsafeMutablePointer<ConvolutionLevel<V>>, count: Int) {
    self.levels = levels
    self.count = count
  }

  deinit {
    levels.deinitialize(count: count)
    levels.deallocate()
  }
}
