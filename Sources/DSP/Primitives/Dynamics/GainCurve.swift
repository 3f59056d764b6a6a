import CRealtime
import Signal

/// The static curve of a compressor: the gain in dB that belongs to a level in dB, for four frames at a time.
struct GainCurve: BitwiseCopyable {
  let threshold: SIMD4<Double>
  /// Width in dB of the parabola around the threshold.
  let knee: SIMD4<Double>
  /// dB down for each dB above the threshold.
  let slope: SIMD4<Double>
  /// Of the parabola.
  private let bend: SIMD4<Double>

  @_noAllocation @_noLocks
  init(threshold: SIMD4<Double>, knee: SIMD4<Double>, slope: SIMD4<Double>) {
    self.threshold = threshold
    self.knee = knee
    self.slope = slope
    bend = -slope * (0.5 / knee)
  }

  /// 0 below the knee, `-slope` times the excess above it.
  @inline(__always) @_noAllocation @_noLocks
  func gain(_ level: SIMD4<Double>) -> SIMD4<Double> {
    talea_knee(level, threshold, knee, slope, bend)
  }
}
