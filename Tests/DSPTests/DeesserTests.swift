import Foundation
import Signal
import Testing

@testable import DSP

@Suite("deesser and transient") struct DeesserTests {
  @Test func soundsBelowTheBandPassBitForBit() throws {
    let input = TestSignal.sine(20_000, frequency: 300, amplitude: 0.8)
    let output = try KernelHarness(Deesser.self, channels: [1], parameters: ["threshold": -30]).run([input])
    #expect(output[0] == input && output[1].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [(9_030.0, 4.0), (12_100, 10)]) func hissIsLoweredByTheRatio(frequency: Double, ratio: Double) throws {
    let input = TestSignal.sine(48_000, frequency: frequency, amplitude: 0.25)
    let parameters = ["threshold": -26, "ratio": ratio, "attack": 0, "release": 5, "range": -60]
    let output = try KernelHarness(
      Deesser.self, channels: [1], parameters: parameters, structural: ["frequency": .quantity(4_000, .frequency)]
    ).run([input])
    // The band's level at this tone, whose samples come near its peaks often enough; what comes out is 1 + (g - 1) H.
    let r = tan(.pi * frequency / 48_000) / tan(.pi * 4_000 / 48_000)
    let band = 20 * log10(0.25 * r * r / (1 + pow(r, 4)).squareRoot())
    let reduction = Double(output[1].last!)
    #expect(abs(reduction + (1 - 1 / ratio) * (band + 26)) < 0.05)
    let change = pow(10, reduction / 20) - 1
    // H = -r^2 / (1 - r^2 + i sqrt(2) r)
    let (a, b) = (1 - r * r, 2.0.squareRoot() * r)
    let (re, im) = (-r * r * a / (a * a + b * b), r * r * b / (a * a + b * b))
    let wanted = 0.25 * (pow(1 + change * re, 2) + pow(change * im, 2)).squareRoot()
    let fit = SineFit(output[0][40_000...], frequency: frequency, sampleRate: 48_000)
    #expect(abs(20 * log10(fit.amplitude / wanted)) < 0.02)
  }

  @Test func theRangeBoundsIt() throws {
    let input = TestSignal.sine(20_000, frequency: 12_000, amplitude: 0.9)
    let output = try KernelHarness(Deesser.self, channels: [1], parameters: ["threshold": -60, "range": -9]).run([input])
    #expect(output[1].last! == -9)
  }
}

@Suite("transient") struct TransientTests {
  /// A tone that starts, holds its level for a second, and dies away by 60 dB a second.
  func note(_ amplitude: Double) -> [Float] {
    let tone = TestSignal.sine(96_000, frequency: 100, amplitude: amplitude)
    return [Float](repeating: 0, count: 4_800)
      + tone.enumerated().map { n, x in n < 48_000 ? x : x * Float(pow(10, -3 * Double(n - 48_000) / 48_000)) }
  }

  func gain(_ parameters: [String: Double], _ input: [Float], _ frame: Int) throws -> Double {
    let output = try KernelHarness(Transient.self, channels: [1], parameters: parameters).run([input])[0]
    // Around a peak of the tone.
    let window = frame..<(frame + 480)
    return 20 * log10(Double(Measure.peak(output[window]) / Measure.peak(input[window])))
  }

  @Test func startsAreRaisedAndSteadySoundIsNot() throws {
    let input = note(0.5)
    #expect(try abs(gain(["attack": 9], input, 4_850) - 9) < 0.1)
    let output = try KernelHarness(Transient.self, channels: [1], parameters: ["attack": 9, "sustain": 12]).run([input])[0]
    for n in 30_000..<50_000 { #expect(abs(output[n] - input[n]) < 1e-4 * 0.5) }
  }

  @Test func theEndIsLoweredInProportion() throws {
    // The slow follower of 0.1 s lags 6 dB behind a fall of 60 dB a second, half of 12.
    let lowered = try gain(["sustain": -10, "length": 0.1], note(0.5), 4_800 + 48_000 + 38_400)
    // The level comes down in steps of 0.3 dB, one for each half wave.
    #expect(abs(lowered + 5) < 0.2)
  }

  @Test func aQuietSoundIsShapedLikeALoudOne() throws {
    let parameters = ["attack": 6, "sustain": -6] as [String: Double]
    let loud = try KernelHarness(Transient.self, channels: [1], parameters: parameters).run([note(0.5)])[0]
    let quiet = try KernelHarness(Transient.self, channels: [1], parameters: parameters).run([note(0.05)])[0]
    // From 50 ms after the start on: the silence before it is not as far below a quiet sound.
    for n in stride(from: 20_000, to: 80_000, by: 111) { #expect(abs(quiet[n] * 10 - loud[n]) < 2e-3) }
  }

  @Test func withoutGainsNothingChanges() throws {
    let input = TestSignal.noise(10_000)
    #expect(try KernelHarness(Transient.self, channels: [1]).run([input])[0] == input)
  }
}
