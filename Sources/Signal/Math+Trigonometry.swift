// Circular functions. The angle is reduced to a quarter turn q and a rest within ±pi/4 carried in two doubles; sine and
// cosine of the rest come from fdlibm's kernels (K. C. Ng, 1993) with refitted polynomials.

extension Math {
  /// Sine on four lanes; radians.
  @_noAllocation @_noLocks
  public static func sin(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let angle = reduced(x)
    // The kernels lose the sign of zero; up to 2^-27 the sine is its argument.
    return selected(angle, angle.quarter).replacing(with: x, where: magnitude(x) .< 0x1p-27)
  }

  /// Cosine on four lanes; radians.
  @_noAllocation @_noLocks
  public static func cos(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let angle = reduced(x)
    return selected(angle, angle.quarter &+ SIMD4(repeating: 1))
  }

  /// Tangent on four lanes; radians.
  @_noAllocation @_noLocks
  public static func tan(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let angle = reduced(x)
    let s = sine(angle.high, angle.low)
    let c = cosine(angle.high, angle.low)
    let isOdd = (angle.quarter & SIMD4(repeating: 1)) .== SIMD4(repeating: 1)
    // tan(a + pi/2) = -cos a / sin a
    let top = s.high.replacing(with: -c.high, where: isOdd)
    let topLow = s.low.replacing(with: -c.low, where: isOdd)
    let bottom = c.high.replacing(with: s.high, where: isOdd)
    let bottomLow = c.low.replacing(with: s.low, where: isOdd)
    let quotient = top / bottom
    let rest = top.addingProduct(-quotient, bottom) + topLow.addingProduct(-quotient, bottomLow)
    return (quotient + rest / bottom).replacing(with: x, where: magnitude(x) .< 0x1p-27)
  }

  /// sin(pi x) on four lanes.
  @_noAllocation @_noLocks
  public static func sinPi(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let angle = reducedHalfTurns(x)
    let y = selected(angle, angle.quarter)
    // A whole number of half turns is a zero with the sign of x; below 2^-27 the sine is the reduced angle.
    return y.replacing(with: x * Double.pi, where: magnitude(x) .< 0x1p-27)
  }

  /// cos(pi x) on four lanes.
  @_noAllocation @_noLocks
  public static func cosPi(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let angle = reducedHalfTurns(x)
    return selected(angle, angle.quarter &+ SIMD4(repeating: 1))
  }

  /// An angle as quarter turns (of which the two low bits count) and a rest within ±pi/4.
  struct Angle: BitwiseCopyable {
    var quarter: SIMD4<Int64>
    var high: SIMD4<Double>
    var low: SIMD4<Double>

    // Written out because the one that the compiler makes is not annotated: debug builds, which look at one file at a
    // time, would refuse to call it from another.
    @_noAllocation @_noLocks
    init(quarter: SIMD4<Int64>, high: SIMD4<Double>, low: SIMD4<Double>) {
      self.quarter = quarter
      self.high = high
      self.low = low
    }
  }

  /// sin(rest + quarter pi/2).
  @_transparent @_noAllocation @_noLocks
  static func selected(_ angle: Angle, _ quarter: SIMD4<Int64>) -> SIMD4<Double> {
    let s = sine(angle.high, angle.low)
    let c = cosine(angle.high, angle.low)
    let one = SIMD4<Int64>(repeating: 1)
    let value = (s.high + s.low).replacing(with: c.high + c.low, where: (quarter & one) .== one)
    let sign = (quarter & SIMD4(repeating: 2)) &<< SIMD4(repeating: 62)
    return fromBits(bits(value) ^ sign)
  }

  @_transparent @_noAllocation @_noLocks
  static func sine(_ r: SIMD4<Double>, _ rLow: SIMD4<Double>) -> (high: SIMD4<Double>, low: SIMD4<Double>) {
    let z = r * r
    var p = SIMD4<Double>(repeating: -0x1.ab16a1e56b284p-41)
    p = step(p, z, 0x1.61217d03d5536p-33)
    p = step(p, z, -0x1.ae6454103535bp-26)
    p = step(p, z, 0x1.71de3a545f1bap-19)
    p = step(p, z, -0x1.a01a01a01992cp-13)
    p = step(p, z, 0x1.1111111111110p-7)
    p = step(p, z, -0x1.5555555555555p-3)
    // The cosine of r multiplies the low part.
    let low = rLow.addingProduct(rLow * z, SIMD4(repeating: -0.5))
    let tail = low.addingProduct(z * r, p)
    let high = r + tail
    return (high, (r - high) + tail)
  }

  @_transparent @_noAllocation @_noLocks
  static func cosine(_ r: SIMD4<Double>, _ rLow: SIMD4<Double>) -> (high: SIMD4<Double>, low: SIMD4<Double>) {
    let z = r * r
    let zLow = (-z).addingProduct(r, r)
    var p = SIMD4<Double>(repeating: -0x1.907c8c95aeab0p-37)
    p = step(p, z, 0x1.1eeb6765f7333p-29)
    p = step(p, z, -0x1.27e4fa1666283p-22)
    p = step(p, z, 0x1.a01a019f4d911p-16)
    p = step(p, z, -0x1.6c16c16c16962p-10)
    p = step(p, z, 0x1.5555555555555p-5)
    let one = SIMD4<Double>(repeating: 1)
    let half = z * 0.5
    let high = one - half
    let rounding = (one - high) - half
    let low = rounding.addingProduct(zLow, SIMD4(repeating: -0.5)).addingProduct(-r, rLow).addingProduct(z * z, p)
    let sum = high + low
    return (sum, (high - sum) + low)
  }
}
