import Foundation
import Signal
import Testing

@testable import DSP

/// `comb`, `svf`, `ladder`.
@Suite("further filters") struct FurtherFilterTests {
  private func gain(_ harness: KernelHarness, _ frequency: Double, _ frames: Int = 48_000) -> Double {
    harness.reset()
    let silence = [Float](repeating: 0, count: frames)
    let input = [TestSignal.impulse(frames)] + Array(repeating: silence, count: harness.context.inputChannels.reduce(0, +) - 1)
    return Measure.magnitude(harness.run(input)[0], at: frequency, sampleRate: 48_000)
  }

  @Test func aCombHasItsPeaksAtTheMultiplesOfItsFrequency() throws {
    let harness = try KernelHarness(Comb.self, channels: [1], parameters: ["frequency": 480, "feedback": 0.9])
    for multiple in 1...4 { #expect(abs(gain(harness, 480 * Double(multiple)) - 10) < 0.01) }
    #expect(abs(gain(harness, 720) - 1 / 1.9) < 0.001)
    let notches = try KernelHarness(Comb.self, channels: [1], parameters: ["frequency": 480, "forward": 1])
    #expect(gain(notches, 720) < 1e-4)
    #expect(abs(gain(notches, 960) - 2) < 1e-3)
  }

  @Test(arguments: ["lowpass", "highpass", "bandpass", "notch", "allpass"])
  func aStateVariableFilterHasTheResponseOfTheBiquad(mode: String) throws {
    let harness = try KernelHarness(
      StateVariable.self, channels: [1, 1], parameters: ["cutoff": 1_500, "q": 2], structural: ["mode": .word(mode)])
    for frequency in [50.0, 700, 1_500, 4_000, 18_000] {
      let u = tan(.pi * frequency / 48_000) / tan(.pi * 1_500 / 48_000)
      let denominator = hypot(1 - u * u, u / 2)
      let numerator =
        switch mode {
        case "lowpass": 1.0
        case "highpass": u * u
        case "bandpass": u / 2
        case "notch": abs(1 - u * u)
        default: denominator
        }
      #expect(abs(gain(harness, frequency) - numerator / denominator) < 2e-5)
    }
  }

  /// A cutoff that jumps by ten octaves at 5 kHz: whatever the course, what is in the filter never grows.
  @Test func audioRateModulationNeverBlowsUp() throws {
    let octaves = (0..<48_000).map { Float($0 / 5 % 2 == 0 ? 5 : -5) }
    let noise = TestSignal.noise(48_000)
    for harness in [
      try KernelHarness(StateVariable.self, channels: [1, 1], parameters: ["cutoff": 1_000, "q": 5]),
      try KernelHarness(Ladder.self, channels: [1, 1], parameters: ["cutoff": 1_000, "resonance": 1]),
    ] {
      #expect(Measure.peak(harness.run([noise, octaves])[0]) < 40)
    }
  }

  @Test func octavesMoveTheCutoffByAsMany() throws {
    let moved = try KernelHarness(StateVariable.self, channels: [1, 1], parameters: ["cutoff": 500])
    let fixed = try KernelHarness(StateVariable.self, channels: [1, 1], parameters: ["cutoff": 2_000])
    let noise = TestSignal.noise(4_800)
    let a = moved.run([noise, [Float](repeating: 2, count: 4_800)])[0],
      b = fixed.run([noise, [Float](repeating: 0, count: 4_800)])[0]
    for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-5) }
  }

  /// Quiet, so that the curve is straight: H = G^4 / (1 + k G^4) with G = 1 / (1 + j u).
  @Test(arguments: [0.0, 0.5, 0.9]) func theLaddersResponseForQuietSounds(resonance: Double) throws {
    let harness = try KernelHarness(
      Ladder.self, channels: [1, 1], parameters: ["cutoff": 1_000, "resonance": resonance, "drive": -24])
    let silence = [Float](repeating: 0, count: 48_000)
    let output = harness.run([TestSignal.impulse(48_000, height: 1e-3), silence])[0]
    for frequency in [30.0, 500, 1_000, 3_000] {
      let u = tan(.pi * frequency / 48_000) / tan(.pi * 1_000 / 48_000)
      // (1 + j u)^4 + k
      let (r, i) = (1 - 6 * u * u + u * u * u * u + 4 * resonance, 4 * u - 4 * u * u * u)
      let measured = 1_000 * Measure.magnitude(output, at: frequency, sampleRate: 48_000)
      #expect(abs(20 * log10(measured * hypot(r, i))) < 0.01)
    }
  }
}
