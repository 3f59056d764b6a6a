import CRealtime
import Signal

// W. E. Thomson, "Delay networks having maximally flat frequency characteristics", Proc. IEE 96(44), 1949.
extension AnalogPrototype {
  /// Flattest delay; -3.01 dB at 1 rad/s.
  static func bessel(_ order: Int) -> Self {
    let roots = besselRoots(order)
    var (below, above) = (0.0, 4 * Double(order))
    for _ in 0..<60 {
      let middle = 0.5 * (below + above)
      if squaredGain(roots, middle) > 0.5 { below = middle } else { above = middle }
    }
    return Self(roots.filter { $0.imaginary >= 0 }.map { Pole(pole: (1 / below) * $0) })
  }

  /// Of the reverse Bessel polynomial, by the method of Ehrlich and Aberth: all at once, each kept away from the others.
  private static func besselRoots(_ order: Int) -> [ComplexNumber] {
    let radius = 0.85 * Double(order)
    var roots = (0..<order).map { index in
      let turn = 0.5 + (Double(index) + 0.5) / Double(order)
      return ComplexNumber(radius * Math.cosPi(turn), radius * Math.sinPi(turn))
    }
    for _ in 0..<50 {
      for index in 0..<order {
        let (value, slope) = reverseBessel(order, roots[index])
        let step = value / slope
        var others = ComplexNumber(0)
        for other in 0..<order where other != index { others = others + ComplexNumber(1) / (roots[index] - roots[other]) }
        roots[index] = roots[index] - step / (ComplexNumber(1) - step * others)
      }
    }
    // The polynomial's terms cancel at its roots: the last digits take twice the precision.
    for _ in 0..<2 {
      for index in 0..<order {
        let (_, slope) = reverseBessel(order, roots[index])
        roots[index] = roots[index] - accurateReverseBessel(order, roots[index]) / slope
      }
    }
    return roots.map { $0.imaginary.magnitude > 1e-3 ? $0 : ComplexNumber($0.real) }
  }

  /// The polynomial and its derivative at `s`, by the recurrence over the orders.
  private static func reverseBessel(_ order: Int, _ s: ComplexNumber) -> (ComplexNumber, ComplexNumber) {
    var (before, beforeSlope) = (ComplexNumber(1), ComplexNumber(0))
    var (value, slope) = (s + ComplexNumber(1), ComplexNumber(1))
    for m in stride(from: 2, through: order, by: 1) {
      let factor = Double(2 * m - 1)
      let next = factor * value + s * s * before
      let nextSlope = factor * slope + s * s * beforeSlope + 2 * (s * before)
      (before, beforeSlope, value, slope) = (value, slope, next, nextSlope)
    }
    return (value, slope)
  }

  /// The polynomial at `s`, right to the last digit also where its terms cancel.
  private static func accurateReverseBessel(_ order: Int, _ s: ComplexNumber) -> ComplexNumber {
    let (x, y) = (DoubledNumber(s.real), DoubledNumber(s.imaginary))
    let square = (x * x - y * y, x * y + x * y)
    var before = (DoubledNumber(1), DoubledNumber(0))
    var value = (x + DoubledNumber(1), y)
    for m in stride(from: 2, through: order, by: 1) {
      let factor = DoubledNumber(Double(2 * m - 1))
      let next = (
        factor * value.0 + (square.0 * before.0 - square.1 * before.1),
        factor * value.1 + (square.0 * before.1 + square.1 * before.0)
      )
      (before, value) = (value, next)
    }
    return ComplexNumber(value.0.high, value.1.high)
  }

  private static func squaredGain(_ roots: [ComplexNumber], _ frequency: Double) -> Double {
    roots.reduce(1) { $0 * $1.squaredMagnitude / (ComplexNumber(0, frequency) - $1).squaredMagnitude }
  }
}

/// A number as the sum of two, with twice the digits. Source: T. J. Dekker, "A floating-point technique for extending the
/// available precision", 1971.
private struct DoubledNumber {
  var high: Double
  var low: Double

  init(_ high: Double, _ low: Double = 0) {
    self.high = high + low
    self.low = low - (self.high - high)
  }

  static func + (a: Self, b: Self) -> Self {
    let sum = a.high + b.high
    let shift = sum - a.high
    let rest = (a.high - (sum - shift)) + (b.high - shift)
    return Self(sum, rest + (a.low + b.low))
  }

  static func - (a: Self, b: Self) -> Self { a + Self(-b.high, -b.low) }

  static func * (a: Self, b: Self) -> Self {
    let product = a.high * b.high
    let rest = (-product).addingProduct(a.high, b.high)
    return Self(product, rest + (a.high * b.low + a.low * b.high))
  }
}
