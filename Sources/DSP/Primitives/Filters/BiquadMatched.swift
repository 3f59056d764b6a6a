import CRealtime
import Signal

extension BiquadCoefficients {
  /// The sampled form of `(1 + s zero) / (1 + s pole)`, times in seconds, with the gain of the circuit at 0 and at two
  /// frequencies: the bilinear transform would squeeze it towards Nyquist. Its inverse is that of the times exchanged.
  ///
  /// The idea is that of M. Vicanek, "Matched second order digital filters", 2016: squared gains of such filters are
  /// quotients of sums of cos^2 and sin^2 of half the angle, so that the matching is a linear equation.
  @_noAllocation @_noLocks
  static func matched1(zero: Double, pole: Double, _ framesPerSecond: Double) -> Self {
    let low = min(8_000, 0.18 * framesPerSecond), high = min(18_000, 0.41 * framesPerSecond)
    let (r1, k1) = condition(zero, pole, low, framesPerSecond), (r2, k2) = condition(zero, pole, high, framesPerSecond)
    let alpha = max(0, (k2 - k1) / (r1 - r2))
    let beta = max(0, k1.addingProduct(r1, alpha))
    let a1 = (1 - talea_sqrt(alpha)) / (1 + talea_sqrt(alpha)), b1 = (1 - talea_sqrt(beta)) / (1 + talea_sqrt(beta))
    let scale = (1 + a1) / (1 + b1)
    return Self(b0: scale, b1: scale * b1, b2: 0, a1: a1, a2: 0)
  }

  /// The circuit's squared gain R, and (R - 1) cot^2 of half the angle.
  @_noAllocation @_noLocks
  private static func condition(
    _ zero: Double, _ pole: Double, _ frequency: Double, _ framesPerSecond: Double
  ) -> (Double, Double) {
    let w = 2 * Double.pi * frequency
    let gain = (1 + w * zero * (w * zero)) / (1 + w * pole * (w * pole))
    let s = Math.sinPi(frequency / framesPerSecond), c = Math.cosPi(frequency / framesPerSecond)
    return (gain, (gain - 1) * (c * c) / (s * s))
  }
}
