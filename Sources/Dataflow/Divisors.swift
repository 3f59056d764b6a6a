/// Never negative; 0 only for two zeros. Traps where the divisor is 2^63, which takes `Int.min` with itself or 0.
public func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { Int(gcdMagnitude(a, b)) }

/// Euclid's algorithm on magnitudes, which covers every pair of integers.
func gcdMagnitude(_ a: Int, _ b: Int) -> UInt {
  var (x, y) = (a.magnitude, b.magnitude)
  while y != 0 { (x, y) = (y, x % y) }
  return x
}

/// The smallest positive integer that both divide; 0 where one of them is 0; nil where it does not fit.
public func leastCommonMultipleReportingOverflow(_ a: Int, _ b: Int) -> Int? {
  guard a != 0, b != 0 else { return 0 }
  let (product, overflow) = (a.magnitude / gcdMagnitude(a, b)).multipliedReportingOverflow(by: b.magnitude)
  return overflow ? nil : Int(exactly: product)
}

/// As the reporting form, but traps where it does not fit.
public func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  guard let multiple = leastCommonMultipleReportingOverflow(a, b) else { preconditionFailure("a common multiple overflows") }
  return multiple
}

/// The smallest positive ratio that is a whole multiple of both; both must be positive. nil where it does not fit.
public func leastCommonMultipleReportingOverflow(_ a: Rational, _ b: Rational) -> Rational? {
  guard let n = leastCommonMultipleReportingOverflow(a.numerator, b.numerator) else { return nil }
  // lcm(a/b, c/d) of ratios in lowest terms is lcm(a, c) / gcd(b, d), in lowest terms again.
  return Rational(reduced: n, Int(gcdMagnitude(a.denominator, b.denominator)))
}

/// As the reporting form, but traps where it does not fit.
public func leastCommonMultiple(_ a: Rational, _ b: Rational) -> Rational {
  guard let multiple = leastCommonMultipleReportingOverflow(a, b) else { preconditionFailure("a common multiple overflows") }
  return multiple
}
