import Foundation
import Signal
import Testing

@testable import DSP

/// `compressor`, `gate`, `expander`, `deesser`, `transient`, `follower`, `envelope`.
@Suite("dynamics") struct DynamicsTests {
  private func amplitude(_ decibels: Double) -> Double { pow(10, decibels / 20) }
  private func constant(_ decibels: Double, _ frames: Int) -> [Float] {
    [Float](repeating: Float(amplitude(decibels)), count: frames)
  }

  /// What a steady level becomes.
  private func settled(_ harness: KernelHarness, _ decibels: Double) -> Double {
    harness.reset()
    let input = constant(decibels, 48_000)
    let output = harness.run(Array(repeating: input, count: harness.context.inputChannels.reduce(0, +)))
    return 20 * log10(Double(output[0].last!))
  }

  @Test(arguments: [2.0, 4, 20]) func theCompressorsStaticCurve(ratio: Double) throws {
    for knee in [0.0, 12] {
      let harness = try KernelHarness(
        Compressor.self, channels: [1, 1], parameters: ["threshold": -20, "ratio": ratio, "knee": knee, "makeup": 3])
      for level in stride(from: -40.0, through: 0, by: 4) {
        let over = level + 20
        let taken =
          2 * over <= -knee
          ? 0 : 2 * over >= knee ? (1 - 1 / ratio) * over : (1 - 1 / ratio) * pow(over + knee / 2, 2) / (2 * knee)
        #expect(abs(settled(harness, level) - (level - taken + 3)) < 1e-3, "knee \(knee), \(level) dB")
      }
    }
  }

  @Test func attackAndReleaseAreTimesOf63Percent() throws {
    let harness = try KernelHarness(
      Compressor.self, channels: [1, 1],
      parameters: ["threshold": -40, "ratio": 100, "knee": 0, "attack": 0.02, "release": 0.2])
    let input = constant(-60, 4_800) + constant(-20, 48_000) + constant(-60, 48_000)
    let reduction = harness.run([input, input])[1].map { -Double($0) }
    let full = 0.99 * 20
    #expect(abs(reduction[4_800 + 960] / full - (1 - exp(-1))) < 0.01)
    // The release starts when the level falls; the attack's smoothing stretches it a little.
    let end = 4_800 + 48_000
    #expect(abs(reduction[end + 9_600] / full - exp(-1)) < 0.05)
  }

  @Test func aHeldPeakKeepsTheGainDown() throws {
    let harness = try KernelHarness(
      Compressor.self, channels: [1, 1],
      parameters: ["threshold": -40, "ratio": 10, "knee": 0, "attack": 0, "release": 0.01, "hold": 0.1])
    let input = constant(-20, 4_800) + constant(-60, 9_600)
    let reduction = harness.run([input, input])[1]
    #expect(reduction[4_800 + 4_700] == reduction[4_799])
    #expect(reduction[4_800 + 6_000] > 0.5 * reduction[4_799])
  }

  @Test func lookaheadIsLatencyAndLetsTheGainMoveFirst() throws {
    let harness = try KernelHarness(
      Compressor.self, channels: [1, 1], parameters: ["threshold": -40, "ratio": 100, "knee": 0, "attack": 0.001],
      structural: ["lookahead": .quantity(0.005, .time)])
    #expect(Compressor.latency(harness.context) == 240)
    let input = constant(-80, 1_000) + constant(0, 9_000)
    let output = harness.run([input, input])[0]
    #expect(output[1_239] < 1e-3 && output[1_240] > 1e-3)
    // Five times the attack: what comes through first is within 1 dB of the end.
    #expect(20 * log10(output[1_240] / output[9_999]) < 1)
  }

  @Test func aFeedbackCompressorSettlesOnItsOwnOutput() throws {
    func harness(_ unconnected: Set<Int>) throws -> KernelHarness {
      try KernelHarness(
        Compressor.self, channels: [1, 1], parameters: ["threshold": -30, "ratio": 2, "knee": 0],
        structural: ["topology": .word("feedback")], unconnected: unconnected)
    }
    #expect(throws: EffectError.self) { try harness([]) }
    // out = in - (out + 30) / 2
    #expect(abs(settled(try harness([1]), -10) - (-10 - 15) / 1.5) < 1e-3)
  }

  @Test func linkedChannelsMoveTogether() throws {
    for (link, isTogether) in [("max", true), ("none", false)] {
      let harness = try KernelHarness(
        Compressor.self, channels: [2, 2], parameters: ["threshold": -30, "ratio": 10, "knee": 0],
        structural: ["link": .word(link)])
      let loud = constant(0, 24_000), quiet = constant(-40, 24_000)
      let output = harness.run([loud, quiet, loud, quiet])
      let kept = 20 * log10(Double(output[1].last!)) + 40
      #expect(isTogether ? abs(kept + 27) < 0.01 : abs(kept) < 0.01)
    }
  }

  @Test func parallelMixBlendsWithTheDrySound() throws {
    let harness = try KernelHarness(
      Compressor.self, channels: [1, 1], parameters: ["threshold": -40, "ratio": 100, "knee": 0, "mix": 0.5])
    let wet = amplitude(-20 - 0.99 * 20), dry = amplitude(-20)
    #expect(abs(settled(harness, -20) - 20 * log10(0.5 * (wet + dry))) < 1e-3)
  }

  @Test func aGateOpensAndClosesWithHysteresis() throws {
    let harness = try KernelHarness(
      Gate.self, channels: [1, 1],
      parameters: ["threshold": -30, "hysteresis": 10, "hold": 0.01, "attack": 0, "release": 0.005, "range": -60])
    let input = constant(-35, 4_800) + constant(-25, 4_800) + constant(-35, 9_600) + constant(-45, 9_600)
    let output = harness.run([input, input])[0]
    func gain(_ n: Int) -> Double { 20 * log10(Double(output[n] / input[n])) }
    #expect(abs(gain(4_000) + 60) < 0.1)
    #expect(abs(gain(9_000)) < 0.1)
    // Between the thresholds it stays as it was.
    #expect(abs(gain(19_000)) < 0.1)
    // 10 ms after the fall it begins to close.
    #expect(abs(gain(19_200 + 470)) < 0.1)
    #expect(abs(gain(28_700) + 60) < 0.1)
  }

  @Test func theExpandersStaticCurve() throws {
    let harness = try KernelHarness(
      Expander.self, channels: [1, 1], parameters: ["threshold": -40, "ratio": 3, "knee": 0, "range": -30])
    #expect(abs(settled(harness, -30) + 30) < 1e-3)
    #expect(abs(settled(harness, -45) - (-45 - 10)) < 1e-3)
    #expect(abs(settled(harness, -70) - (-70 - 30)) < 1e-3)
  }

  @Test func aDeEsserLowersHighsAloneAndOnlyLoudOnes() throws {
    let harness = try KernelHarness(DeEsser.self, channels: [1], parameters: ["threshold": -30, "range": -20])
    func gain(_ frequency: Double, _ level: Double) -> Double {
      harness.reset()
      let input = TestSignal.sine(24_000, frequency: frequency, amplitude: amplitude(level))
      return 20 * log10(Measure.rms(harness.run([input])[0].suffix(9_600)) / Measure.rms(input.suffix(9_600)))
    }
    #expect(gain(12_000, -6) < -7)
    #expect(abs(gain(12_000, -50)) < 0.1)
    #expect(abs(gain(200, -6)) < 0.2)
  }

  @Test func aTransientShaperLeavesSteadySoundsAlone() throws {
    let harness = try KernelHarness(Transient.self, channels: [1], parameters: ["attack": 1, "sustain": -1])
    let steady = constant(-12, 48_000)
    let output = harness.run([steady])[0]
    #expect(abs(20 * log10(Double(output.last!)) + 12) < 0.05)
    // A step stands out by what the slow follower lacks.
    harness.reset()
    let hit = harness.run([constant(-60, 24_000) + constant(-12, 2_400)])[0]
    #expect(hit[24_100] > 3 * Float(amplitude(-12)))
  }

  @Test func aFollowerGoesFromOneEndToTheOtherOnTheScaleItDrives() throws {
    for (scale, expected) in [(Scale.linear, 0.5 * (200 + 3_200)), (.log, 800.0)] {
      let harness = try KernelHarness(
        Follower.self, channels: [1],
        structural: [
          "from": .quantity(200, .frequency), "to": .quantity(3_200, .frequency), "floor": .quantity(-60, .level),
          "ceiling": .quantity(0, .level),
        ], drivenScale: scale)
      #expect(abs(Double(harness.run([constant(-30, 48_000)])[0].last!) - expected) < 0.1)
      harness.reset()
      #expect(abs(harness.run([constant(0, 48_000)])[0].last! - 3_200) < 0.1)
      harness.reset()
      #expect(abs(harness.run([constant(-90, 48_000)])[0].last! - 200) < 0.1)
    }
  }

  @Test func anEnvelopeIsThePeakOrTheRootOfTheMeanSquare() throws {
    let tone = TestSignal.sine(96_000, frequency: 997, amplitude: 0.5)
    let peak = try KernelHarness(Envelope.self, channels: [1], parameters: ["attack": 0, "release": 1]).run([tone])[0]
    #expect(abs(peak.last! - 0.5) < 0.002)
    let rms = try KernelHarness(
      Envelope.self, channels: [1], parameters: ["release": 0.2], structural: ["detector": .word("rms")]
    ).run([tone])[0]
    #expect(abs(Double(rms.last!) - 0.5 / 2.0.squareRoot()) < 0.002)
  }
}
