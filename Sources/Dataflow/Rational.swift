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

  public var doubleValue: Double { Double(numerator) / Double(denominator) }
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

  /// nil where the product does not fit.
  public func multipliedReportingOverflow(by other: Rational) -> Rational? {
    let a = greatestCommonDivisor(numerator, other.denominator), b = greatestCommonDivisor(other.numerator, denominator)
    guard a != 0, b != 0 else { return 0 }
    let (n, overflowN) = (numerator / a).multipliedReportingOverflow(by: other.numerator / b)
    let (d, overflowD) = (denominator / b).multipliedReportingOverflow(by: other.denominator / a)
    return overflowN || overflowD ? nil : Rational(n, d)
  }

  public static func + (a: Rational, b: Rational) -> Rational {
    let divisor = greatestCommonDivisor(a.denominator, b.denominator)
    let scale = b.denominator / divisor
    return Rational(a.numerator * scale + b.numerator * (a.denominator / divisor), a.denominator * scale)
  }
  public static prefix func - (a: Rational) -> Rational { Rational(-a.numerator, a.denominator) }
  public static func - (a: Rational, b: Rational) -> Rational { a + (-b) }
  public static func * (a: Rational, b: Rational) -> Rational {
    guard let product = a.multipliedReportingOverflow(by: b) else { preconditionFailure("a product of ratios overflows") }
    return product
  }
  public static func / (a: Rational, b: Rational) -> Rational { a * Rational(b.denominator, b.numerator) }
  public static func += (a: inout Rational, b: Rational) { a = a + b }
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

/// Never negative; 0 only for two zeros.
public func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a.magnitude, b.magnitude)
  while y != 0 { (x, y) = (y, x % y) }
  return Int(x)
}

/// The smallest positive ratio that is a whole multiple of both; both must be positive.
public func leastCommonMultiple(_ a: Rational, _ b: Rational) -> Rational {
  let n = a.numerator / greatestCommonDivisor(a.numerator, b.numerator) * b.numerator
  return Rational(n, greatestCommonDivisor(a.denominator, b.denominator))
}
