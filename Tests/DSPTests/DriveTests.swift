import Foundation
import Signal
import Testing

@testable import DSP

@Suite("drive") struct DriveTests {
  private func harness(_ decibels: Double, adaa: Bool = false, channels: Int = 1, rate: Int = 48_000) throws -> KernelHarness {
    try KernelHarness(
      Drive.self, channels: [channels], parameters: ["amount": decibels],
      structural: ["antialias": .word(adaa ? "adaa" : "none")], sampleRate: .init(rate))
  }

  @Test(arguments: [-24.0, 0, 12, 60])
  func itIsTheHyperbolicTangentWithin4e7OfTheValueQuietOrLoud(amount: Double) throws {
    let input = (0..<20_000).map { n in Float((n % 2 == 0 ? 1 : -1) * pow(10, -Double(n) / 2_000)) }
    let output = try harness(amount).run([input])[0]
    let gain = Double(Float(Math.amplitude(decibels: amount)))
    for (x, y) in zip(input, output) {
      let expected = tanh(gain * Double(x))
      #expect(abs(Double(y) - expected) <= 4e-7 * abs(expected))
    }
  }

  @Test func nothingPassesFullScaleAndSilenceStaysSilent() throws {
    let output = try harness(60).run([[0, 1e10, -1e10, .greatestFiniteMagnitude, -0.0, 3e-30, 0]])[0]
    #expect(output[..<5] == [0, 1, -1, 1, 0])
    #expect(abs(output[5] / 3e-27 - 1) < 1e-3 && output[6] == 0)
  }

  @Test(arguments: [-24.0, 0, 20, 40])
  func antialiasingTakesTheMeanOfTheCurveBetweenTwoSamplesHoweverCloseTheyAre(amount: Double) throws {
    // Steps from 1e-8 to 2, around every level.
    var random = SeededRandom(seed: 3)
    let input = (0..<20_000).flatMap { n -> [Float] in
      let x = Float.random(in: -1...1, using: &random)
      return [x, x + Float(pow(10, -8 * Double(n) / 20_000)) * Float.random(in: -1...1, using: &random)]
    }
    let output = try harness(amount, adaa: true).run([input])[0]
    let gain = Float(Math.amplitude(decibels: amount))
    var before = 0.0
    for (x, y) in zip(input, output) {
      let now = Double(x * gain)
      #expect(abs(Double(y) - mean(before, now)) < 3e-7)
      before = now
    }
  }

  /// By the antiderivative where the two are far apart, by Gauss's rule of five points where they are near.
  private func mean(_ a: Double, _ b: Double) -> Double {
    if abs(b - a) > 0.1 {
      func antiderivative(_ x: Double) -> Double { abs(x) + log1p(exp(-2 * abs(x))) }
      return (antiderivative(b) - antiderivative(a)) / (b - a)
    }
    let points: [(Double, Double)] = [
      (0, 0.568_888_888_888_889), (0.538_469_310_105_683, 0.478_628_670_499_366), (0.906_179_845_938_664, 0.236_926_885_056_189),
    ]
    return points.reduce(0) { sum, point in
      let middle = (a + b) / 2, offset = point.0 * (b - a) / 2
      let values = point.0 == 0 ? tanh(middle) : tanh(middle + offset) + tanh(middle - offset)
      return sum + point.1 * values / 2
    }
  }

  /// Strength of the harmonics of a driven 5 kHz tone that fold below 20 kHz, against the tone.
  private func folded(adaa: Bool) throws -> Double {
    let output = try harness(24, adaa: adaa).run([TestSignal.sine(96_000, frequency: 5_000, amplitude: 0.9)])[0][48_000...]
    func level(_ frequency: Double) -> Double { Measure.gain(output, at: frequency, sampleRate: 48_000) }
    // 7, 9, 11 and 13 times 5 kHz around 48 kHz; a whole second holds whole periods of all of them.
    return [13_000.0, 3_000, 7_000, 17_000].map { level($0) - level(5_000) }.max()!
  }

  @Test func antialiasingLowersTheFoldedHarmonicsBy8Decibels() throws {
    #expect(try folded(adaa: false) - folded(adaa: true) > 8)
  }

  @Test func antialiasingTakes1Point8DecibelsAt2TenthsOfTheRateAndDelaysByHalfAFrame() throws {
    let output = try harness(0, adaa: true).run([TestSignal.sine(9_600, frequency: 9_600, amplitude: 1e-3)])[0]
    let fit = SineFit(output[480...], frequency: 9_600, sampleRate: 48_000, offset: 480)
    #expect(abs(Math.decibels(amplitude: fit.amplitude / 1e-3) + 1.84) < 0.01)
    #expect(abs(fit.phase + .pi * 0.2) < 1e-4)
  }

  @Test func fourTimesOversampledTheFoldedHarmonicsOfA5kHzToneAre60DecibelsDown() throws {
    let up = try KernelHarness(
      Upsample.self, channels: [1], structural: ["factor": .integer(4)], maximumFrameCount: 500_000)
    let down = try KernelHarness(
      Downsample.self, channels: [1], structural: ["factor": .integer(4)], sampleRate: 192_000, patchSampleRate: 48_000,
      maximumFrameCount: 500_000)
    let input = TestSignal.sine(96_000, frequency: 5_000, amplitude: 0.9)
    let output = down.run(try harness(12, rate: 192_000).run(up.run([input])))[0][48_000...]
    let tone = Measure.gain(output, at: 5_000, sampleRate: 48_000)
    for alias in [3_000.0, 7_000, 13_000, 17_000, 2_000, 8_000] {
      #expect(Measure.gain(output, at: alias, sampleRate: 48_000) - tone < -60)
    }
  }

  /// Four times oversampled: the loudest of what folds below 20 kHz of a full tone driven by 12 dB, against the tone.
  private func foldedInRegion(_ antialias: String, frequency: Double, factor: Int = 4) throws -> Double {
    let input = TestSignal.sine(96_000, frequency: frequency, amplitude: 1)
    let output = try region(antialias, factor: factor, amount: 12, input)[48_000...]
    // Odd harmonics up to 59 around multiples of the inner rate; a whole second holds whole periods.
    let rate = Double(48_000 * factor)
    let aliases = stride(from: 1, through: 59, by: 2).map { harmonic -> Double in
      let place = (Double(harmonic) * frequency).truncatingRemainder(dividingBy: rate)
      return min(place, rate - place)
    }.filter { $0 < 20_000 && $0.truncatingRemainder(dividingBy: frequency) != 0 }
    return aliases.map { Measure.gain(output, at: $0, sampleRate: 48_000) }.max()!
      - Measure.gain(output, at: frequency, sampleRate: 48_000)
  }

  private func region(_ antialias: String, factor: Int, amount: Double, _ input: [Float]) throws -> [Float] {
    let up = try KernelHarness(
      Upsample.self, channels: [1], structural: ["factor": .integer(factor)], maximumFrameCount: 1_000_000)
    let down = try KernelHarness(
      Downsample.self, channels: [1], structural: ["factor": .integer(factor)], sampleRate: .init(48_000 * factor),
      patchSampleRate: 48_000, maximumFrameCount: 1_000_000)
    let drive = try KernelHarness(
      Drive.self, channels: [1], parameters: ["amount": amount], structural: ["antialias": .word(antialias)],
      sampleRate: .init(48_000 * factor), patchSampleRate: 48_000, maximumFrameCount: 1_000_000)
    return down.run(drive.run(up.run([input])))[0]
  }

  @Test func inAFourTimesOversampledRegionFoldedHarmonicsAreMoreThan100DecibelsDown() throws {
    // 7 kHz: its 27th and 29th harmonics lie 3 and 11 kHz beside 192 kHz.
    #expect(try foldedInRegion("none", frequency: 7_000) > -100)
    #expect(try foldedInRegion("auto", frequency: 7_000) < -120)
    #expect(try foldedInRegion("none", frequency: 11_000) > -75)
    // What is left is the third harmonic, 100 dB down by the region's own filters.
    #expect(try foldedInRegion("auto", frequency: 11_000) < -105)
    #expect(try foldedInRegion("double", frequency: 11_000, factor: 6) < -115)
  }

  @Test(arguments: [4, 5, 6, 7, 8, 12])
  func valuesHalfWayBetweenFramesAreFlatTo20kHzAndWaitWholeFramesOfThePatch(factor: Int) throws {
    let rate = 48_000 * factor
    let harness = try KernelHarness(
      Drive.self, channels: [1], parameters: ["amount": 0], structural: ["antialias": .word("double")],
      sampleRate: .init(rate), patchSampleRate: 48_000)
    let latency = Drive.latency(harness.context)
    #expect(latency == (factor == 4 ? 2 : 1))
    for frequency in [1_000.0, 20_000] {
      let output = harness.run([TestSignal.sine(9_600, frequency: frequency, sampleRate: Double(rate), amplitude: 1e-3)])[0]
      let fit = SineFit(output[4_800...], frequency: frequency, sampleRate: Double(rate), offset: 4_800)
      #expect(abs(Math.decibels(amplitude: fit.amplitude / 1e-3)) < 0.0033)
      let turns = frequency / 48_000 * latency.doubleValue + fit.phase / (2 * .pi)
      #expect(abs(turns - turns.rounded()) < 1e-4)
    }
  }

  @Test(arguments: [2, 4, 7, 8], [false, true])
  func byItselfItDoublesAtFourToSevenTimesThePatchsRateOutsideLoops(factor: Int, isInLoop: Bool) throws {
    var context = try KernelHarness(
      Drive.self, channels: [1], parameters: ["amount": 0], sampleRate: .init(48_000 * factor), patchSampleRate: 48_000
    ).context
    context.isInLoop = isInLoop
    #expect((Drive.latency(context) > 0) == (4..<8 ~= factor && !isInLoop))
  }

  @Test func doublingIsRefusedWhereTheSoundMayFillTheRate() throws {
    #expect(throws: EffectError.self) {
      _ = try KernelHarness(
        Drive.self, channels: [1], parameters: ["amount": 0], structural: ["antialias": .word("double")], sampleRate: 96_000,
        patchSampleRate: 48_000)
    }
  }

  @Test(arguments: [4, 5, 7])
  func noCutChangesABitOfDoubling(factor: Int) throws {
    let changes = [ParameterChange(frame: 96 * factor, parameter: 0, value: 30)]
    let input = [TestSignal.sine(4_000, frequency: 50, amplitude: 0.5), TestSignal.noise(4_000)]
    func run(_ cuts: Cuts) throws -> [[Float]] {
      try KernelHarness(
        Drive.self, channels: [2], parameters: ["amount": 0], structural: ["antialias": .word("double")],
        sampleRate: .init(48_000 * factor), patchSampleRate: 48_000
      ).run(input, cuts: cuts, changes: changes)
    }
    let whole = try run(.whole)
    for cuts in [Cuts.blocks(1), .blocks(7), .random(seed: 2)] { #expect(try run(cuts) == whole) }
  }

  @Test(arguments: [false, true])
  func aJumpOfTheAmountRampsOver20MillisecondsAndNoCutChangesABit(adaa: Bool) throws {
    let changes = [ParameterChange(frame: 96, parameter: 0, value: 30)]
    let input = [TestSignal.sine(4_000, frequency: 50, amplitude: 0.5), TestSignal.noise(4_000)]
    let whole = try harness(0, adaa: adaa, channels: 2).run(input, cuts: .whole, changes: changes)
    for n in 1..<4_000 { #expect(abs(whole[0][n] - whole[0][n - 1]) < 0.12) }
    for cuts in [Cuts.blocks(1), .blocks(7), .random(seed: 2)] {
      #expect(try harness(0, adaa: adaa, channels: 2).run(input, cuts: cuts, changes: changes) == whole)
    }
  }
}
