import Dataflow
import Glibc
import Signal
import Testing

@testable import DSP

/// A complex number, as far as responses need it.
private struct Complex {
  var re: Double, im: Double
  static func * (a: Self, b: Self) -> Self { Self(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re) }
  static func / (a: Self, b: Self) -> Self {
    let n = b.re * b.re + b.im * b.im
    return Self(re: (a.re * b.re + a.im * b.im) / n, im: (a.im * b.re - a.re * b.im) / n)
  }
  var decibels: Double { 10 * Glibc.log10(re * re + im * im) }
}

/// The response of one section at `turn` = f / fs, from squares of half-angle functions so that nothing cancels at low
/// frequencies.
private func response(_ c: BiquadCoefficients, _ turn: Double) -> Complex {
  func side(_ p0: Double, _ p1: Double, _ p2: Double) -> Complex {
    let w = 2 * Double.pi * turn, s = Glibc.sin(w / 2)
    // p0 e^jw + p1 + p2 e^-jw with cos w = 1 - 2 s^2.
    return Complex(re: (p0 + p1 + p2) - 2 * (p0 + p2) * s * s, im: (p0 - p2) * Glibc.sin(w))
  }
  return side(c.b0, c.b1, c.b2) / side(1, c.a1, c.a2)
}

/// The analogue prototypes of the cookbook at s = j x, x = tan(pi f / fs) / tan(pi f0 / fs).
private func prototype(_ kind: FilterKind, _ x: Double, q: Double, gain: Double, slope: Double) -> Complex {
  func quadratic(_ s2: Double, _ s1: Double, _ s0: Double) -> Complex { Complex(re: s0 - s2 * x * x, im: s1 * x) }
  let a = Glibc.pow(10, gain / 40)
  let shelfQ = 1 / (1 / (q * q) + (a + 1 / a) * (1 / slope - 1)).squareRoot()
  let r = a.squareRoot() / shelfQ
  let one = Complex(re: a, im: 0)
  return switch kind {
  case .lowpass: quadratic(0, 0, 1) / quadratic(1, 1 / q, 1)
  case .highpass: quadratic(1, 0, 0) / quadratic(1, 1 / q, 1)
  case .bandpass: quadratic(0, 1 / q, 0) / quadratic(1, 1 / q, 1)
  case .notch: quadratic(1, 0, 1) / quadratic(1, 1 / q, 1)
  case .allpass: quadratic(1, -1 / q, 1) / quadratic(1, 1 / q, 1)
  case .peak: quadratic(1, a / q, 1) / quadratic(1, 1 / (a * q), 1)
  case .lowshelf: one * quadratic(1, r, a) / quadratic(a, r, 1)
  case .highshelf: one * quadratic(a, r, 1) / quadratic(1, r, a)
  }
}

private func band(_ kind: FilterKind, order: Int = 2) -> FilterBand {
  FilterBand(kind, structural: ["order": .integer(order)], firstParameter: 0, firstStage: 0)
}

private func sections(_ band: FilterBand, _ parameters: [Double], _ sampleRate: Double) -> [BiquadCoefficients] {
  parameters.withUnsafeBufferPointer { values in
    (0..<band.stageCount).map { band.coefficients($0, ParameterValues(values.baseAddress!), sampleRate) }
  }
}

/// 61 frequencies from 10 Hz to 0.45 fs, evenly spaced in their logarithm.
private func grid(_ sampleRate: Double) -> [Double] {
  (0...60).map { 10 * Glibc.pow(0.045 * sampleRate, Double($0) / 60) }
}

@Suite("Filter responses") struct FilterResponseTests {
  @Test(arguments: FilterKind.allCases, [44_100.0, 48_000, 96_000, 192_000])
  func everyFilterIsWithinAThousandthOfADecibelOfItsAnaloguePrototype(kind: FilterKind, sampleRate: Double) {
    for frequency in [20, 440, 0.2 * sampleRate, 0.44 * sampleRate] {
      for q in [0.3, FilterKind.butterworthQ, 10] {
        let shapes: [[Double]] =
          switch kind {
          case .peak: [[12, q], [-30, q]]
          case .lowshelf, .highshelf: [[9, q, 1], [-20, q, 0.4]]
          default: [[q]]
          }
        for shape in shapes {
          let gain = shape.count > 1 ? shape[0] : 0, slope = shape.count > 2 ? shape[2] : 1
          let section = sections(band(kind), [frequency] + shape, sampleRate)[0]
          for f in grid(sampleRate) {
            let x = Glibc.tan(.pi * f / sampleRate) / Glibc.tan(.pi * frequency / sampleRate)
            let wanted = prototype(kind, x, q: q, gain: gain, slope: slope).decibels
            let difference = response(section, f / sampleRate).decibels - wanted
            // In the bottom of a notch a decibel means nothing: compare above -120 dB.
            if wanted > -120 { #expect(abs(difference) < 0.001, "\(kind) \(frequency) Hz \(shape) at \(f) Hz") }
          }
        }
      }
    }
  }

  @Test(arguments: 1...16, [FilterKind.lowpass, .highpass])
  func everyOrderIsAButterworthFilter(order: Int, kind: FilterKind) {
    for (frequency, sampleRate) in [(100.0, 192_000.0), (1_000, 48_000), (15_000, 44_100)] {
      let cascade = sections(band(kind, order: order), [frequency, FilterKind.butterworthQ], sampleRate)
      #expect(cascade.count == (order + 1) / 2)
      for f in grid(sampleRate) {
        let x = Glibc.tan(.pi * f / sampleRate) / Glibc.tan(.pi * frequency / sampleRate)
        let ratio = kind == .lowpass ? x : 1 / x
        let wanted = -10 * Glibc.log10(1 + Glibc.pow(ratio, Double(2 * order)))
        let measured = cascade.reduce(0) { $0 + response($1, f / sampleRate).decibels }
        #expect(abs(measured - wanted) < 0.001, "order \(order) at \(f) Hz")
      }
    }
  }

  @Test func aCutOfTheSameQUndoesABoost() {
    let boost = sections(band(.peak), [800, 9, 2], 48_000)[0], cut = sections(band(.peak), [800, -9, 2], 48_000)[0]
    for f in grid(48_000) {
      let both = response(boost, f / 48_000) * response(cut, f / 48_000)
      #expect(abs(both.re - 1) < 1e-9 && abs(both.im) < 1e-9)
    }
  }

  @Test func theDefaultQOfAShelfIsSlopeOneAndDoesNotOvershoot() {
    let section = sections(band(.lowshelf), [200, 12, FilterKind.butterworthQ, 1], 48_000)[0]
    let levels = grid(48_000).map { response(section, $0 / 48_000).decibels }
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(abs(response(section, 200 / 48_000).decibels - 6) < 1e-9)
  }

  /// The whole effect, by its impulse response.
  @Test(arguments: FilterKind.allCases) func theEffectHasTheResponseOfItsCoefficients(kind: FilterKind) throws {
    let type = try #require(Catalog.standard[kind.name])
    let gain = kind.rawValue >= FilterKind.peak.rawValue
    let frequencyName = kind == .lowpass || kind == .highpass ? "cutoff" : "frequency"
    let harness = try KernelHarness(
      type, channels: [2], parameters: gain ? [frequencyName: 3_000, "gain": 6] : [frequencyName: 3_000])
    let output = harness.run([TestSignal.impulse(8_000), TestSignal.impulse(8_000, height: 0.5)])
    let section = sections(band(kind), harness.context.parameters, 48_000)[0]
    for f in [100.0, 1_000, 2_900, 5_000, 12_000] {
      let wanted = response(section, f / 48_000)
      for (channel, height) in [(0, 1.0), (1, 0.5)] {
        var sum = Complex(re: 0, im: 0)
        for (n, value) in output[channel].enumerated() {
          let turn = f * Double(n) / 48_000
          sum.re += Double(value) * Glibc.cos(2 * .pi * turn)
          sum.im -= Double(value) * Glibc.sin(2 * .pi * turn)
        }
        #expect(abs(sum.re - height * wanted.re) < 1e-5 && abs(sum.im - height * wanted.im) < 1e-5)
      }
    }
  }

  @Test(arguments: [FilterKind.lowpass, .highpass]) func orderAndQTogetherAreRefused(kind: FilterKind) throws {
    let type = try #require(Catalog.standard[kind.name])
    #expect(throws: EffectError.self) {
      try KernelHarness(type, channels: [1], parameters: ["q": 2], structural: ["order": .integer(4)])
    }
    _ = try KernelHarness(type, channels: [1], parameters: ["q": 2], structural: ["order": .integer(2)])
  }
}
