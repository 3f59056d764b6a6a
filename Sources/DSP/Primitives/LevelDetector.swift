import CRealtime
import Signal

/// How fast something follows: the factor of a one-pole lowpass that has covered 63 % of a step after `seconds`.
@_noAllocation @_noLocks
func smoothingFactor(_ seconds: Double, _ framesPerSecond: Double) -> Double {
  seconds <= 0 ? 0 : Math.exp(-1 / (seconds * framesPerSecond))
}

/// Rises at once or within the attack, holds, and falls within the release: in decibels or any other measure of level.
///
/// The smooth decoupled form: a value that rises at once and falls by the release factor, smoothed by the attack factor.
/// Source: D. Giannoulis, M. Massberg and J. D. Reiss, "Digital dynamic range compressor design", JAES 60(6), 2012.
struct Ballistics: BitwiseCopyable {
  var attack: Double
  var release: Double
  /// Frames for which a peak is held before it falls.
  var hold: Int

  /// - Parameters: seconds.
  @_noAllocation @_noLocks
  init(attack: Double, release: Double, hold: Double = 0, framesPerSecond: Double) {
    self.attack = smoothingFactor(attack, framesPerSecond)
    self.release = smoothingFactor(release, framesPerSecond)
    self.hold = Int(talea_rint(hold * framesPerSecond))
  }

  struct State: BitwiseCopyable {
    var peak = 0.0
    var smoothed = 0.0
    var held = 0

    @inline(__always) @_noAllocation @_noLocks
    mutating func next(_ x: Double, _ ballistics: Ballistics) -> Double {
      if x >= peak {
        peak = x
        held = ballistics.hold
      } else if held > 0 {
        held -= 1
      } else {
        peak = x.addingProduct(ballistics.release, peak - x)
      }
      smoothed = peak.addingProduct(ballistics.attack, smoothed - peak)
      return smoothed
    }
  }
}

/// The level of one or several channels, frame by frame: of the peak, or of the mean square over a time.
struct LevelDetector: BitwiseCopyable {
  private let isMeanSquare: Bool
  private let factor: Double
  private var meanSquare = 0.0

  /// - Parameter window: seconds over which the mean square is taken; nil for peaks.
  init(window: Double?, framesPerSecond: Double) {
    isMeanSquare = window != nil
    factor = smoothingFactor(window ?? 0, framesPerSecond)
  }

  /// The level in dBFS, at least -200.
  @inline(__always) @_noAllocation @_noLocks
  mutating func decibels(_ magnitude: Double) -> Double {
    guard isMeanSquare else { return Math.decibels(amplitude: max(magnitude, 1e-10)) }
    let square = magnitude * magnitude
    meanSquare = square.addingProduct(factor, meanSquare - square)
    return 0.5 * Math.decibels(amplitude: max(meanSquare, 1e-20))
  }

  @_noAllocation @_noLocks
  mutating func reset() { meanSquare = 0 }
}

/// The static curve of a compressor: how much of a level is taken away.
struct GainCurve: BitwiseCopyable {
  var threshold: Double
  /// How many dB are taken away for each dB above the threshold: 1 minus 1 over the ratio.
  var slope: Double
  var knee: Double

  @_noAllocation @_noLocks
  init(threshold: Double, slope: Double, knee: Double) {
    self.threshold = threshold
    self.slope = slope
    self.knee = knee
  }

  @_noAllocation @_noLocks
  init(threshold: Double, ratio: Double, knee: Double) { self.init(threshold: threshold, slope: 1 - 1 / ratio, knee: knee) }

  /// Decibels to take from `level`, 0 or more: nothing below the threshold, `slope` of what is above it, a parabola within
  /// half the knee on each side.
  @inline(__always) @_noAllocation @_noLocks
  func reduction(_ level: Double) -> Double {
    let over = level - threshold
    if 2 * over <= -knee { return 0 }
    if 2 * over >= knee { return slope * over }
    let inside = over + 0.5 * knee
    return slope * inside * inside / (2 * knee)
  }
}

/// A curve on its way to another one.
struct MovingGainCurve: BitwiseCopyable {
  private var threshold: LinearRamp
  private var slope: LinearRamp
  private var knee: LinearRamp

  @_noAllocation @_noLocks
  init(_ curve: GainCurve) {
    threshold = LinearRamp(curve.threshold)
    slope = LinearRamp(curve.slope)
    knee = LinearRamp(curve.knee)
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ curve: GainCurve, over frames: Int) {
    threshold.retarget(curve.threshold, over: frames)
    slope.retarget(curve.slope, over: frames)
    knee.retarget(curve.knee, over: frames)
  }

  @inline(__always) @_noAllocation @_noLocks
  mutating func next() -> GainCurve { GainCurve(threshold: threshold.next(), slope: slope.next(), knee: knee.next()) }

  @_noAllocation @_noLocks
  mutating func snap() {
    threshold.snap()
    slope.snap()
    knee.snap()
  }
}

/// Delay lines of a fixed length, for look-ahead.
struct LookAhead: ~Copyable {
  private let memory: OwnedBuffer<Float>
  private let length: Int
  private var index = 0

  init(channels: Int, frames: Int, memory meter: MemoryMeter) {
    length = frames
    memory = OwnedBuffer(count: channels * max(frames, 1), memory: meter)
  }

  /// Takes a sample and gives back the one of `frames` frames ago.
  @_transparent @_noAllocation @_noLocks
  func exchange(_ channel: Int, _ sample: Float) -> Float {
    guard length > 0 else { return sample }
    let place = memory.base + channel * length + index
    let past = place.pointee
    place.pointee = sample
    return past
  }

  @_transparent @_noAllocation @_noLocks
  mutating func advance() { index = index + 1 >= length ? 0 : index + 1 }

  @_noAllocation @_noLocks
  mutating func reset() {
    memory.clear()
    index = 0
  }
}
