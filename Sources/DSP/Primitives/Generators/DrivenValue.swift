import CRealtime
import Signal

/// A value between two ends on the scale of the parameter that it drives.
struct DrivenValue {
  /// Both ends as they are interpolated: values, their binary logarithms, or amplitudes.
  private let from: Double
  private let to: Double
  private let scale: Scale

  /// Between the structural arguments `from` and `to`.
  init(_ configuration: EffectConfiguration) {
    scale = configuration.drivenScale
    from = Self.mapped(configuration.quantity("from"), scale)
    to = Self.mapped(configuration.quantity("to"), scale)
  }

  static func validate(_ configuration: EffectConfiguration) throws(EffectError) {
    if configuration.drivenScale == .log && (configuration.quantity("from") <= 0 || configuration.quantity("to") <= 0) {
      throw EffectError("the driven parameter moves in octaves, so `from` and `to` must be above 0")
    }
  }

  private static func mapped(_ value: Double, _ scale: Scale) -> Double {
    switch scale {
    case .linear: value
    case .log: Math.log2(value)
    case .amplitude: Math.amplitude(decibels: value)
    }
  }

  /// Of four frames.
  /// - Parameter shares: how far from one end to the other, 0...1.
  @inline(__always) @_noAllocation @_noLocks
  func callAsFunction(_ shares: SIMD4<Double>) -> SIMD4<Float> {
    let values = SIMD4(repeating: from).addingProduct(to - from, shares)
    switch scale {
    case .linear: return talea_narrow(values)
    case .log: return talea_narrow(Math.exp2(values))
    case .amplitude: return talea_narrow(Math.decibels(amplitude: values))
    }
  }
}
