import Foundation
import Signal
import TestSupport
import Testing

@testable import DSP

@Suite("biquad") struct BiquadEffectTests {
  private func structural(_ values: [String: Double], rate: Double? = nil) -> [String: StructuralValue] {
    var result = values.mapValues { StructuralValue.quantity($0, .number) }
    if let rate { result["rate"] = .quantity(rate, .frequency) }
    return result
  }

  /// A lowpass of CamillaDSP's documentation, and one whose poles are real.
  @Test(arguments: [
    [
      "b0": 1.0051540967655406, "b1": -1.9114181152906082, "b2": 0.9103652925755905, "a1": -1.9114181152906082,
      "a2": 0.9155193893411311,
    ],
    ["b0": 0.3, "b1": -0.2, "b2": 1.5, "a1": -0.9, "a2": 0.14], ["b0": 0.5, "b1": 0.25, "b2": 0.125],
  ])
  func followsItsDifferenceEquation(coefficients: [String: Double]) throws {
    let harness = try KernelHarness(Biquad.self, channels: [2], structural: structural(coefficients))
    let input = noise(channels: 2, frames: 3_000, level: 0.5)
    let output = harness.run(input, cuts: .blocks(480))
    let (b0, b1, b2) = (coefficients["b0"]!, coefficients["b1"]!, coefficients["b2"]!)
    let (a1, a2) = (coefficients["a1"] ?? 0, coefficients["a2"] ?? 0)
    for channel in 0..<2 {
      var x = (0.0, 0.0), y = (0.0, 0.0)
      for frame in 0..<3_000 {
        let sample = Double(input[channel][frame])
        let wanted = b0 * sample + b1 * x.0 + b2 * x.1 - a1 * y.0 - a2 * y.1
        #expect(abs(Double(output[channel][frame]) - wanted) < 1e-6)
        x = (sample, x.0)
        y = (wanted, y.0)
      }
    }
  }

  @Test(arguments: [(a1: 0.0, a2: 1.0), (-2, 0.9999), (1.95, 0.94), (0, -1.2)])
  func whatIsUnstableIsRefused(poles: (a1: Double, a2: Double)) {
    #expect {
      _ = try KernelHarness(Biquad.self, channels: [1], structural: structural(["a1": poles.a1, "a2": poles.a2]))
    } throws: { ($0 as? EffectError)?.message.contains("is unstable") == true }
  }

  @Test func coefficientsOfAnotherRateAreRefused() throws {
    _ = try KernelHarness(Biquad.self, channels: [1], structural: structural(["b0": 0.5], rate: 48_000))
    #expect {
      _ = try KernelHarness(
        Biquad.self, channels: [1], structural: structural(["b0": 0.5], rate: 44_100), sampleRate: 96_000)
    } throws: { ($0 as? EffectError)?.message == "these coefficients are for 44100.0 Hz, and it runs at 96000.0 Hz" }
  }
}
