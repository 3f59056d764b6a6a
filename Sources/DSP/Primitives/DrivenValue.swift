import Signal

/// A value between two ends on the scale of the parameter that it drives.
struct DrivenValue {
  /// Both ends as they are interpolated: values, their binary logarithms, or amplitudes.
  private let from: Double
  private let to: Double
  private let scale: Scale

  init(from: Double, to: Double, scale: Scale) {
    self.scale = scale
    self.from = Self.mapped(from, scale)
    self.to = Self.mapped(to, scale)
  }

  private static func mapped(_ value: Double, _ scale: Scale) -> Double {
    switch scale {
    case .linear: value
    case .log: Math.log2(value)
    case .amplitude: Math.amplitude(decibels: value)
    }
  }

  /// - Parameter share: how far from one end to the other, 0...1.
  @inline(__always) @_noAllocation @_noLocks
  func callAsFunction(_ share: Double) -> Float {
    let value = from.addingProduct(to - from, share)
    switch scale {
    case .linear: return Float(value)
    case .log: return Float(Math.exp2(value))
    case .amplitude: return Float(Math.decibels(amplitude: value))
    }
  }
}
