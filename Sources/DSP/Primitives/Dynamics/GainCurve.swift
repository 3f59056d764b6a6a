import Signal

/// The static curve of a compressor: the gain in dB that belongs to a level in dB.
struct GainCurve: BitwiseCopyable {
  let threshold: Double
  /// Width in dB of the parabola around the threshold.
  let knee: Double
  /// dB down for each dB above the threshold.
  let slope: Double

  @_noAllocation @_noLocks
  init(threshold: Double, knee: Double, slope: Double) {
    self.threshold = threshold
    self.knee = knee
    self.slope = slope
  }

  /// 0 below the knee, `-slope` times the excess above it.
  @_noAllocation @_noLocks
  func gain(_ level: Double) -> Double {
    let over = level - threshold
    if 2 * over <= -knee { return 0 }
    if 2 * over >= knee { return -slope * over }
    let inside = over + 0.5 * knee
    return -slope * inside * inside / (2 * knee)
  }
}
