import CRealtime
import Signal

/// tanh of a signal and of the values half way between its frames, brought back to its own rate: harmonics up to one and a half
/// times the rate no longer fold to where the sound is.
///
/// For a signal that fills an eighth of its rate at most, as in a region that is four times oversampled: six neighbours then
/// give the value half way within 0.003 dB, and the same six weights take what lies around the rate down by 75 dB.
///
///     y[n] = tanh(x[n]) / 2 + sum_j w_j (tanh(x[n + j + 1/2]) + tanh(x[n - j - 1/2])) / 2
///
/// In single precision, elementwise over frames in one order, so that it does not matter which frames share a vector.
///
/// Source: R. E. Crochiere and L. R. Rabiner, Multirate Digital Signal Processing, 1983; the weights are Lagrange's for the
/// middle of six points, flat to the sixth order.
struct DoubledSoftClip: ~Copyable {
  /// Frames of look-ahead: three for a value half way, two and a half for the mean of those around a frame.
  static var lookAhead: Int { @_transparent @_noAllocation @_noLocks get { 5 } }

  /// Frames of a channel that are bent in one turn at most.
  static var longestTurn: Int { @_transparent @_noAllocation @_noLocks get { 128 } }

  /// Frames between a frame's coming and its going, at least `lookAhead`.
  private let delay: Int
  private let channelStride: Int
  /// Of each channel, the last `delay` before those of the turn.
  private let frames: OwnedBuffer<Float>
  /// tanh half way between frames: at n, between the third and the fourth of the six that end with frame n.
  private let halves: OwnedBuffer<Float>

  init(channelCount: Int, delay: Int, memory: MemoryMeter) {
    self.delay = delay
    let channelStride = delay + Self.longestTurn + SIMD8<Float>.scalarCount
    self.channelStride = channelStride
    frames = OwnedBuffer(count: channelCount * channelStride, memory: memory)
    halves = OwnedBuffer(count: channelCount * channelStride, memory: memory)
  }

  /// Where the frames of a channel's next turn belong, in whole vectors.
  @_transparent @_noAllocation @_noLocks
  func place(_ channel: Int) -> UnsafeMutablePointer<Float> { frames.base + (channel &* channelStride &+ delay) }

  /// Bends the frames that were put to `place`.
  @_noAllocation @_noLocks
  func bend(_ channel: Int, _ count: Int, into output: UnsafeMutablePointer<Float>) {
    let x = place(channel), half = halves.base + (channel &* channelStride &+ delay)
    var n = 0
    while n < count {
      let middle = SoftClip.curve(Self.middle(UnsafePointer(x + n - Self.lookAhead)))
      UnsafeMutableRawPointer(half + n).storeBytes(of: middle, as: SIMD8<Float>.self)
      n &+= 8
    }
    n = 0
    while n < count {
      let own = SoftClip.curve(load(x + n - delay, 8))
      store((own + Self.middle(UnsafePointer(half + n - delay))) * 0.5, output + n, min(8, count - n))
      n &+= 8
    }
    let kept = delay * MemoryLayout<Float>.stride
    talea_move(x - delay, x - delay + count, kept)
    talea_move(half - delay, half - delay + count, kept)
  }

  /// The value half way between the third and the fourth of six frames, for eight frames that follow each other.
  @inline(__always) @_noAllocation @_noLocks
  private static func middle(_ x: UnsafePointer<Float>) -> SIMD8<Float> {
    let inner = load(x + 2, 8) + load(x + 3, 8), next = load(x + 1, 8) + load(x + 4, 8), outer = load(x, 8) + load(x + 5, 8)
    return (inner * (150.0 / 256)).addingProduct(next, -25.0 / 256).addingProduct(outer, 3.0 / 256)
  }

  @_noAllocation @_noLocks
  func reset() {
    frames.clear()
    halves.clear()
  }
}
