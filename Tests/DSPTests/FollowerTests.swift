import Foundation
import Signal
import Testing

@testable import DSP

/// `follower` and `envelope`.
@Suite("followers") struct FollowerTests {
  private func amplitude(_ decibels: Double) -> Double { pow(10, decibels / 20) }
  private func constant(_ decibels: Double, _ frames: Int) -> [Float] {
    [Float](repeating: Float(amplitude(decibels)), count: frames)
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
