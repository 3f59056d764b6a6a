// Logarithms. x = m 2^e with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh z, z = (m - 1) / (m + 1), with z, the cubic term
// and the sum carried in two doubles, so that `pow` stays below one ulp at the ends of its range.

extension Math {
  /// Natural logarithm on four lanes.
  @_noAllocation @_noLocks
  public static func log(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let parts = logarithm(x)
    // 42 bits of ln 2: the product with an exponent is exact.
    let coarse = parts.exponent * 0x1.62e42fefa3000p-1
    let high = coarse + parts.high
    let low = (coarse - high) + parts.high
    let rest = parts.low.addingProduct(parts.exponent, SIMD4(repeating: 0x1.3de6af278ece6p-42))
    return withSpecialCases(high + (low + rest), x)
  }

  /// Logarithm to base 2 on four lanes.
  @_noAllocation @_noLocks
  public static func log2(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let parts = binaryLogarithm(x)
    return withSpecialCases(parts.high + parts.low, x)
  }

  /// 20 log10(amplitude) on four lanes.
  @_noAllocation @_noLocks
  public static func decibels(amplitude x: SIMD4<Double>) -> SIMD4<Double> {
    let parts = binaryLogarithm(x)
    let factor = SIMD4<Double>(repeating: 0x1.8151824c7587fp+2)
    let high = parts.high * factor
    let low = (-high).addingProduct(parts.high, factor).addingProduct(parts.high, SIMD4(repeating: -0x1.40a64a27f478dp-52))
    return withSpecialCases(high + low.addingProduct(parts.low, factor), x)
  }

  /// x^y on four lanes.
  @_noAllocation @_noLocks
  public static func pow(_ x: SIMD4<Double>, _ y: SIMD4<Double>) -> SIMD4<Double> {
    let logarithm = binaryLogarithm(x)
    let high = y * logarithm.high
    let low = (-high).addingProduct(y, logarithm.high).addingProduct(y, logarithm.low)
    var result = exp2(high, low)
    let isOrdinary = (x .> 0) .& (x .< .infinity) .& (magnitude(y) .< .infinity)
    if all(isOrdinary) { return result }
    for lane in 0..<4 where !isOrdinary[lane] { result[lane] = specialPower(x[lane], y[lane], result[lane]) }
    return result
  }

  /// log2 of a positive finite number in two doubles.
  @_transparent @_noAllocation @_noLocks
  static func binaryLogarithm(_ x: SIMD4<Double>) -> (high: SIMD4<Double>, low: SIMD4<Double>) {
    let parts = logarithm(x)
    let log2e = SIMD4<Double>(repeating: 0x1.71547652b82fep+0)
    let product = parts.high * log2e
    let productLow = (-product).addingProduct(parts.high, log2e)
      .addingProduct(parts.high, SIMD4(repeating: 0x1.777d0ffda0d24p-56)).addingProduct(parts.low, log2e)
    let sum = parts.exponent + product
    let sumLow = ((parts.exponent - sum) + product) + productLow
    let high = sum + sumLow
    return (high, (sum - high) + sumLow)
  }

  /// log x = exponent * ln 2 + high + low for positive finite x.
  @_transparent @_noAllocation @_noLocks
  static func logarithm(_ x: SIMD4<Double>) -> (exponent: SIMD4<Double>, high: SIMD4<Double>, low: SIMD4<Double>) {
    let isSubnormal = x .< 0x1p-1022
    let normal = x.replacing(with: x * 0x1p54, where: isSubnormal)
    // The bits of sqrt(1/2) as origin: the exponent field then counts from there.
    let root = SIMD4<Int64>(repeating: 0x3fe6_a09e_667f_3bcd)
    let shifted = (bits(normal) &- root) &+ SIMD4(repeating: 0x3ff0_0000_0000_0000)
    let field = unsafeBitCast(unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &>> SIMD4(repeating: 52), to: SIMD4<Int64>.self)
    var exponent = fromBits(field | SIMD4(repeating: 0x4330_0000_0000_0000)) - (0x1p52 + 1_023)
    exponent.replace(with: exponent - 54, where: isSubnormal)
    let m = fromBits((shifted & SIMD4(repeating: 0x000f_ffff_ffff_ffff)) &+ root)

    let f = m - 1
    let d = m + 1
    let dLow = m - (d - 1)
    let inverse = SIMD4<Double>(repeating: 1) / d
    let z = f * inverse
    let zLow = f.addingProduct(-z, d).addingProduct(-z, dLow) * inverse

    let z2 = z * z
    let z2Low = (-z2).addingProduct(z, z).addingProduct(z + z, zLow)
    let z3 = z2 * z
    let z3Low = (-z3).addingProduct(z2, z).addingProduct(z2Low, z).addingProduct(z2, zLow)
    let twoThirds = SIMD4<Double>(repeating: 0x1.5555555555555p-1)
    let cubic = z3 * twoThirds
    let cubicLow = (-cubic).addingProduct(z3, twoThirds).addingProduct(z3, SIMD4(repeating: 0x1.5555555555555p-55))
      .addingProduct(z3Low, twoThirds)

    var p = SIMD4<Double>(repeating: 0x1.e032e4d8436a1p-4)
    p = step(p, z2, 0x1.df7c5bc7c7563p-4)
    p = step(p, z2, 0x1.1118c9ee5b8a4p-3)
    p = step(p, z2, 0x1.3b1395c881220p-3)
    p = step(p, z2, 0x1.745d177aad02ap-3)
    p = step(p, z2, 0x1.c71c71c6ea871p-3)
    p = step(p, z2, 0x1.2492492492522p-2)
    p = step(p, z2, 0x1.999999999999ap-2)

    let double = z + z
    let high = double + cubic
    let rest = (zLow + zLow) + cubicLow
    return (exponent, high, ((double - high) + cubic) + rest.addingProduct(z2 * z3, p))
  }

  /// Puts the logarithms of 0, infinity, NaN and negative numbers in.
  @_transparent @_noAllocation @_noLocks
  static func withSpecialCases(_ result: SIMD4<Double>, _ x: SIMD4<Double>) -> SIMD4<Double> {
    var y = result
    y.replace(with: .nan, where: .!(x .>= 0))
    y.replace(with: -.infinity, where: x .== 0)
    y.replace(with: .infinity, where: x .== .infinity)
    return y
  }

  /// x^y where x is not positive and finite or y is not finite; IEEE 754-2019, 9.2.1.
  @_noAllocation @_noLocks
  private static func specialPower(_ x: Double, _ y: Double, _ ordinary: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    if x.isNaN || y.isNaN { return .nan }
    let size = x.magnitude
    if y.magnitude == .infinity { return size == 1 ? 1 : (size > 1) == (y > 0) ? .infinity : 0 }
    // From 2^53 on every number is even; below, adding and taking away 2^52 rounds to a whole number.
    let isWhole = y.magnitude >= 0x1p52 || (y.magnitude + 0x1p52) - 0x1p52 == y.magnitude
    let half = y.magnitude * 0.5
    let isOdd = isWhole && y.magnitude < 0x1p53 && (half + 0x1p52) - 0x1p52 != half
    let isNegative = isOdd && x.sign == .minus
    if size == 0 || size == .infinity {
      let result: Double = (size == 0) == (y > 0) ? 0 : .infinity
      return isNegative ? -result : result
    }
    if !isWhole { return .nan }
    let result = pow(size, y)
    return isNegative ? -result : result
  }
}
