import Signal

/// tanh and its mean between two values, on eight lanes in single precision.
///
/// Relative error below 4e-7, for quiet sounds as for loud ones: what a float sample holds, at a sixth of the cost of the
/// correctly rounded `Math.tanh`. Elementwise, so that it does not matter which frames share a vector.
enum SoftClip {
  /// tanh x.
  @inline(__always) @_noAllocation @_noLocks
  static func curve(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // tanh 10 is 1 in single precision. With E = e^(2|x|) - 1, tanh |x| = E / (E + 2), without cancellation.
    let doubled = smaller(magnitude(x) * 2, 20)
    let (scale, rest) = exponential(doubled)
    let e = (scale - 1).addingProduct(scale, rest)
    return signed(e / (e + 2), x)
  }

  /// The logarithm of e^-2|x| + 1: what ln(2 cosh x) has above |x|.
  @inline(__always) @_noAllocation @_noLocks
  static func excess(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let (scale, rest) = exponential(smaller(magnitude(x) * 2, 80) * -1)
    let v = scale.addingProduct(scale, rest)
    // log(1 + v) = 2 atanh(v / (2 + v))
    let w = v / (v + 2), s = w * w
    let series = horner(s, 0.115_860_12, 0.108_601_75, 0.142_955_7, 0.199_998_73, 0.333_333_33)
    return (w + w).addingProduct((w + w) * s, series)
  }

  /// The mean of tanh between `before` and `now`: first-order antiderivative antialiasing.
  ///
  /// The textbook quotient of differences of ln cosh loses its digits where the two are close. With their middle m and half
  /// their distance h, the same mean is atanh(tanh m tanh h) / h, which loses none; for h up to 1/2 both functions of h are
  /// short series. Beyond, the quotient is safe.
  ///
  /// - Parameters excessBefore, excessNow: `excess` of the two.
  @inline(__always) @_noAllocation @_noLocks
  static func mean(
    _ before: SIMD8<Float>, _ now: SIMD8<Float>, _ excessBefore: SIMD8<Float>, _ excessNow: SIMD8<Float>
  ) -> SIMD8<Float> {
    let difference = now - before
    let h = difference * 0.5, hh = h * h
    let tanhSeries = horner(hh, -0.006_968_04, 0.021_484_55, -0.053_936_01, 0.133_332_43, -0.333_333_33)
    let ratio = SIMD8<Float>(repeating: 1).addingProduct(hh, tanhSeries)
    let middle = curve(SIMD8(repeating: 0).addingProduct(before + now, 0.5))
    let t = middle * (ratio * h), tt = t * t
    let atanhSeries = horner(tt, 0.141_910_73, 0.072_968_22, 0.113_276_62, 0.142_739_7, 0.200_002_42, 0.333_333_32)
    let near = middle * ratio * SIMD8<Float>(repeating: 1).addingProduct(tt, atanhSeries)
    let far = ((magnitude(now) - magnitude(before)) + (excessNow - excessBefore)) / difference
    return far.replacing(with: near, where: magnitude(h) .<= 0.5)
  }

  /// e^x as `scale` (1 + rest), `scale` a power of two, for |x| up to 87.
  @_transparent @_noAllocation @_noLocks
  private static func exponential(_ x: SIMD8<Float>) -> (scale: SIMD8<Float>, rest: SIMD8<Float>) {
    // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
    let shift = SIMD8<Float>(repeating: 12_582_912)
    let shifted = shift.addingProduct(x, 1.442_695_04)
    let n = shifted - shift
    let r = x.addingProduct(n, -0.693_359_375).addingProduct(n, 2.121_944_4e-4)
    let series = horner(r, 1.0 / 5_040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5)
    let bits = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23 &+ SIMD8(repeating: 127 << 23)
    return (unsafeBitCast(bits, to: SIMD8<Float>.self), r.addingProduct(r * r, series))
  }

  @_transparent @_noAllocation @_noLocks
  private static func horner(_ x: SIMD8<Float>, _ a: Float, _ b: Float, _ c: Float, _ d: Float, _ e: Float) -> SIMD8<Float> {
    let high = SIMD8<Float>(repeating: b).addingProduct(x, a)
    let middle = SIMD8<Float>(repeating: d).addingProduct(x, SIMD8<Float>(repeating: c).addingProduct(x, high))
    return SIMD8<Float>(repeating: e).addingProduct(x, middle)
  }

  @_transparent @_noAllocation @_noLocks
  private static func horner(
    _ x: SIMD8<Float>, _ a: Float, _ b: Float, _ c: Float, _ d: Float, _ e: Float, _ f: Float
  ) -> SIMD8<Float> {
    SIMD8<Float>(repeating: f).addingProduct(x, horner(x, a, b, c, d, e))
  }

  @_transparent @_noAllocation @_noLocks
  private static func signed(_ magnitude: SIMD8<Float>, _ sign: SIMD8<Float>) -> SIMD8<Float> {
    let bits = unsafeBitCast(sign, to: SIMD8<Int32>.self) & Int32.min
    return unsafeBitCast(unsafeBitCast(magnitude, to: SIMD8<Int32>.self) | bits, to: SIMD8<Float>.self)
  }

  @_transparent @_noAllocation @_noLocks
  private static func smaller(_ x: SIMD8<Float>, _ limit: Float) -> SIMD8<Float> {
    x.replacing(with: limit, where: x .> limit)
  }
}
