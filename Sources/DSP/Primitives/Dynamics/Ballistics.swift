import Signal

/// How fast something follows: the factor of a one-pole lowpass that has covered 63 % of a step after `seconds`.
@_noAllocation @_noLocks
func smoothingFactor(_ seconds: Double, _ framesPerSecond: Double) -> Double {
  seconds <= 0 ? 0 : Math.exp(-1 / (seconds * framesPerSecond))
}

/// Rises at once or within the attack, and falls within the release: in decibels or any other measure of level.
///
/// The smooth decoupled form: a value that rises at once and falls by the release factor, smoothed by the attack factor.
/// Source: D. Giannoulis, M. Massberg and J. D. Reiss, "Digital dynamic range compressor design", JAES 60(6), 2012.
struct Ballistics: BitwiseCopyable {
  var attack: Double
  var release: Double

  /// - Parameters: seconds.
  @_noAllocation @_noLocks
  init(attack: Double, release: Double, framesPerSecond: Double) {
    self.attack = smoothingFactor(attack, framesPerSecond)
    self.release = smoothingFactor(release, framesPerSecond)
  }

  struct State: BitwiseCopyable {
    var peak = 0.0
    var smoothed = 0.0

    @_noAllocation @_noLocks
    init() {}

    @inline(__always) @_noAllocation @_noLocks
    mutating func next(_ x: Double, _ ballistics: Ballistics) -> Double {
      peak = x >= peak ? x : x.addingProduct(ballistics.release, peak - x)
      smoothed = peak.addingProduct(ballistics.attack, smoothed - peak)
      return smoothed
    }
  }
}
