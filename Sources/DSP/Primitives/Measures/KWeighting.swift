import Signal

/// The two filters that make a meter hear as people do: a shelf for the head, and a highpass.
///
/// ITU-R BS.1770 gives their coefficients for 48 kHz alone; the analogue filters behind these are transformed to other
/// rates. Source: ITU-R BS.1770-5, annex 1; the analogue parameters are those of libebur128.
enum KWeighting {
  /// The shelf, then the highpass.
  static func sections(sampleRate: Double) -> (BiquadCoefficients, BiquadCoefficients) {
    (shelf(sampleRate), highpass(sampleRate))
  }

  private static func shelf(_ sampleRate: Double) -> BiquadCoefficients {
    let k = Math.tan(.pi * 1_681.974450955533 / sampleRate), q = 0.7071752369554196
    let high = Math.amplitude(decibels: 3.999843853973347), band = Math.pow(high, 0.4996667741545416)
    let a0 = 1 + k / q + k * k
    return BiquadCoefficients(
      b0: (high + band * k / q + k * k) / a0, b1: 2 * (k * k - high) / a0, b2: (high - band * k / q + k * k) / a0,
      a1: 2 * (k * k - 1) / a0, a2: (1 - k / q + k * k) / a0)
  }

  private static func highpass(_ sampleRate: Double) -> BiquadCoefficients {
    let k = Math.tan(.pi * 38.13547087602444 / sampleRate), q = 0.5003270373238773
    let a0 = 1 + k / q + k * k
    return BiquadCoefficients(b0: 1, b1: -2, b2: 1, a1: 2 * (k * k - 1) / a0, a2: (1 - k / q + k * k) / a0)
  }
}
