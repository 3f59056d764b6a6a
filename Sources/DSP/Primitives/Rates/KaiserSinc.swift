import Signal

/// The impulse response of a lowpass filter as a continuous function of time: a sinc under a Kaiser window.
///
/// A resampler evaluates it at the exact instants at which each of its phases meets the input, so that no table is
/// interpolated and any rational ratio is served.
///
/// Source: J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974; attenuation
/// and length from Kaiser's formulas, which hold to about 1 dB.
struct KaiserSinc {
  /// The middle of the transition band, in cycles per frame of the input.
  let cutoff: Double
  /// The response is 0 at this distance from its middle and beyond, in frames.
  let halfWidth: Double
  private let beta: Double
  private let scale: Double

  /// - Parameters:
  ///   - passband, stopband: edges in cycles per frame of the input.
  ///   - halfWidth: in frames; at least `Self.halfWidth(…)` of the attenuation wanted.
  init(passband: Double, stopband: Double, halfWidth: Double) {
    cutoff = (passband + stopband) / 2
    self.halfWidth = halfWidth
    // All of the width is spent on attenuation; beyond 180 dB only the pass band would suffer from rounding.
    let attenuation = min(180, 7.95 + 14.36 * 2 * halfWidth * (stopband - passband))
    beta =
      attenuation > 50 ? 0.1102 * (attenuation - 8.7) : 0.5842 * Math.pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21)
    scale = 1 / Self.besselI0(beta)
  }

  /// The half width, in frames, that gives `attenuation` dB (over 50) beyond `stopband`.
  static func halfWidth(attenuation: Double, passband: Double, stopband: Double) -> Double {
    (attenuation - 7.95) / (14.36 * (stopband - passband) * 2)
  }

  /// The response `time` frames from its middle. Its integral is 1 within the pass band's ripple.
  func value(at time: Double) -> Double {
    let position = time / halfWidth
    guard abs(position) < 1 else { return 0 }
    let window = Self.besselI0(beta * (1 - position * position).squareRoot()) * scale
    guard time != 0 else { return 2 * cutoff * window }
    return Math.sinPi(2 * cutoff * time) / (.pi * time) * window
  }

  /// The modified Bessel function of order 0, by its power series: every term is positive, so nothing cancels.
  static func besselI0(_ x: Double) -> Double {
    let square = x * x / 4
    var term = 1.0, sum = 1.0, k = 0.0
    while term > sum * 1e-17 {
      k += 1
      term *= square / (k * k)
      sum += term
    }
    return sum
  }
}
