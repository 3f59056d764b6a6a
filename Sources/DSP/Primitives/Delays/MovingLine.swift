import CRealtime
import Signal

/// The delays of eight frames, in frames.
struct LaneDelays: BitwiseCopyable {
  let whole: SIMD8<Int32>
  let rest: SIMD8<Float>

  /// - Parameter least: what is less counts as this.
  @inline(__always) @_noAllocation @_noLocks
  init(_ early: SIMD4<Double>, _ late: SIMD4<Double>, least: Double) {
    let early = talea_at_least4(early, least), late = talea_at_least4(late, least)
    whole = talea_whole_frames(early, late)
    rest = talea_rests(early, late)
  }
}

/// Delay lines that are read at places that move from frame to frame: the body of chorus, flanger, vibrato and rotary.
///
/// Frame by frame: `write` a sample of each channel, `read` any of them at any delay up to the reach, then `advance`. Or
/// eight frames at a time, in as many as `batch` allows.
struct MovingLine: ~Copyable {
  private let memory: OwnedBuffer<Float>
  /// Of eight frames that are read apart: the frames around each, one to a lane.
  private let around: OwnedBuffer<SIMD8<Float>>
  private let length: Int
  private let stride: Int
  private var index = 0
  /// Frames after the end that repeat the first ones, so that reading needs no wrap.
  private static var margin: Int { @_transparent @_noAllocation @_noLocks get { 32 } }

  /// - Parameter reach: the longest delay, in frames.
  init(channels: Int, reach: Double, memory meter: MemoryMeter) {
    length = Int(reach.rounded(.up)) + Self.margin
    stride = length + Self.margin + 8
    memory = OwnedBuffer(count: channels * stride, memory: meter)
    around = OwnedBuffer(count: 16, memory: meter)
  }

  @_transparent @_noAllocation @_noLocks
  func write(_ channel: Int, _ sample: Float) {
    let place = memory.base + channel * stride + index
    place[0] = sample
    if index < Self.margin { place[length] = sample }
  }

  /// The sample fed `delay` frames ago, 0 or more; between frames by Lagrange interpolation.
  @_transparent @_noAllocation @_noLocks
  func read(_ channel: Int, _ delay: FractionalRead) -> Float {
    delay(UnsafePointer(place(channel, index, delay.whole) + delay.whole))
  }

  @_transparent @_noAllocation @_noLocks
  mutating func advance() { index = index + 1 == length ? 0 : index + 1 }

  @_noAllocation @_noLocks
  mutating func reset() {
    memory.clear()
    index = 0
  }

  /// Where the frame lies that was written `whole` frames before the one at `index`.
  @_transparent @_noAllocation @_noLocks
  private func place(_ channel: Int, _ index: Int, _ whole: Int) -> UnsafeMutablePointer<Float> {
    let frame = index - whole
    return memory.base + (channel * stride + (frame < FractionalRead.reach ? frame + length : frame))
  }
}

extension MovingLine {
  /// How many of `wanted` frames may be written and read together.
  @_transparent @_noAllocation @_noLocks
  func batch(of wanted: Int) -> Int { min(min(wanted, 8), length - index) }

  /// Writes `count` frames of a channel.
  @inline(__always) @_noAllocation @_noLocks
  func write(_ channel: Int, _ frames: SIMD8<Float>, _ count: Int) {
    let place = memory.base + (channel * stride + index)
    store(frames, place, count)
    if index < Self.margin { store(frames, place + length, count) }
  }

  /// The samples fed so long before each of the frames that are written: what lies between must be written already.
  @inline(__always) @_noAllocation @_noLocks
  func read(_ channel: Int, _ delays: LaneDelays) -> SIMD8<Float> {
    let whole = Int(talea_first_lane(delays.whole))
    if talea_are_lanes_equal(delays.whole) {
      let frame = place(channel, index, whole)
      return whole >= FractionalRead.reach
        ? talea_lagrange(frame, delays.rest) : talea_lagrange_near(frame, delays.rest, whole)
    }
    return readApart(channel, delays)
  }

  @_transparent @_noAllocation @_noLocks
  mutating func advance(_ count: Int) { index = index + count == length ? 0 : index + count }

  /// The same where the delays' whole frames differ.
  @inline(never) @_noAllocation @_noLocks
  private func readApart(_ channel: Int, _ delays: LaneDelays) -> SIMD8<Float> {
    if talea_least_lane(delays.whole) < FractionalRead.reach { return readNear(channel, delays) }
    for lane in 0..<8 {
      let frame = place(channel, index + lane, Int(delays.whole[lane]))
      around[lane] = load(frame - 8, 8)
      around[8 + lane] = load(frame, 8)
    }
    EightVectors(from: around.base).transposed.store(to: around.base)
    EightVectors(from: around.base + 8).transposed.store(to: around.base + 8)
    return around.base.withMemoryRebound(to: Float.self, capacity: 128) { talea_lagrange_apart($0, delays.rest) }
  }

  /// Of delays so near that each has a number of frames of its own.
  @_noAllocation @_noLocks
  private func readNear(_ channel: Int, _ delays: LaneDelays) -> SIMD8<Float> {
    var samples = SIMD8<Float>()
    for lane in 0..<8 {
      let whole = delays.whole[lane]
      if lane > 0 && whole == delays.whole[lane - 1] { continue }
      let frame = place(channel, index, Int(whole))
      let some = talea_lagrange_near(frame, delays.rest, Int(whole))
      samples = talea_where_equal(delays.whole, whole, some, samples)
    }
    return samples
  }
}
