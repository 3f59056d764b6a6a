import Signal
import Testing

#if arch(x86_64)
  import Glibc

  /// Distance of `value` from `exact`, in units in the last place of the result.
  private func ulps(_ value: Double, _ exact: Float80) -> Double {
    let rounded = Double(exact)
    if rounded.isNaN { return value.isNaN ? 0 : .infinity }
    if rounded.isInfinite || value.isInfinite || value.isNaN { return rounded == value ? 0 : .infinity }
    return Double((Float80(value) - exact).magnitude / Float80(max(rounded.magnitude, .leastNormalMagnitude).ulp))
  }

  private func ulps(_ value: Float, _ exact: Float80) -> Double {
    let rounded = Float(exact)
    if rounded.isNaN { return value.isNaN ? 0 : .infinity }
    if rounded.isInfinite || value.isInfinite || value.isNaN { return rounded == value ? 0 : .infinity }
    return Double((Float80(value) - exact).magnitude / Float80(max(rounded.magnitude, .leastNormalMagnitude).ulp))
  }

  /// Arguments drawn evenly from a range, and evenly in exponent down from its ends.
  private func arguments(_ range: ClosedRange<Double>, _ count: Int = 20_000) -> [Double] {
    var random = SeededRandom(seed: 7)
    return (0..<count).map { index in
      let x = Double.random(in: range, using: &random)
      return index % 3 == 0 ? x * Double.random(in: -60...0, using: &random).exponential : x
    }
  }

  /// 10^(x/20) with the whole decades split off, since x/20 itself would be rounded.
  private func tenth(_ x: Float80) -> Float80 {
    let decades = (x / 20).rounded()
    return Glibc.pow(10, decades) * Glibc.pow(10, (x - 20 * decades) / 20)
  }

  extension Double {
    fileprivate var exponential: Double { Glibc.exp2(self) }
  }

  @Suite("Math against 64-bit significands") struct MathAccuracyTests {
    typealias Case = (
      name: String, range: ClosedRange<Double>, bound: Double, fast: @Sendable (Double) -> Double,
      exact: @Sendable (Float80) -> Float80
    )
    static let cases: [Case] = [
      ("exp", -708...709.7, 0.65, { Math.exp($0) }, { Glibc.exp($0) }),
      ("exp2", -1_022...1_024, 0.65, { Math.exp2($0) }, { Glibc.exp2($0) }),
      ("log", 1e-300...1e300, 0.51, { Math.log($0) }, { Glibc.log($0) }),
      ("log", 0.5...2, 0.51, { Math.log($0) }, { Glibc.log($0) }),
      ("log2", 1e-300...1e300, 0.51, { Math.log2($0) }, { Glibc.log2($0) }),
      ("log2", 0.5...2, 0.51, { Math.log2($0) }, { Glibc.log2($0) }),
      ("sin", -10...10, 0.85, { Math.sin($0) }, { Glibc.sin($0) }),
      ("sin", -1e9...1e9, 0.85, { Math.sin($0) }, { Glibc.sin($0) }),
      ("sin", -1e300...1e300, 0.85, { Math.sin($0) }, { Glibc.sin($0) }),
      ("cos", -10...10, 0.85, { Math.cos($0) }, { Glibc.cos($0) }),
      ("cos", -1e12...1e12, 0.85, { Math.cos($0) }, { Glibc.cos($0) }),
      ("cos", -1e300...1e300, 0.85, { Math.cos($0) }, { Glibc.cos($0) }),
      ("tan", -10...10, 1, { Math.tan($0) }, { Glibc.tan($0) }),
      ("tan", -1e18...1e18, 1, { Math.tan($0) }, { Glibc.tan($0) }),
      ("tanh", -22...22, 1, { Math.tanh($0) }, { Glibc.tanh($0) }),
      ("tanh", -0.5...0.5, 1, { Math.tanh($0) }, { Glibc.tanh($0) }),
      (
        "amplitude", -6_000...6_000, 0.65, { Math.amplitude(decibels: $0) },
        { tenth($0) }
      ),
      ("amplitude", -120...40, 0.65, { Math.amplitude(decibels: $0) }, { tenth($0) }),
      ("decibels", 1e-10...10, 0.51, { Math.decibels(amplitude: $0) }, { 20 * Glibc.log10($0) }),
      (
        "sinPi", -1...1, 0.85, { Math.sinPi($0) },
        { $0.magnitude > 0.5 ? Glibc.sin(($0 > 0 ? 1 - $0 : -1 - $0) * .pi) : Glibc.sin($0 * .pi) }
      ),
      ("cosPi", -0.49...0.49, 0.85, { Math.cosPi($0) }, { Glibc.cos($0 * .pi) }),
    ]

    @Test(arguments: cases.indices) func doubleIsWithinItsBound(index: Int) {
      let test = Self.cases[index]
      var worst = (error: 0.0, argument: 0.0)
      for x in arguments(test.range) {
        let error = ulps(test.fast(x), test.exact(Float80(x)))
        if !(error <= worst.error) { worst = (error, x) }
      }
      #expect(worst.error <= test.bound, "\(test.name)(\(worst.argument)) is off by \(worst.error) ulp")
    }

    @Test func floatIsWithinItsBound() {
      var worst = 0.0
      for x in arguments(-80...80) {
        let x = Float(x), wide = Float80(x)
        worst = max(worst, ulps(Math.exp(x), Glibc.exp(wide)), ulps(Math.exp2(x), Glibc.exp2(wide)))
        worst = max(worst, ulps(Math.log(x.magnitude), Glibc.log(wide.magnitude)), ulps(Math.tanh(x), Glibc.tanh(wide)))
        worst = max(
          worst, ulps(Math.sin(x), Glibc.sin(wide)), ulps(Math.cos(x), Glibc.cos(wide)), ulps(Math.tan(x), Glibc.tan(wide)))
      }
      for x in arguments(-1...1) {
        let x = Float(x), wide = Float80(x)
        let half = wide.magnitude > 0.5 ? (wide > 0 ? 1 - wide : -1 - wide) : wide
        worst = max(worst, ulps(Math.sinPi(x), Glibc.sin(half * .pi)))
        worst = max(worst, ulps(Math.amplitude(decibels: 60 * x), tenth(Float80(60 * x))))
        worst = max(worst, ulps(Math.decibels(amplitude: x.magnitude), 20 * Glibc.log10(wide.magnitude)))
        worst = max(worst, ulps(Math.pow(x.magnitude, 7.3), Glibc.pow(wide.magnitude, Float80(7.3 as Float))))
      }
      #expect(worst <= 0.502)
    }

    @Test func powerIsWithinItsBoundToTheEndsOfTheRange() {
      var random = SeededRandom(seed: 3)
      var worst = (error: 0.0, x: 0.0, y: 0.0)
      for _ in 0..<50_000 {
        let x = Glibc.exp(Double.random(in: -300...300, using: &random))
        let limit = 708 / Glibc.log(x).magnitude
        let y = Double.random(in: -limit...limit, using: &random)
        let error = ulps(Math.pow(x, y), Glibc.pow(Float80(x), Float80(y)))
        if !(error <= worst.error) { worst = (error, x, y) }
      }
      #expect(worst.error <= 0.75, "pow(\(worst.x), \(worst.y)) is off by \(worst.error) ulp")
    }

    @Test func resultsBelowTheSmallestNormalNumberAreWithinOneStep() {
      for x in arguments(-1_074 ... -1_022) where x < -1_022 {
        #expect(abs(Float80(Math.exp2(x)) - Glibc.exp2(Float80(x))) <= 0.76 * Float80(Double.leastNonzeroMagnitude))
      }
    }
  }
#endif

@Suite("Math") struct MathTests {
  @Test func specialValuesFollowIEEE754() {
    let infinity = Double.infinity
    #expect(
      Math.exp(infinity) == infinity && Math.exp(-infinity) == 0 && Math.exp(Double.nan).isNaN && Math.exp(710.0) == infinity)
    #expect(Math.exp2(infinity) == infinity && Math.exp2(-infinity) == 0 && Math.exp2(Double.nan).isNaN)
    #expect(Math.log(0.0) == -infinity && Math.log(-1.0).isNaN && Math.log(infinity) == infinity && Math.log(Double.nan).isNaN)
    #expect(Math.log2(-0.0) == -infinity && Math.log2(-infinity).isNaN && Math.log2(Double.leastNonzeroMagnitude) == -1_074)
    for x in [infinity, -infinity, .nan] {
      #expect(Math.sin(x).isNaN && Math.cos(x).isNaN && Math.tan(x).isNaN && Math.sinPi(x).isNaN && Math.cosPi(x).isNaN)
    }
    #expect(Math.tanh(infinity) == 1 && Math.tanh(-infinity) == -1 && Math.tanh(Double.nan).isNaN)
    for zero in [0.0, -0.0] {
      for y in [Math.sin(zero), Math.tan(zero), Math.tanh(zero), Math.sinPi(zero)] { #expect(y == 0 && y.sign == zero.sign) }
    }
  }

  @Test func levelsAreExactWhereTheyCanBe() {
    #expect(Math.amplitude(decibels: 0) == 1 && Math.amplitude(decibels: -Double.infinity) == 0)
    for decade in 0...15 {
      var power = 1.0
      for _ in 0..<decade { power *= 10 }
      #expect(Math.amplitude(decibels: 20 * Double(decade)) == power)
      #expect(Math.decibels(amplitude: power) == 20 * Double(decade))
    }
    #expect(Math.decibels(amplitude: 0) == -Double.infinity && Math.decibels(amplitude: -1).isNaN)
    #expect(Math.amplitude(decibels: Double.infinity) == .infinity && Math.amplitude(decibels: Double.nan).isNaN)
  }

  @Test func wholePowersAndHalfTurnsAreExact() {
    for n in -1_022...1_023 {
      #expect(Math.exp2(Double(n)) == Double(sign: .plus, exponent: n, significand: 1))
      #expect(Math.log2(Double(sign: .plus, exponent: n, significand: 1)) == Double(n))
    }
    for n in -1_000...1_000 {
      let x = Double(n) / 2
      #expect(Math.sinPi(x) == [0, 1, 0, -1][n & 3] && Math.cosPi(x) == [1, 0, -1, 0][n & 3])
    }
    #expect(Math.sinPi(0x1p52 + 0.5) == 0 && Math.cosPi(0x1p52 + 1) == -1 && Math.cosPi(0x1p80) == 1)
    #expect(Math.cosPi(1e15 + 0.5) == 0 && Math.sinPi(1e15 + 0.5) == 1 && Math.sinPi(3e10 + 0.25) == Math.sinPi(0.25))
  }

  @Test func powerFollowsIEEE754InItsSpecialCases() {
    let infinity = Double.infinity
    #expect(Math.pow(Double.nan, 0.0) == 1 && Math.pow(1.0, Double.nan) == 1 && Math.pow(2.0, Double.nan).isNaN)
    #expect(Math.pow(-2.0, 3.0) == -8 && Math.pow(-2.0, 2.0) == 4 && Math.pow(-2.0, 0.5).isNaN)
    #expect(Math.pow(0.0, -1.0) == infinity && Math.pow(-0.0, -1.0) == -infinity && Math.pow(-0.0, -2.0) == infinity)
    #expect(Math.pow(-0.0, 3.0).sign == .minus && Math.pow(-0.0, 2.0).sign == .plus)
    #expect(Math.pow(-1.0, infinity) == 1 && Math.pow(0.5, infinity) == 0 && Math.pow(0.5, -infinity) == infinity)
    #expect(Math.pow(-infinity, 3.0) == -infinity && Math.pow(-infinity, -3.0) == 0 && Math.pow(infinity, 0.5) == infinity)
    #expect(
      Math.pow(10.0, 3.0) == 1_000 && Math.pow(3.0, 30.0) == 205_891_132_094_649
        && Math.pow(2.0, -1_074.0) == Double.leastNonzeroMagnitude)
    #expect(Math.pow(10.0, 400.0) == infinity && Math.pow(10.0, -400.0) == 0 && Math.pow(-1.0, 0x1p60) == 1)
  }

  @Test func hugeAnglesAreReducedExactly() {
    // Values from mpmath with 2,000 bits.
    #expect(Math.sin(1e22) == -0.8522008497671888 && Math.cos(1e22) == 0.523214785395139)
    #expect(Math.sin(Double.greatestFiniteMagnitude) == 0.004961954789184062)
    // The double closest to a multiple of pi/2 (Muller, Handbook of Floating-Point Arithmetic).
    let closest = 6_381_956_970_095_103 * 0x1p797
    #expect(Math.cos(closest) == -4.68716592425462761112e-19 && Math.sin(closest) == 1)
  }

  @Test func aScalarHasTheBitsOfALane() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<2_000 {
      let x = SIMD4<Double>((0..<4).map { _ in Double.random(in: -40...40, using: &random) })
      let f = SIMD8<Float>((0..<8).map { _ in Float.random(in: -40...40, using: &random) })
      let sines = Math.sin(x), powers = Math.exp(x), curves = Math.tanh(x), logarithms = Math.log2(x)
      let bends = Math.tanh(f), levels = Math.amplitude(decibels: f), waves = Math.cosPi(f)
      for lane in 0..<4 {
        #expect(sines[lane] == Math.sin(x[lane]) && powers[lane] == Math.exp(x[lane]) && curves[lane] == Math.tanh(x[lane]))
        #expect(logarithms[lane].bitPattern == Math.log2(x[lane]).bitPattern)
      }
      for lane in 0..<8 {
        #expect(bends[lane] == Math.tanh(f[lane]) && levels[lane] == Math.amplitude(decibels: f[lane]))
        #expect(waves[lane] == Math.cosPi(f[lane]))
      }
    }
  }
}
