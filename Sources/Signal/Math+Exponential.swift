// Exponentials. Each splits its argument into n + f with a whole n and |f| <= 1/2, carries f ln 2 in two doubles, and
// scales e^(f ln 2) by 2^n. Polynomials are Chebyshev fits of the remainder terms, below 2^-60.

extension Math {
  /// e^x on four lanes.
  @_noAllocation @_noLocks
  public static func exp(_ x: SIMD4<Double>) -> SIMD4<Double> {
    // Beyond ±800 the result is infinite or 0 all the same.
    let y = x.replacing(with: 800, where: x .> 800).replacing(with: -800, where: x .< -800)
    let n = round(y * 0x1.71547652b82fep+0)
    let r = remainder(y, n)
    return scaled(exponential(r.high, r.low), n)
  }

  /// 2^x on four lanes.
  @_noAllocation @_noLocks
  public static func exp2(_ x: SIMD4<Double>) -> SIMD4<Double> { exp2(x, SIMD4(repeating: 0)) }

  /// 10^(decibels/20) on four lanes.
  @_noAllocation @_noLocks
  public static func amplitude(decibels: SIMD4<Double>) -> SIMD4<Double> {
    let x = decibels.replacing(with: 7_000, where: decibels .> 7_000).replacing(with: -7_000, where: decibels .< -7_000)
    let factor = SIMD4<Double>(repeating: 0x1.542a5a12e1c5bp-3)
    let high = x * factor
    let low = (-high).addingProduct(x, factor).addingProduct(x, SIMD4(repeating: -0x1.33e2bb36cd142p-57))
    return exp2(high, low)
  }

  /// 2^(high + low), for |low| below an ulp of `high`.
  @_noAllocation @_noLocks
  static func exp2(_ high: SIMD4<Double>, _ low: SIMD4<Double>) -> SIMD4<Double> {
    let tooLarge = high .> 1_200
    let tooSmall = high .< -1_200
    let h = high.replacing(with: 1_200, where: tooLarge).replacing(with: -1_200, where: tooSmall)
    let l = low.replacing(with: 0, where: tooLarge .| tooSmall)
    let n = round(h)
    let f = h - n
    let ln2 = SIMD4<Double>(repeating: 0x1.62e42fefa39efp-1)
    let product = f * ln2
    let rest = (-product).addingProduct(f, ln2).addingProduct(f, SIMD4(repeating: 0x1.abc9e3b39803fp-56)).addingProduct(l, ln2)
    // `low` may be 2^10 ulps of f: the two parts are separated anew.
    let r = product + rest
    return scaled(exponential(r, (product - r) + rest), n)
  }

  /// To the nearest whole number, ties to even, for magnitudes below 2^51.
  @_transparent @_noAllocation @_noLocks
  static func round(_ x: SIMD4<Double>) -> SIMD4<Double> { (x + roundingShift) - roundingShift }

  /// x - n ln 2 in two parts, for whole |n| < 2048: the first constant has 41 bits, so its product is exact.
  @_transparent @_noAllocation @_noLocks
  static func remainder(_ x: SIMD4<Double>, _ n: SIMD4<Double>) -> (high: SIMD4<Double>, low: SIMD4<Double>) {
    let coarse = x.addingProduct(-n, SIMD4(repeating: 0x1.62e42fefa3000p-1))
    let rest = SIMD4<Double>(repeating: 0x1.3de6af278ece6p-42)
    let high = coarse.addingProduct(-n, rest)
    return (high, (coarse - high).addingProduct(-n, rest))
  }

  /// e^(r + rLow) - 1 - r, without the rounding of r itself.
  @_transparent @_noAllocation @_noLocks
  static func exponentialTail(_ r: SIMD4<Double>, _ rLow: SIMD4<Double>) -> SIMD4<Double> {
    var p = SIMD4<Double>(repeating: 0x1.1f7350a074034p-29)
    p = step(p, r, 0x1.af4e70dd7207dp-26)
    p = step(p, r, 0x1.27e4db3f36203p-22)
    p = step(p, r, 0x1.71de01f07539bp-19)
    p = step(p, r, 0x1.a01a01a6e448ep-16)
    p = step(p, r, 0x1.a01a01abfc8ddp-13)
    p = step(p, r, 0x1.6c16c16c162bfp-10)
    p = step(p, r, 0x1.11111111100b6p-7)
    p = step(p, r, 0x1.5555555555556p-5)
    p = step(p, r, 0x1.5555555555557p-3)
    p = step(p, r, 0.5)
    return rLow.addingProduct(rLow, r).addingProduct(r * r, p)
  }

  /// e^(r + rLow) for |r| <= 0.347.
  @_transparent @_noAllocation @_noLocks
  static func exponential(_ r: SIMD4<Double>, _ rLow: SIMD4<Double>) -> SIMD4<Double> {
    let tail = exponentialTail(r, rLow)
    let one = SIMD4<Double>(repeating: 1)
    let high = one + r
    return high + (((one - high) + r) + tail)
  }

  /// m 2^n for whole |n| <= 1200, rounded once: two factors, since one may leave the range where the product does not.
  @_transparent @_noAllocation @_noLocks
  static func scaled(_ m: SIMD4<Double>, _ n: SIMD4<Double>) -> SIMD4<Double> {
    let half = round(n * 0.5)
    return (m * power(half)) * power(n - half)
  }

  /// 2^n for whole -1022 <= n <= 1023.
  @_transparent @_noAllocation @_noLocks
  static func power(_ n: SIMD4<Double>) -> SIMD4<Double> {
    let integers = bits(n + (roundingShift + 1_023))
    return fromBits(integers &<< SIMD4(repeating: 52))
  }
}
