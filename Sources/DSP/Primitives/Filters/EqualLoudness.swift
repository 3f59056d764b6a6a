import Signal

/// The equal-loudness contours of ISO 226:2003. Real-time safe.
///
/// The level of a tone that sounds as loud as one of `phon` dB at 1 kHz. The standard gives it for 20 to 90 phon (80 above
/// 4 kHz); beyond, the formula is used as it stands.
enum EqualLoudness {
  static let frequencies = [
    20, 25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1_000, 1_250, 1_600, 2_000, 2_500, 3_150,
    4_000, 5_000, 6_300, 8_000, 10_000, 12_500,
  ]

  /// Exponent of loudness perception, level of the linear transfer function (0 dB at 1 kHz), threshold of hearing.
  struct Row: BitwiseCopyable {
    let exponent: Double
    let transfer: Double
    let threshold: Double
  }

  static let rows: [Row] = {
    let exponents = [
      0.532, 0.506, 0.480, 0.455, 0.432, 0.409, 0.387, 0.367, 0.349, 0.330, 0.315, 0.301, 0.288, 0.276, 0.267, 0.259, 0.253,
      0.250, 0.246, 0.244, 0.243, 0.243, 0.243, 0.242, 0.242, 0.245, 0.254, 0.271, 0.301,
    ]
    let transfers = [
      -31.6, -27.2, -23.0, -19.1, -15.9, -13.0, -10.3, -8.1, -6.2, -4.5, -3.1, -2.0, -1.1, -0.4, 0.0, 0.3, 0.5, 0.0, -2.7, -4.1,
      -1.0, 1.7, 2.5, 1.2, -2.1, -7.1, -11.2, -10.7, -3.1,
    ]
    let thresholds = [
      78.5, 68.7, 59.5, 51.1, 44.0, 37.5, 31.5, 26.5, 22.1, 17.9, 14.4, 11.4, 8.6, 6.2, 4.4, 3.0, 2.2, 2.4, 3.5, 1.7, -1.3, -4.2,
      -6.0, -5.4, -1.5, 6.0, 12.6, 13.9, 12.3,
    ]
    return exponents.indices.map { Row(exponent: exponents[$0], transfer: transfers[$0], threshold: thresholds[$0]) }
  }()

  /// Sound pressure level in dB. Source: ISO 226:2003, equations 1 and 2.
  @_noAllocation @_noLocks
  static func level(_ phon: Double, _ row: Row) -> Double {
    let loudness = 4.47e-3 * (decade(0.025 * phon) - 1.15)
    let floor = Math.pow(0.4 * decade((row.threshold + row.transfer) / 10 - 9), row.exponent)
    return 10 / row.exponent * 0.05 * Math.decibels(amplitude: max(loudness + floor, 1e-12)) - row.transfer + 94
  }

  /// 10^x
  @_noAllocation @_noLocks
  private static func decade(_ x: Double) -> Double { Math.amplitude(decibels: 20 * x) }
}
