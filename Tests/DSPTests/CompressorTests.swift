import Foundation
import Signal
import Testing

@testable import DSP

@Suite("compressor") struct CompressorTests {
  static let steady: [String: Double] = [
    "threshold": -20, "ratio": 4, "attack": 0.001, "release": 0.001, "knee": 0, "makeup": 0,
  ]

  func constant(_ decibels: Double, _ frames: Int = 9_600) -> [Float] {
    [Float](repeating: Float(pow(10, decibels / 20)), count: frames)
  }

  func decibels(_ x: Float) -> Double { 20 * log10(Double(abs(x))) }

  /// Reiss and McPherson's static curve in textbook form, for the output level.
  func curve(_ level: Double, threshold t: Double, ratio r: Double, knee w: Double) -> Double {
    if 2 * (level - t) < -w { return level }
    if 2 * abs(level - t) <= w { return level + (1 / r - 1) * pow(level - t + w / 2, 2) / (2 * w) }
    return t + (level - t) / r
  }

  @Test(arguments: [0.0, 6, 24], [1.5, 4, 100]) func steadyLevelsFollowTheStaticCurve(knee: Double, ratio: Double) throws {
    for level in stride(from: -60.0, through: 6, by: 3.3) {
      let parameters = Self.steady.merging(["knee": knee, "ratio": ratio]) { $1 }
      let output = try KernelHarness(Compressor.self, channels: [1, 0], parameters: parameters).run([constant(level)])
      let wanted = curve(level, threshold: -20, ratio: ratio, knee: knee)
      #expect(abs(decibels(output[0].last!) - wanted) < 0.001)
      #expect(abs(Double(output[1].last!) - (wanted - level)) < 0.001)
    }
  }

  @Test func attackAndReleaseAreTimeConstantsAndHoldWaits() throws {
    let parameters = Self.steady.merging(["attack": 0.01, "release": 0.05, "hold": 0.02]) { $1 }
    let input = constant(-60, 1_000) + constant(0, 9_000) + constant(-60, 9_000)
    let gain = try KernelHarness(Compressor.self, channels: [1, 0], parameters: parameters).run([input])[1].map(Double.init)
    #expect(gain[999] == 0)
    for n in [1, 100, 480, 2_000] { #expect(abs(gain[999 + n] + 15 * (1 - exp(-Double(n) / 480))) < 0.001, "attack \(n)") }
    for n in 0...960 { #expect(gain[9_999 + n] == gain[9_999]) }
    for n in [1, 500, 2_400, 7_000] {
      #expect(abs(gain[9_999 + 960 + n] + 15 * exp(-Double(n) / 2_400)) < 0.001, "release \(n)")
    }
  }

  @Test func powerReadsASineThreeDecibelsLower() throws {
    let input = TestSignal.sine(48_000, frequency: 1_000)
    let parameters = Self.steady.merging(["attack": 0, "release": 0.1]) { $1 }
    let output = try KernelHarness(
      Compressor.self, channels: [1, 0], parameters: parameters,
      structural: ["detect": .word("rms"), "window": .quantity(0.1, .time)]
    ).run([input])
    // 20 - 3.01 dB above the threshold; the power ripples by 1/(2 w tau).
    #expect(abs(Double(output[1].last!) + 0.75 * (20 - 10 * log10(2.0))) < 0.02)
  }

  @Test(arguments: [2.0, 4, 20, 100], [0, 0.001, 0.02]) func feedbackReachesTheSameRatio(ratio: Double, attack: Double) throws {
    let parameters = Self.steady.merging(["ratio": ratio, "attack": attack, "release": 0.05]) { $1 }
    let harness = try KernelHarness(
      Compressor.self, channels: [1, 0], parameters: parameters, structural: ["topology": .word("feedback")])
    let output = harness.run([constant(-2, 48_000)])
    #expect(abs(decibels(output[0].last!) - (-20 + 18 / ratio)) < 0.01)
  }

  @Test func lookAheadKnowsAPeakBeforeItComesOut() throws {
    let parameters = Self.steady.merging(["attack": 0.0005, "ratio": 100, "release": 0.5, "hold": 0.02]) { $1 }
    let harness = try KernelHarness(
      Compressor.self, channels: [1, 0], parameters: parameters, structural: ["lookahead": .quantity(0.005, .time)])
    #expect(Compressor.latency(harness.context) == 240)
    let output = harness.run([constant(-60, 1_000) + constant(0, 1_000)])[0]
    #expect(abs(decibels(output[1_239]) + 60 + 19.8) < 0.02 && abs(decibels(output[1_240]) + 19.8) < 0.02)
  }

  @Test func linkedChannelsShareTheGainOfTheLoudest() throws {
    for (link, quiet) in [(1.0, -15.0), (0, 0), (0.5, -3.75)] {
      let parameters = Self.steady.merging(["link": link]) { $1 }
      let output = try KernelHarness(Compressor.self, channels: [2, 0], parameters: parameters).run([constant(0), constant(-30)])
      #expect(abs(decibels(output[0].last!) + 15) < 0.001 && abs(decibels(output[1].last!) + 30 - quiet) < 0.001, "\(link)")
    }
  }

  @Test func aSideChainIsListenedToInsteadThroughItsFilter() throws {
    let sound = constant(-40, 24_000)
    func gain(_ key: [Float], _ filter: [String: StructuralValue] = [:]) throws -> Double {
      let parameters = Self.steady.merging(["release": 1]) { $1 }
      let output = try KernelHarness(Compressor.self, channels: [2, 1], parameters: parameters, structural: filter)
        .run([sound, sound, key])
      #expect(output[0] == output[1])
      return decibels(output[0].last!) + 40
    }
    #expect(try abs(gain(constant(0, 24_000)) + 15) < 0.001)
    #expect(try gain(constant(-30, 24_000)) == gain(constant(-90, 24_000)))
    let low = TestSignal.sine(24_000, frequency: 100), high = TestSignal.sine(24_000, frequency: 4_000)
    let above: [String: StructuralValue] = ["keyhighpass": .quantity(2_000, .frequency)]
    let below: [String: StructuralValue] = ["keylowpass": .quantity(400, .frequency)]
    #expect(try gain(low) < -14 && gain(high) < -14)
    #expect(try gain(low, above) > -1 && gain(high, above) < -14)
    #expect(try gain(low, below) < -14 && gain(high, below) > -1)
  }

  @Test func mixAddsTheUncompressedSoundAndMakeupIsNotForIt() throws {
    let dry = try KernelHarness(Compressor.self, channels: [1, 0], parameters: ["mix": 0, "makeup": 12]).run([constant(0)])
    #expect(dry[0] == constant(0))
    let parameters = Self.steady.merging(["mix": 0.5, "makeup": 15]) { $1 }
    let half = try KernelHarness(Compressor.self, channels: [1, 0], parameters: parameters).run([constant(0)])
    #expect(abs(decibels(half[0].last!)) < 0.001)
  }

  @Test func refusesToLookAheadIntoItsOwnOutput() {
    #expect(throws: EffectError.self) {
      try KernelHarness(
        Compressor.self, channels: [1, 0],
        structural: ["topology": .word("feedback"), "lookahead": .quantity(0.01, .time)])
    }
  }
}
