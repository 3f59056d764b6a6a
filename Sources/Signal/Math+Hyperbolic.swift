// Hyperbolic tangent as E / (E + 2) with E = e^(2|x|) - 1 in two doubles: full relative accuracy at both ends.

extension Math {
  /// Hyperbolic tangent on four lanes.
  @_noAllocation @_noLocks
  public static func tanh(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let size = magnitude(x)
    // tanh 20 differs from 1 by less than half an ulp.
    let doubled = (size + size).replacing(with: 40, where: size .> 20)
    let n = round(doubled * 0x1.71547652b82fep+0)
    let r = remainder(doubled, n)
    let tail = exponentialTail(r.high, r.low)
    let scale = power(n)

    // E = (2^n - 1) + 2^n (r + tail); 2^n - 1 is the larger summand, or 0.
    let whole = scale - 1
    let wholeLow = (scale - whole) - 1
    let fraction = scale * r.high
    let sum = whole + fraction
    let sumLow = ((whole - sum) + fraction) + wholeLow.addingProduct(scale, tail)
    let top = sum + sumLow
    let topLow = (sum - top) + sumLow
    let bottom = top + 2
    let bottomLow = ((SIMD4<Double>(repeating: 2) - bottom) + top) + topLow
    let large = ((top - bottom) + 2) + topLow

    let inverse = SIMD4<Double>(repeating: 1) / bottom
    let quotient = top * inverse
    let rest =
      top.addingProduct(-quotient, bottom) + topLow.addingProduct(-quotient, bottomLow.replacing(with: large, where: top .> 2))
    let result = quotient.addingProduct(rest, inverse)
    return fromBits(bits(result) | (bits(x) & SIMD4(repeating: Int64.min)))
  }
}
