/// An exact ratio of two integers in lowest terms, with a positive denominator.
///
/// Arithmetic traps on overflow, as `Int` does; the `…ReportingOverflow` forms give nil instead and serve input that
/// may be hostile.
public struct Rational: Hashable, Sendable {
  public let numerator: Int
  public let denominator: Int

  /// - Precondition: `denominator` is not 0.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator != 0, "a ratio needs a denominator other than 0")
    let divisor = greatestCommonDivisor(numerator, denominator)
    let sign = denominator < 0 ? -1 : 1
    self.numerator = divisor == 0 ? 0 : sign * (numerator / divisor)
    self.denominator = divisor == 0 ? 1 : sign * (denominator / divisor)
  }

  /// In lowest terms already, `denominator` positive.
  init(reduced numerator: Int, _ denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  @inlinable
  public var doubleValue: Double { Double(numerator) / Double(denominator) }
  @inlinable
  public var isInteger: Bool { denominator == 1 }

  /// The largest integer not above.
  public var floor: Int {
    let quotient = numerator / denominator
    return numerator % denominator < 0 ? quotient - 1 : quotient
  }

  /// The smallest integer not below.
  public var ceiling: Int {
    let quotient = numerator / denominator
    return numerator % denominator > 0 ? quotient + 1 : quotient
  }

  /// The nearest integer; ties go up.
  public var rounded: Int { (self + Rational(1, 2)).floor }

  /// `ceil(self * count)`: the frames that an edge of this rate carries in `count` frames of the reference clock.
  /// Traps where it does not fit.
  @inlinable
  public func ceiling(times count: Int) -> Int {
    let (product, overflow) = numerator.multipliedReportingOverflow(by: count)
    let (quotient, remainder) =
      overflow
      ? denominator.dividingFullWidth(numerator.multipliedFullWidth(by: count))
      : product.quotientAndRemainder(dividingBy: denominator)
    return remainder > 0 ? quotient + 1 : quotient
  }

  public static func + (a: Rational, b: Rational) -> Rational {
    guard let sum = a.addingReportingOverflow(b) else { preconditionFailure("a sum of ratios overflows") }
    return sum
  }
  public static prefix func - (a: Rational) -> Rational { Rational(reduced: -a.numerator, a.denominator) }
  public static func - (a: Rational, b: Rational) -> Rational { a + (-b) }
  public static func * (a: Rational, b: Rational) -> Rational {
    guard let product = a.multipliedReportingOverflow(by: b) else { preconditionFailure("a product of ratios overflows") }
    return product
  }
  public static func / (a: Rational, b: Rational) -> Rational {
    guard let quotient = a.dividedReportingOverflow(by: b) else {
      preconditionFailure("a quotient of ratios overflows, or divides by 0")
    }
    return quotient
  }
  public static func += (a: inout Rational, b: Rational) { a = a + b }
  public static func -= (a: inout Rational, b: Rational) { a = a - b }
  public static func *= (a: inout Rational, b: Rational) { a = a * b }
  public static func /= (a: inout Rational, b: Rational) { a = a / b }
}

extension Rational: Comparable {
  public static func < (a: Rational, b: Rational) -> Bool {
    let left = a.numerator.multipliedFullWidth(by: b.denominator)
    let right = b.numerator.multipliedFullWidth(by: a.denominator)
    return left.high != right.high ? left.high < right.high : left.low < right.low
  }
}

extension Rational: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self.init(value) }
}

extension Rational: CustomStringConvertible {
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
