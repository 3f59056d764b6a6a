import CRealtime
import Signal

/// A point of the complex plane, as far as the design of filters needs it. Real-time safe.
struct ComplexNumber: BitwiseCopyable {
  var real: Double
  var imaginary: Double

  @_noAllocation @_noLocks
  init(_ real: Double, _ imaginary: Double = 0) {
    self.real = real
    self.imaginary = imaginary
  }

  var squaredMagnitude: Double { @_noAllocation @_noLocks get { (real * real).addingProduct(imaginary, imaginary) } }

  @_noAllocation @_noLocks
  static func + (a: Self, b: Self) -> Self { Self(a.real + b.real, a.imaginary + b.imaginary) }

  @_noAllocation @_noLocks
  static func - (a: Self, b: Self) -> Self { Self(a.real - b.real, a.imaginary - b.imaginary) }

  @_noAllocation @_noLocks
  static func * (a: Self, b: Self) -> Self {
    Self(
      (a.real * b.real).addingProduct(-a.imaginary, b.imaginary), (a.real * b.imaginary).addingProduct(a.imaginary, b.real))
  }

  @_noAllocation @_noLocks
  static func * (a: Double, b: Self) -> Self { Self(a * b.real, a * b.imaginary) }

  @_noAllocation @_noLocks
  static func / (a: Self, b: Self) -> Self {
    let scale = 1 / b.squaredMagnitude
    return Self(
      scale * (a.real * b.real).addingProduct(a.imaginary, b.imaginary),
      scale * (a.imaginary * b.real).addingProduct(-a.real, b.imaginary))
  }

  /// The square root in the right half-plane. Neither half is a difference of numbers of one size.
  var squareRoot: Self {
    @_noAllocation @_noLocks get {
      let larger = talea_sqrt(0.5 * (talea_sqrt(squaredMagnitude) + real.magnitude))
      guard larger > 0 else { return Self(0) }
      let smaller = 0.5 * imaginary / larger
      if real >= 0 { return Self(larger, smaller) }
      return imaginary < 0 ? Self(-smaller, -larger) : Self(smaller, larger)
    }
  }
}
