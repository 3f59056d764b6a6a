import Foundation
import Signal
import Testing

@testable import DSP

@Suite("gate and expander") struct GateTests {
  static let gate: [String: Double] = [
    "threshold": -30, "hysteresis": 6, "attack": 0.001, "hold": 0.01, "release": 0.005, "range": -60,
  ]

  /// Constant levels in dB, each for as many frames.
  func levels(_ parts: [(Double, Int)]) -> [Float] {
    parts.flatMap { [Float](repeating: Float(pow(10, $0.0 / 20)), count: $0.1) }
  }

  func gain(_ type: EffectType, _ parameters: [String: Double], _ input: [Float]) throws -> [Double] {
    try KernelHarness(type, channels: [1, 0], parameters: parameters).run([input])[1].map(Double.init)
  }

  @Test func opensAtTheThresholdAndClosesBelowTheHysteresisAfterTheHold() throws {
    let input = levels([(-33, 2_000), (-29, 2_000), (-35, 2_000), (-37, 5_000), (-33, 2_000)])
    let gain = try gain(Gate.self, Self.gate, input)
    #expect(gain[0..<2_000].allSatisfy { $0 == -60 })
    for n in [1, 48, 200] { #expect(abs(gain[1_999 + n] + 60 * exp(-Double(n) / 48)) < 1e-3) }
    #expect(gain[3_900..<6_480].allSatisfy { abs($0) < 1e-6 })
    for n in [1, 240, 1_000] {
      #expect(abs(gain[6_479 + n] + 60 * (1 - exp(-Double(n) / 240))) < 1e-3)
    }
    #expect(gain[10_900...].allSatisfy { abs($0 + 60) < 1e-3 })
  }

  @Test func anOpenGatePassesTheSoundBitForBit() throws {
    let input = TestSignal.noise(20_000, amplitude: 0.7)
    let output = try KernelHarness(Gate.self, channels: [1, 0], parameters: Self.gate).run([input])[0]
    #expect(Array(output[10_000...]) == Array(input[10_000...]))
  }

  @Test func lookAheadOpensBeforeTheWord() throws {
    let harness = try KernelHarness(
      Gate.self, channels: [1, 0], parameters: Self.gate, structural: ["lookahead": .quantity(0.01, .time)])
    let output = harness.run([levels([(-60, 2_000), (-6, 2_000)])])[0]
    #expect(Gate.latency(harness.context) == 480)
    #expect(abs(output[2_480] - Float(pow(10, -6.0 / 20))) < 2e-4)
  }

  @Test func aSideChainOpensTheGate() throws {
    let quiet = levels([(-50, 4_000)])
    let open = try KernelHarness(Gate.self, channels: [1, 1], parameters: Self.gate).run([quiet, levels([(-10, 4_000)])])
    let closed = try KernelHarness(Gate.self, channels: [1, 1], parameters: Self.gate).run([quiet, levels([(-80, 4_000)])])
    #expect(abs(open[0].last! - quiet[0]) < 1e-8 && closed[1].allSatisfy { $0 == -60 })
  }

  @Test(arguments: [1.5, 2, 10]) func anExpanderFallsByItsRatioDownToItsRange(ratio: Double) throws {
    let parameters = ["threshold": -30, "ratio": ratio, "attack": 0.001, "release": 0.001, "range": -35]
    for level in stride(from: -70.0, through: 0, by: 3.7) {
      let gain = try gain(Expander.self, parameters, levels([(level, 4_000)]))
      #expect(abs(gain.last! - max(-35, min(0, (ratio - 1) * (level + 30)))) < 1e-3)
    }
  }

  @Test func anExpanderWaitsForItsHysteresisAndHold() throws {
    let parameters = [
      "threshold": -30, "ratio": 2, "attack": 0, "release": 0, "range": -40, "hysteresis": 5, "hold": 0.01,
    ]
    let gain = try gain(Expander.self, parameters, levels([(-20, 100), (-34, 2_000), (-36, 2_000), (-34, 100), (-29.9, 100)]))
    #expect(gain[0..<2_580].allSatisfy { $0 == 0 } && gain[2_580..<4_100].allSatisfy { abs($0 + 6) < 1e-5 })
    #expect(gain[4_100..<4_200].allSatisfy { abs($0 + 4) < 1e-5 } && gain[4_200...].allSatisfy { $0 == 0 })
  }
}
