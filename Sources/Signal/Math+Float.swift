// Single precision through double: the result is the correctly rounded one but for about one argument in 2^27.

extension Math {
  /// e^x.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func exp(_ x: Float) -> Float { Float(exp(Double(x))) }
  /// 2^x; exact for whole numbers.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func exp2(_ x: Float) -> Float { Float(exp2(Double(x))) }
  /// Natural logarithm: minus infinity at 0, NaN below.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func log(_ x: Float) -> Float { Float(log(Double(x))) }
  /// Logarithm to base 2: exact for powers of two, minus infinity at 0, NaN below.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func log2(_ x: Float) -> Float { Float(log2(Double(x))) }
  /// x^y with the special cases of IEEE 754 `pow`.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func pow(_ x: Float, _ y: Float) -> Float { Float(pow(Double(x), Double(y))) }
  /// Sine; radians.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func sin(_ x: Float) -> Float { Float(sin(Double(x))) }
  /// Cosine; radians.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func cos(_ x: Float) -> Float { Float(cos(Double(x))) }
  /// Tangent; radians.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func tan(_ x: Float) -> Float { Float(tan(Double(x))) }
  /// sin(pi x).
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func sinPi(_ x: Float) -> Float { Float(sinPi(Double(x))) }
  /// cos(pi x).
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func cosPi(_ x: Float) -> Float { Float(cosPi(Double(x))) }
  /// Hyperbolic tangent.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func tanh(_ x: Float) -> Float { Float(tanh(Double(x))) }
  /// 10^(decibels/20): exactly 1 at 0 dB, 0 at minus infinity.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func amplitude(decibels: Float) -> Float { Float(amplitude(decibels: Double(decibels))) }
  /// 20 log10(amplitude): minus infinity at 0, NaN below.
  @_disfavoredOverload @_noAllocation @_noLocks
  public static func decibels(amplitude: Float) -> Float { Float(decibels(amplitude: Double(amplitude))) }
}

extension Math {
  /// e^x on eight lanes.
  @_noAllocation @_noLocks
  public static func exp(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(exp(low(x)), exp(high(x))) }
  /// 2^x on eight lanes.
  @_noAllocation @_noLocks
  public static func exp2(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(exp2(low(x)), exp2(high(x))) }
  /// Natural logarithm on eight lanes.
  @_noAllocation @_noLocks
  public static func log(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(log(low(x)), log(high(x))) }
  /// Logarithm to base 2 on eight lanes.
  @_noAllocation @_noLocks
  public static func log2(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(log2(low(x)), log2(high(x))) }
  /// x^y on eight lanes.
  @_noAllocation @_noLocks
  public static func pow(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    joined(pow(low(x), low(y)), pow(high(x), high(y)))
  }
  /// Sine on eight lanes; radians.
  @_noAllocation @_noLocks
  public static func sin(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(sin(low(x)), sin(high(x))) }
  /// Cosine on eight lanes; radians.
  @_noAllocation @_noLocks
  public static func cos(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(cos(low(x)), cos(high(x))) }
  /// Tangent on eight lanes; radians.
  @_noAllocation @_noLocks
  public static func tan(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(tan(low(x)), tan(high(x))) }
  /// sin(pi x) on eight lanes.
  @_noAllocation @_noLocks
  public static func sinPi(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(sinPi(low(x)), sinPi(high(x))) }
  /// cos(pi x) on eight lanes.
  @_noAllocation @_noLocks
  public static func cosPi(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(cosPi(low(x)), cosPi(high(x))) }
  /// Hyperbolic tangent on eight lanes.
  @_noAllocation @_noLocks
  public static func tanh(_ x: SIMD8<Float>) -> SIMD8<Float> { joined(tanh(low(x)), tanh(high(x))) }
  /// 10^(decibels/20) on eight lanes.
  @_noAllocation @_noLocks
  public static func amplitude(decibels x: SIMD8<Float>) -> SIMD8<Float> {
    joined(amplitude(decibels: low(x)), amplitude(decibels: high(x)))
  }
  /// 20 log10(amplitude) on eight lanes.
  @_noAllocation @_noLocks
  public static func decibels(amplitude x: SIMD8<Float>) -> SIMD8<Float> {
    joined(decibels(amplitude: low(x)), decibels(amplitude: high(x)))
  }

  @_transparent @_noAllocation @_noLocks
  static func low(_ x: SIMD8<Float>) -> SIMD4<Double> {
    SIMD4(Double(x[0]), Double(x[1]), Double(x[2]), Double(x[3]))
  }

  @_transparent @_noAllocation @_noLocks
  static func high(_ x: SIMD8<Float>) -> SIMD4<Double> {
    SIMD4(Double(x[4]), Double(x[5]), Double(x[6]), Double(x[7]))
  }

  @_transparent @_noAllocation @_noLocks
  static func joined(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD8<Float> {
    SIMD8(Float(a[0]), Float(a[1]), Float(a[2]), Float(a[3]), Float(b[0]), Float(b[1]), Float(b[2]), Float(b[3]))
  }
}
