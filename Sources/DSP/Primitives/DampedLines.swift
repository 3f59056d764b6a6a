import CRealtime
import Signal

/// Sixteen delay lines, each with a one-pole lowpass at its end: the body of a reverberator.
///
/// Up to eight frames are handled at a time, one vector per line. Only the lowpasses need the frames one after the other:
/// for them the vectors are turned so that a vector holds eight lines. Which frames are handled together changes nothing,
/// because nothing is summed over frames.
struct DampedLines: ~Copyable {
  /// `y[n] = gain x[n] + pole y[n-1]`, for each line.
  struct Damping: BitwiseCopyable {
    var gain: SIMD16<Float>
    var pole: SIMD16<Float>
  }

  /// Frames handled at a time, at most; also the shortest line.
  static var batch: Int { @_transparent @_noAllocation @_noLocks get { 8 } }
  static var count: Int { @_transparent @_noAllocation @_noLocks get { 16 } }

  /// The outputs of the lines after `read`, one vector of frames each; what `write` feeds into them.
  let frames: OwnedBuffer<SIMD8<Float>>
  private let memory: OwnedBuffer<Float>
  private let delays: OwnedBuffer<Int>
  /// Frames of each line's ring, and those that follow it as a copy of its first ones.
  private let length: Int
  private let stride: Int
  private static var margin: Int { @_transparent @_noAllocation @_noLocks get { 16 } }
  private(set) var writeIndex = 0

  private var target: Damping
  private var step: Damping
  private var remaining = 0
  private var state = SIMD16<Float>()

  /// - Parameters:
  ///   - delays: 16 lengths in frames, each at least `batch`.
  ///   - reach: frames before a line's length that are read too.
  init(delays: [Int], reach: Int = 0, damping: Damping, memory meter: MemoryMeter) {
    precondition(delays.count == Self.count && delays.allSatisfy { $0 >= Self.batch })
    length = (delays.max()! + reach + 2 * Self.batch) / Self.batch * Self.batch
    stride = length + Self.margin
    memory = OwnedBuffer(count: Self.count * stride, memory: meter)
    frames = OwnedBuffer(count: Self.count, memory: meter)
    self.delays = OwnedBuffer(count: Self.count, memory: meter)
    for (line, delay) in delays.enumerated() { self.delays[line] = delay }
    target = damping
    step = Damping(gain: SIMD16(), pole: SIMD16())
  }

  /// How many of `wanted` frames may be handled now.
  @_transparent @_noAllocation @_noLocks
  func batch(of wanted: Int) -> Int { min(wanted, min(Self.batch, length - writeIndex)) }

  /// The address of the frame that left a line `delay` frames ago: eight frames from there on, and `margin - 8` more.
  @_transparent @_noAllocation @_noLocks
  func past(_ line: Int, _ delay: Int) -> UnsafePointer<Float> {
    let index = writeIndex - delay
    return UnsafePointer(memory.base + line * stride + (index < 0 ? index + length : index))
  }

  /// Fetches the end of each line into `frames`.
  @inline(__always) @_noAllocation @_noLocks
  func fetch() {
    for line in 0..<Self.count {
      frames[line] = UnsafeRawPointer(past(line, delays[line])).loadUnaligned(as: SIMD8<Float>.self)
    }
  }

  /// Passes the first `count` of the fetched frames through the lowpasses.
  @inline(__always) @_noAllocation @_noLocks
  mutating func damp(_ count: Int) {
    transpose(frames.base)
    transpose(frames.base + 8)
    var y0 = state.lowHalf, y1 = state.highHalf
    if remaining == 0 {
      let b0 = target.gain.lowHalf, b1 = target.gain.highHalf, a0 = target.pole.lowHalf, a1 = target.pole.highHalf
      if count == Self.batch {
        for n in 0..<Self.batch {
          y0 = (b0 * frames[n]).addingProduct(a0, y0)
          y1 = (b1 * frames[n + 8]).addingProduct(a1, y1)
          frames[n] = y0
          frames[n + 8] = y1
        }
      } else {
        for n in 0..<count {
          y0 = (b0 * frames[n]).addingProduct(a0, y0)
          y1 = (b1 * frames[n + 8]).addingProduct(a1, y1)
          frames[n] = y0
          frames[n + 8] = y1
        }
      }
    } else {
      for n in 0..<count {
        let left = SIMD16(repeating: Float(max(remaining - n, 0)))
        let gain = target.gain.addingProduct(-step.gain, left), pole = target.pole.addingProduct(-step.pole, left)
        y0 = (gain.lowHalf * frames[n]).addingProduct(pole.lowHalf, y0)
        y1 = (gain.highHalf * frames[n + 8]).addingProduct(pole.highHalf, y1)
        frames[n] = y0
        frames[n + 8] = y1
      }
      remaining = max(remaining - count, 0)
    }
    state = SIMD16(lowHalf: y0, highHalf: y1)
    transpose(frames.base)
    transpose(frames.base + 8)
  }

  /// Feeds the first `count` frames of `input` into a line.
  @_transparent @_noAllocation @_noLocks
  func feed(_ line: Int, _ input: SIMD8<Float>, _ count: Int) {
    let ring = memory.base + line * stride
    if count == Self.batch {
      UnsafeMutableRawPointer(ring + writeIndex).storeBytes(of: input, as: SIMD8<Float>.self)
    } else {
      for n in 0..<count { ring[writeIndex + n] = input[n] }
    }
  }

  /// Goes on by `count` frames, all of which were fed.
  @inline(__always) @_noAllocation @_noLocks
  mutating func advance(_ count: Int) {
    if writeIndex < Self.margin {
      for line in 0..<Self.count {
        let ring = memory.base + line * stride
        for n in writeIndex..<min(writeIndex + count, Self.margin) { ring[length + n] = ring[n] }
      }
    }
    writeIndex = writeIndex + count == length ? 0 : writeIndex + count
  }

  /// Reaches other coefficients `frames` frames from now, each along a straight line.
  @_noAllocation @_noLocks
  mutating func retarget(_ damping: Damping, over frames: Int) {
    let left = SIMD16(repeating: Float(remaining))
    let gain = target.gain.addingProduct(-step.gain, left), pole = target.pole.addingProduct(-step.pole, left)
    target = damping
    remaining = frames
    guard frames > 0 else { return }
    step.gain = (damping.gain - gain) / Float(frames)
    step.pole = (damping.pole - pole) / Float(frames)
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    memory.clear()
    writeIndex = 0
    remaining = 0
    state = SIMD16()
  }
}
