import Dataflow
import Signal
import Testing

@testable import DSP

@Suite("resample") struct ResampleTests {
  private func harness(from: Int, to: Int, quality: String = "best", channels: Int = 1) throws -> KernelHarness {
    try KernelHarness(
      Resample.self, channels: [channels],
      structural: ["rate": .quantity(Double(to), .frequency), "quality": .word(quality)], sampleRate: Rational(from),
      maximumFrameCount: 65_536)
  }

  /// The second half of a second of a converted sine.
  private func convertedSine(_ frequency: Double, from: Int, to: Int, quality: String = "best") throws -> (
    SineFit, latency: Double
  ) {
    let harness = try harness(from: from, to: to, quality: quality)
    let output = harness.run([TestSignal.sine(from, frequency: frequency, sampleRate: Double(from))])[0]
    let fit = SineFit(output[(to / 2)...], frequency: frequency, sampleRate: Double(to), offset: to / 2)
    return (fit, Resample.latency(harness.context).doubleValue / Double(from))
  }

  @Test(arguments: [(44_100, 48_000), (48_000, 44_100), (48_000, 96_000), (96_000, 48_000)], [997.0, 10_007, 19_997])
  func sinesKeepGainAndArriveAfterTheLatencyWithLessThanMinus149dBOfDistortion(rates: (Int, Int), frequency: Double) throws {
    let (fit, latency) = try convertedSine(frequency, from: rates.0, to: rates.1)
    #expect(abs(Math.decibels(amplitude: fit.amplitude)) < 1e-5)
    #expect(fit.residualDecibels < -149)
    let turns = fit.phase / (2 * .pi) + frequency * latency
    #expect(abs(turns - turns.rounded()) < 1e-8)
  }

  @Test(arguments: [(48_000, 44_100, 22_500.0), (48_000, 44_100, 23_900), (96_000, 48_000, 24_500), (96_000, 44_100, 40_000)])
  func whatTheLowerRateCannotCarryIs150dBDown(from: Int, to: Int, frequency: Double) throws {
    let harness = try harness(from: from, to: to)
    let output = harness.run([TestSignal.sine(from, frequency: frequency, sampleRate: Double(from))])[0]
    #expect(Math.decibels(amplitude: Measure.rms(output[(to / 2)...]) * 2.0.squareRoot()) < -150)
  }

  @Test(arguments: [19_000.0, 20_000, 20_900])
  func imagesAre150dBDown(frequency: Double) throws {
    let harness = try harness(from: 44_100, to: 96_000)
    let output = harness.run([TestSignal.sine(44_100, frequency: frequency, sampleRate: 44_100, amplitude: 0.5)])[0]
    // A Hann window keeps the tone itself out of the sum; the factor 2 undoes its gain.
    let middle = output[40_000..<88_000]
    let windowed = zip(middle, 0...).map { x, n in x * 2 * Float(0.5 - 0.5 * Math.cosPi(2 * Double(n) / 48_000)) }
    for image in [44_100 - frequency, 44_100 + frequency] {
      let level = Measure.gain(windowed, at: image, sampleRate: 96_000) - Math.decibels(amplitude: 48_000 / 2 * 0.5)
      #expect(level < -150)
    }
  }

  @Test func theResponseIsFlatWithin1ThousandthOfADecibelTo20kHz() throws {
    for (from, to) in [(44_100, 48_000), (48_000, 44_100)] {
      for frequency in stride(from: 500.0, through: 20_000, by: 1_500) {
        let (fit, _) = try convertedSine(frequency, from: from, to: to, quality: "fast")
        #expect(abs(Math.decibels(amplitude: fit.amplitude)) < 0.001)
        #expect(fit.residualDecibels < -100)
      }
    }
  }

  @Test func aConstantComesOutUnchanged() throws {
    let output = try harness(from: 44_100, to: 48_000).run([[Float](repeating: 0.75, count: 44_100)])[0]
    #expect(output[2_000...].allSatisfy { abs($0 - 0.75) < 2e-7 })
  }

  @Test func equalRatesCopyTheInput() throws {
    let harness = try harness(from: 48_000, to: 48_000, channels: 2)
    let input = [TestSignal.noise(5_000), TestSignal.noise(5_000, seed: 2)]
    #expect(harness.run(input) == input)
    #expect(Resample.latency(harness.context) == 0)
  }

  @Test(arguments: [(44_100, 48_000), (48_000, 44_100), (48_000, 96_000), (48_000, 32_000), (8_000, 44_100), (48_000, 11_025)])
  func theLatencyIsTheMiddleOfTheImpulseResponseAndTheTailItsEnd(from: Int, to: Int) throws {
    let harness = try harness(from: from, to: to)
    let output = harness.run([TestSignal.impulse(from / 4)])[0]
    let sum = output.reduce(0) { $0 + Double($1) }
    let middle = zip(output, 0...).reduce(0) { $0 + Double($1.0) * Double($1.1) } / sum
    let latency = Resample.latency(harness.context).doubleValue * Double(to) / Double(from)
    #expect(abs(middle - latency) < 1e-3)
    guard case .frames(let tail) = Resample.tail(harness.context) else { return #expect(Bool(false)) }
    #expect(output[tail...].allSatisfy { $0 == 0 })
    #expect(tail < Int(2.2 * latency) + 20)
  }

  @Test func stereoEqualsTwoMonosBitForBitHoweverTheStreamIsCut() throws {
    for (from, to) in [(44_100, 48_000), (48_000, 44_100), (48_000, 96_000), (48_000, 16_000), (48_000, 48_048)] {
      let input = [TestSignal.noise(3_000), TestSignal.noise(3_000, seed: 2), TestSignal.noise(3_000, seed: 3)]
      let monos = try input.map { try harness(from: from, to: to).run([$0], cuts: .whole)[0] }
      for cuts in [Cuts.blocks(1), .blocks(7), .random(seed: 5)] {
        #expect(try harness(from: from, to: to, channels: 3).run(input, cuts: cuts) == monos)
      }
    }
  }

  @Test func absurdRatiosAreRefusedWithTheirNumbers() {
    for (from, to) in [(48_000, 47_999 * 3), (192_000, 100)] {
      #expect(throws: EffectError.self) { try harness(from: from, to: to) }
    }
  }

  @Test func latencyFrom44100To48000IsAsDocumented() throws {
    #expect(try Resample.latency(harness(from: 44_100, to: 48_000).context) == 117)
    #expect(try Resample.latency(harness(from: 44_100, to: 48_000, quality: "fast").context) == 40)
  }
}
