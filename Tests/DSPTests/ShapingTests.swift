import Foundation
import Signal
import Testing

@testable import DSP

/// `clip`, `softclip`, `fold`, `tube` and `crush`.
@Suite("waveshapers") struct ShapingTests {
  static let ramp = (0...4_000).map { Float($0 - 2_000) / 400 }

  private func curve(_ type: EffectType, _ parameters: [String: Double] = [:], _ structural: [String: StructuralValue] = [:])
    throws
    -> [Float]
  {
    var structural = structural
    structural["antialias"] = .word("none")
    return try KernelHarness(type, channels: [1], parameters: parameters, structural: structural).run([Self.ramp])[0]
  }

  @Test func clipIsStraightAndThenFlat() throws {
    let output = try curve(Clip.self, ["amount": 6])
    let gain = pow(10, 6.0 / 20)
    for (x, y) in zip(Self.ramp, output) { #expect(abs(Double(y) - max(-1, min(1, gain * Double(x)))) < 1e-6) }
  }

  @Test func softclipIsACubicThatArrivesWithoutACorner() throws {
    let output = try curve(SoftClipper.self)
    for (x, y) in zip(Self.ramp, output) {
      let x = Double(x)
      #expect(abs(Double(y) - (abs(x) >= 1.5 ? (x < 0 ? -1 : 1) : x - 4 / 27 * x * x * x)) < 1e-6)
    }
  }

  @Test func foldReflectsAndItsSineHasNoCorners() throws {
    let triangle = try curve(Fold.self), sine = try curve(Fold.self, [:], ["shape": .word("sine")])
    for (index, x) in Self.ramp.enumerated() {
      let x = Double(x)
      #expect(abs(Double(triangle[index]) - 2 / .pi * asin(sin(.pi / 2 * x))) < 1e-6)
      #expect(abs(Double(sine[index]) - sin(.pi / 2 * x)) < 1e-6)
    }
  }

  @Test func theTubesCurveIsLopsidedWithASlopeOfOne() throws {
    // The highpass behind it is slow: within the first millisecond only the curve shows.
    for bias in [0.0, 0.5, -1] {
      for x in [Float(-1.5), -0.2, 1e-3, 0.3, 2] {
        let harness = try KernelHarness(
          Tube.self, channels: [1], structural: ["bias": .quantity(bias, .number), "antialias": .word("none")])
        let y = Double(harness.run([[x]])[0][0])
        let expected = (tanh(Double(x) + bias) - tanh(bias)) / (1 - tanh(bias) * tanh(bias))
        #expect(abs(y - expected) < 2e-3 * max(abs(expected), 1e-3))
      }
    }
  }

  @Test func aTubeLeavesNoOffset() throws {
    let harness = try KernelHarness(
      Tube.self, channels: [1], parameters: ["amount": 12], structural: ["bias": .quantity(0.6, .number)])
    let output = harness.run([TestSignal.sine(96_000, frequency: 500)])[0]
    #expect(abs(output.suffix(48_000).reduce(0) { $0 + Double($1) } / 48_000) < 1e-3)
  }

  /// Aliases of a 5 kHz tone at full scale, twice oversampled: everything that is no harmonic of 5 kHz.
  @Test(arguments: ["clip", "softclip", "tube", "fold"])
  func aTwiceOversampledToneOf5kHzFoldsBackBelowMinus80dB(name: String) throws {
    let type = try #require(Catalog.standard[name])
    let rate = 96_000.0, count = 96_000
    let output = try KernelHarness(type, channels: [1], sampleRate: 96_000)
      .run([TestSignal.sine(count + 9_600, frequency: 5_003, sampleRate: rate)])[0].suffix(count)
    let samples = Array(output).map(Double.init)
    // Harmonics beyond 48 kHz fold to these places.
    for harmonic in 10...40 {
      let place = (Double(harmonic) * 5_003).truncatingRemainder(dividingBy: rate)
      let folded = min(place, rate - place)
      guard folded < 20_000, abs(folded.truncatingRemainder(dividingBy: 5_003)) > 1 else { continue }
      var (re, im) = (0.0, 0.0)
      for (n, x) in samples.enumerated() {
        re += x * cos(2 * .pi * folded * Double(n) / rate)
        im += x * sin(2 * .pi * folded * Double(n) / rate)
      }
      #expect(20 * log10(2 / Double(count) * hypot(re, im) + 1e-12) < -80, "harmonic \(harmonic)")
    }
  }

  @Test func antialiasingLowersWhatFolds() throws {
    func alias(_ word: String) throws -> Double {
      let harness = try KernelHarness(
        Clip.self, channels: [1], parameters: ["amount": 24], structural: ["antialias": .word(word)])
      let output = harness.run([TestSignal.sine(48_000, frequency: 5_003)])[0]
      // The eleventh harmonic, 55,033 Hz, folds to 7,033 Hz.
      var (re, im) = (0.0, 0.0)
      for (n, x) in output.enumerated() {
        re += Double(x) * cos(2 * .pi * 7_033 * Double(n) / 48_000)
        im += Double(x) * sin(2 * .pi * 7_033 * Double(n) / 48_000)
      }
      return 20 * log10(hypot(re, im))
    }
    #expect(try alias("adaa") < alias("none") - 15)
  }

  @Test func crushRoundsAndHolds() throws {
    let input = TestSignal.noise(1_200)
    let rounded = try KernelHarness(Crush.self, channels: [1], parameters: ["bits": 4]).run([input])[0]
    for (x, y) in zip(input, rounded) { #expect(y == Float((Double(x) * 8).rounded(.toNearestOrEven) / 8)) }
    let held = try KernelHarness(Crush.self, channels: [1], parameters: ["bits": 24, "rate": 12_000]).run([input])[0]
    for n in 0..<1_200 { #expect(abs(held[n] - input[n / 4 * 4]) < 1e-6) }
  }
}
