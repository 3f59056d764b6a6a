import CRealtime
import Signal

/// The five numbers of a second-order section, `a0` divided out:
/// `y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]`.
public struct BiquadCoefficients: BitwiseCopyable, Sendable, Equatable {
  public var b0: Double
  public var b1: Double
  public var b2: Double
  public var a1: Double
  public var a2: Double

  @_noAllocation @_noLocks
  public init(b0: Double = 1, b1: Double = 0, b2: Double = 0, a1: Double = 0, a2: Double = 0) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }

  @_noAllocation @_noLocks
  public static func == (a: BiquadCoefficients, b: BiquadCoefficients) -> Bool {
    a.b0 == b.b0 && a.b1 == b.b1 && a.b2 == b.b2 && a.a1 == b.a1 && a.a2 == b.a2
  }

  /// Divides by `a0`.
  @_noAllocation @_noLocks
  init(_ b0: Double, _ b1: Double, _ b2: Double, over a0: Double, _ a1: Double, _ a2: Double) {
    self.init(b0: b0 / a0, b1: b1 / a0, b2: b2 / a0, a1: a1 / a0, a2: a2 / a0)
  }
}

extension BiquadCoefficients {
  /// First-order lowpass by the bilinear transform: -3.01 dB at `frequency` hertz.
  @_noAllocation @_noLocks
  static func lowpass1(_ frequency: Double, _ framesPerSecond: Double) -> Self {
    let s = Math.sinPi(frequency / framesPerSecond), c = Math.cosPi(frequency / framesPerSecond)
    return Self(s, s, 0, over: s + c, s - c, 0)
  }

  /// First-order highpass by the bilinear transform: -3.01 dB at `frequency` hertz.
  @_noAllocation @_noLocks
  static func highpass1(_ frequency: Double, _ framesPerSecond: Double) -> Self {
    let s = Math.sinPi(frequency / framesPerSecond), c = Math.cosPi(frequency / framesPerSecond)
    return Self(c, -c, 0, over: s + c, s - c, 0)
  }
}

/// The angle of a corner frequency, with what the cookbook needs of it. 1 - cos w and 1 + cos w come from half angles:
/// the difference would lose 24 bits at 10 Hz and 192 kHz.
struct CornerAngle: BitwiseCopyable {
  let cosine: Double
  let oneMinusCosine: Double
  let onePlusCosine: Double
  /// sin w / 2: divided by Q it is the cookbook's alpha.
  let halfSine: Double

  @_noAllocation @_noLocks
  init(_ frequency: Double, _ framesPerSecond: Double) {
    let s = Math.sinPi(frequency / framesPerSecond), c = Math.cosPi(frequency / framesPerSecond)
    cosine = Math.cosPi(2 * frequency / framesPerSecond)
    oneMinusCosine = 2 * s * s
    onePlusCosine = 2 * c * c
    halfSine = s * c
  }
}

// R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients" (W3C note, 2021). The bilinear
// transform squeezes responses towards Nyquist: they equal the analogue prototype's at tan(pi f / fs) / tan(pi f0 / fs).
extension BiquadCoefficients {
  @_noAllocation @_noLocks
  static func lowpass(_ w: CornerAngle, q: Double) -> Self {
    let alpha = w.halfSine / q
    let b = w.oneMinusCosine
    return Self(0.5 * b, b, 0.5 * b, over: 1 + alpha, -2 * w.cosine, 1 - alpha)
  }

  @_noAllocation @_noLocks
  static func highpass(_ w: CornerAngle, q: Double) -> Self {
    let alpha = w.halfSine / q
    let b = w.onePlusCosine
    return Self(0.5 * b, -b, 0.5 * b, over: 1 + alpha, -2 * w.cosine, 1 - alpha)
  }

  /// Unity gain at the centre.
  @_noAllocation @_noLocks
  static func bandpass(_ w: CornerAngle, q: Double) -> Self {
    let alpha = w.halfSine / q
    return Self(alpha, 0, -alpha, over: 1 + alpha, -2 * w.cosine, 1 - alpha)
  }

  @_noAllocation @_noLocks
  static func notch(_ w: CornerAngle, q: Double) -> Self {
    let alpha = w.halfSine / q
    return Self(1, -2 * w.cosine, 1, over: 1 + alpha, -2 * w.cosine, 1 - alpha)
  }

  @_noAllocation @_noLocks
  static func allpass(_ w: CornerAngle, q: Double) -> Self {
    let alpha = w.halfSine / q
    return Self(1 - alpha, -2 * w.cosine, 1 + alpha, over: 1 + alpha, -2 * w.cosine, 1 - alpha)
  }

  /// `decibels` at the centre; half of them where the bandwidth is measured.
  @_noAllocation @_noLocks
  static func peak(_ w: CornerAngle, decibels: Double, q: Double) -> Self {
    let alpha = w.halfSine / q
    let a = Math.amplitude(decibels: 0.5 * decibels)
    return Self(1 + alpha * a, -2 * w.cosine, 1 - alpha * a, over: 1 + alpha / a, -2 * w.cosine, 1 - alpha / a)
  }

  /// `decibels` towards DC, half of them at the corner.
  @_noAllocation @_noLocks
  static func lowshelf(_ w: CornerAngle, decibels: Double, q: Double, slope: Double) -> Self {
    let a = Math.amplitude(decibels: 0.5 * decibels)
    let beta = 2 * talea_sqrt(a) * shelfAlpha(w, a, q, slope)
    let minus = w.oneMinusCosine, plus = w.onePlusCosine
    // (A+1) - (A-1) cos w = A (1 - cos w) + (1 + cos w), and so on: no term cancels.
    return Self(
      a * (a * minus + plus + beta), 2 * a * (a * minus - plus), a * (a * minus + plus - beta),
      over: a * plus + minus + beta, -2 * (a * plus - minus), a * plus + minus - beta)
  }

  /// `decibels` towards Nyquist, half of them at the corner.
  @_noAllocation @_noLocks
  static func highshelf(_ w: CornerAngle, decibels: Double, q: Double, slope: Double) -> Self {
    let a = Math.amplitude(decibels: 0.5 * decibels)
    let beta = 2 * talea_sqrt(a) * shelfAlpha(w, a, q, slope)
    let minus = w.oneMinusCosine, plus = w.onePlusCosine
    return Self(
      a * (a * plus + minus + beta), -2 * a * (a * plus - minus), a * (a * plus + minus - beta),
      over: a * minus + plus + beta, 2 * (a * minus - plus), a * minus + plus - beta)
  }

  /// 1/Q^2 = 1/q^2 + (A + 1/A)(1/S - 1): with the default q the cookbook's slope, with slope 1 the cookbook's Q.
  @_noAllocation @_noLocks
  private static func shelfAlpha(_ w: CornerAngle, _ a: Double, _ q: Double, _ slope: Double) -> Double {
    w.halfSine * talea_sqrt(1 / (q * q) + (a + 1 / a) * (1 / slope - 1))
  }
}
