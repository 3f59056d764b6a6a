/// Elementary functions that give the same bits on every machine. Real-time safe.
///
/// libm differs between machines and cannot be called from annotated code. Everything here is made of `+`, `*`, `/`
/// and explicit fused multiply-adds, all correctly rounded by IEEE 754. A scalar function returns the very bits of a
/// lane of its vector form, so a loop may treat most frames as vectors and the rest one by one.
///
/// Errors in units in the last place (ulp) of the result, over the whole range, measured against a wider type:
///
/// | functions | `Double` | `Float` |
/// | --- | --- | --- |
/// | `exp exp2 amplitude` | 0.65 | 0.502 |
/// | `log log2 decibels` | 0.51 | 0.502 |
/// | `pow` | 0.75 | 0.502 |
/// | `sin cos sinPi cosPi` | 0.85 | 0.502 |
/// | `tan` | 1.0 | 0.502 |
/// | `tanh` | 1.0 | 0.502 |
///
/// Results below the smallest normal number are within 0.76 of a step, or flushed where a `DenormalGuard` holds.
public enum Math {
  /// e^x.
  @_noAllocation @_noLocks
  public static func exp(_ x: Double) -> Double { exp(SIMD4(repeating: x))[0] }

  /// 2^x; exact for whole numbers.
  @_noAllocation @_noLocks
  public static func exp2(_ x: Double) -> Double { exp2(SIMD4(repeating: x))[0] }

  /// Natural logarithm: minus infinity at 0, NaN below.
  @_noAllocation @_noLocks
  public static func log(_ x: Double) -> Double { log(SIMD4(repeating: x))[0] }

  /// Logarithm to base 2: exact for powers of two, minus infinity at 0, NaN below.
  @_noAllocation @_noLocks
  public static func log2(_ x: Double) -> Double { log2(SIMD4(repeating: x))[0] }

  /// x^y with the special cases of IEEE 754 `pow`.
  @_noAllocation @_noLocks
  public static func pow(_ x: Double, _ y: Double) -> Double { pow(SIMD4(repeating: x), SIMD4(repeating: y))[0] }

  /// Sine of an angle in radians, of any size.
  @_noAllocation @_noLocks
  public static func sin(_ x: Double) -> Double { sin(SIMD4(repeating: x))[0] }

  /// Cosine of an angle in radians, of any size.
  @_noAllocation @_noLocks
  public static func cos(_ x: Double) -> Double { cos(SIMD4(repeating: x))[0] }

  /// Tangent of an angle in radians, of any size.
  @_noAllocation @_noLocks
  public static func tan(_ x: Double) -> Double { tan(SIMD4(repeating: x))[0] }

  /// Sine of `x` half turns, sin(pi x): exact at multiples of 1/2.
  @_noAllocation @_noLocks
  public static func sinPi(_ x: Double) -> Double { sinPi(SIMD4(repeating: x))[0] }

  /// Cosine of `x` half turns, cos(pi x): exact at multiples of 1/2.
  @_noAllocation @_noLocks
  public static func cosPi(_ x: Double) -> Double { cosPi(SIMD4(repeating: x))[0] }

  /// Hyperbolic tangent; odd, and ±1 from |x| = 19.07 on.
  @_noAllocation @_noLocks
  public static func tanh(_ x: Double) -> Double { tanh(SIMD4(repeating: x))[0] }

  /// 10^(decibels/20): exactly 1 at 0 dB, 10 at 20 dB, 0 at minus infinity.
  @_noAllocation @_noLocks
  public static func amplitude(decibels: Double) -> Double { amplitude(decibels: SIMD4(repeating: decibels))[0] }

  /// 20 log10(amplitude): minus infinity at 0, NaN below.
  @_noAllocation @_noLocks
  public static func decibels(amplitude: Double) -> Double { decibels(amplitude: SIMD4(repeating: amplitude))[0] }
}

extension Math {
  /// Adds 1.5 * 2^52: rounds to the nearest whole number (ties to even), which then stands in the low bits.
  static var roundingShift: Double { @_transparent @_noAllocation @_noLocks get { 0x1.8p52 } }

  @_transparent @_noAllocation @_noLocks
  static func bits(_ x: SIMD4<Double>) -> SIMD4<Int64> { unsafeBitCast(x, to: SIMD4<Int64>.self) }

  @_transparent @_noAllocation @_noLocks
  static func fromBits(_ x: SIMD4<Int64>) -> SIMD4<Double> { unsafeBitCast(x, to: SIMD4<Double>.self) }

  @_transparent @_noAllocation @_noLocks
  static func magnitude(_ x: SIMD4<Double>) -> SIMD4<Double> { fromBits(bits(x) & SIMD4(repeating: 0x7fff_ffff_ffff_ffff)) }

  /// `accumulator * x + coefficient`: one step of Horner's rule.
  @_transparent @_noAllocation @_noLocks
  static func step(_ accumulator: SIMD4<Double>, _ x: SIMD4<Double>, _ coefficient: Double) -> SIMD4<Double> {
    SIMD4<Double>(repeating: coefficient).addingProduct(accumulator, x)
  }
}
