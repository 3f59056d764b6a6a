import CRealtime
import Signal

/// Delay lines that are read at places that move from frame to frame: the body of chorus, flanger, vibrato and rotary.
///
/// Frame by frame: `write` a sample of each channel, `read` any of them at any delay up to the reach, then `advance`.
struct MovingLine: ~Copyable {
  private let memory: OwnedBuffer<Float>
  private let length: Int
  private let stride: Int
  private var index = 0
  private static var margin: Int { @_transparent @_noAllocation @_noLocks get { 2 * FractionalRead.reach } }

  /// - Parameter reach: the longest delay, in frames.
  init(channels: Int, reach: Double, memory meter: MemoryMeter) {
    length = Int(reach.rounded(.up)) + 2 * Self.margin
    stride = length + Self.margin
    memory = OwnedBuffer(count: channels * stride, memory: meter)
  }

  @_transparent @_noAllocation @_noLocks
  func write(_ channel: Int, _ sample: Float) {
    let place = memory.base + channel * stride + index
    place[0] = sample
    // The frames after the end repeat the first ones, so that reading needs no wrap.
    if index < Self.margin { place[length] = sample }
  }

  /// The sample fed `delay` frames ago, 0 or more; between frames by Lagrange interpolation.
  @_transparent @_noAllocation @_noLocks
  func read(_ channel: Int, _ delay: FractionalRead) -> Float {
    let oldest = index - delay.whole - FractionalRead.reach
    return delay(UnsafePointer(memory.base + channel * stride + (oldest < 0 ? index + length : index)))
  }

  @_transparent @_noAllocation @_noLocks
  mutating func advance() { index = index + 1 == length ? 0 : index + 1 }

  @_noAllocation @_noLocks
  mutating func reset() {
    memory.clear()
    index = 0
  }
}

/// A phase that runs at a rate that may move, in turns from 0 up to 1.
struct Turning: BitwiseCopyable {
  private var increment: LinearRamp
  private var turns = 0.0
  private let framesPerSecond: Double

  init(_ rate: Double, framesPerSecond: Double) {
    increment = LinearRamp(rate / framesPerSecond)
    self.framesPerSecond = framesPerSecond
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ rate: Double, over frames: Int) { increment.retarget(rate / framesPerSecond, over: frames) }

  @_transparent @_noAllocation @_noLocks
  private mutating func advance() {
    turns += increment.next()
    if turns >= 1 { turns -= 1 }
  }

  /// The turns of the next four frames; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(four count: Int) -> SIMD4<Double> {
    var values = SIMD4<Double>()
    for n in 0..<4 {
      values[n] = turns
      if n < count { advance() }
    }
    return values
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    increment.snap()
    turns = 0
  }
}
