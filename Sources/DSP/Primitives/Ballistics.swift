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

    @_noAllocation @_noLocks
    init() {}

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
