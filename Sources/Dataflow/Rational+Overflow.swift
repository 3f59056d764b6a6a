/// Arithmetic that reports what does not fit, for numbers that come from a file or a user.
extension Rational {
  /// nil where the product does not fit.
  public func multipliedReportingOverflow(by other: Rational) -> Rational? {
    // Cross-reduced factors give a product in lowest terms. Denominators are positive, so both divisors fit.
    let a = Int(gcdMagnitude(numerator, other.denominator)), b = Int(gcdMagnitude(other.numerator, denominator))
    let (n, overflowN) = (numerator / a).multipliedReportingOverflow(by: other.numerator / b)
    let (d, overflowD) = (denominator / b).multipliedReportingOverflow(by: other.denominator / a)
    return overflowN || overflowD ? nil : Rational(reduced: n, d)
  }

  /// nil where the quotient does not fit, or `other` is 0.
  public func dividedReportingOverflow(by other: Rational) -> Rational? {
    guard other.numerator != 0, other.numerator != .min else { return nil }
    let sign = other.numerator.signum()
    return multipliedReportingOverflow(by: Rational(reduced: sign * other.denominator, sign * other.numerator))
  }

  /// nil where the sum, or a number on the way to it, does not fit.
  public func addingReportingOverflow(_ other: Rational) -> Rational? {
    let divisor = Int(gcdMagnitude(denominator, other.denominator))
    let scale = other.denominator / divisor
    let (left, overflowL) = numerator.multipliedReportingOverflow(by: scale)
    let (right, overflowR) = other.numerator.multipliedReportingOverflow(by: denominator / divisor)
    let (n, overflowN) = left.addingReportingOverflow(right)
    let (d, overflowD) = denominator.multipliedReportingOverflow(by: scale)
    guard !overflowL, !overflowR, !overflowN, !overflowD else { return nil }
    let common = Int(gcdMagnitude(n, d))
    return Rational(reduced: n / common, d / common)
  }
}
