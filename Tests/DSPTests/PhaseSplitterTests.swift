import Foundation
import Signal
import Testing

@testable import DSP

/// `hilbert`, `freqshift`, `wah`, `autowah`.
@Suite("quarter turns and wahs") struct PhaseSplitterTests {
  private func spectrum(_ response: [Float], _ frequency: Double, _ rate: Double) -> (Double, Double) {
    var real = 0.0, imaginary = 0.0
    for (n, x) in response.enumerated() {
      let angle = 2 * Double.pi * frequency * Double(n) / rate
      real += Double(x) * cos(angle)
      imaginary -= Double(x) * sin(angle)
    }
    return (real, imaginary)
  }

  @Test(arguments: [44_100, 48_000, 192_000]) func thePartsAreAQuarterTurnApartAtFullLevel(rate: Int) throws {
    let parts = try KernelHarness(Hilbert.self, channels: [1], sampleRate: .init(rate)).run([TestSignal.impulse(2 * rate)])
    for frequency in [20.0, 33, 100, 440, 1_000, 5_000, 12_000, Double(rate) / 2 - 1_000, Double(rate) / 2 - 20] {
      let a = spectrum(parts[0], frequency, Double(rate)), b = spectrum(parts[1], frequency, Double(rate))
      for (re, im) in [a, b] { #expect(abs(10 * log10(re * re + im * im)) < 0.001, "\(frequency)") }
      // b / a
      let turn = atan2(b.1 * a.0 - b.0 * a.1, b.0 * a.0 + b.1 * a.1) * 180 / Double.pi
      #expect(abs(turn + 90) < (rate > 48_000 ? 0.1 : 0.02), "\(frequency): \(turn)")
    }
  }

  @Test(arguments: [(1_000.0, 200.0), (1_000, -200), (60, 5), (15_000, 2_000)])
  func aToneMovesByTheShiftAndItsMirrorStaysBelow75Decibels(frequency: Double, shift: Double) throws {
    let harness = try KernelHarness(FrequencyShift.self, channels: [1], parameters: ["shift": shift])
    let output = harness.run([TestSignal.sine(96_000, frequency: frequency, amplitude: 0.5)])[0][48_000...]
    let wanted = SineFit(output, frequency: frequency + shift, sampleRate: 48_000)
    #expect(abs(wanted.amplitude - 0.5) < 0.001 && wanted.residualDecibels < -75, "\(wanted)")
    let mirror = SineFit(output, frequency: frequency - shift, sampleRate: 48_000)
    #expect(20 * log10(mirror.amplitude / 0.5) < -75)
  }

  @Test func aShiftOfZeroKeepsTheSpectrum() throws {
    let response = try KernelHarness(FrequencyShift.self, channels: [1], parameters: ["shift": 0]).run([
      TestSignal.impulse(48_000)
    ])[0]
    for frequency in [30.0, 440, 9_000] { #expect(abs(Measure.gain(response, at: frequency, sampleRate: 48_000)) < 0.001) }
  }

  @Test(arguments: [(0.0, 350.0), (0.5, (350.0 * 2_200).squareRoot()), (1, 2_200)])
  func theWahPassesItsCentreAndFallsByItsQ(position: Double, centre: Double) throws {
    let response = try KernelHarness(Wah.self, channels: [1], parameters: ["position": position, "q": 4])
      .run([TestSignal.impulse(24_000)])[0]
    #expect(abs(Measure.gain(response, at: centre, sampleRate: 48_000)) < 0.001)
    // At the upper -3.01 dB edge of the analogue bandpass, f/f0 - f0/f = 1/Q; through the bilinear transform.
    let edge = 1.0 / 8 + (1 + 1.0 / 64).squareRoot()
    let warped = 48_000 / Double.pi * atan(edge * tan(Double.pi * centre / 48_000))
    #expect(abs(Measure.gain(response, at: warped, sampleRate: 48_000) + 3.0103) < 0.01)
  }

  @Test(arguments: [(-60.0, 350.0), (-20, 877.5), (0, 2_200)])
  func theAutoWahOpensWithTheLevel(level: Double, centre: Double) throws {
    let harness = try KernelHarness(
      AutoWah.self, channels: [1], parameters: ["attack": 0.0005, "release": 5, "q": 10])
    let amplitude = pow(10, level / 20)
    // A tone at the centre comes through at its level, one an octave above does not.
    let at = harness.run([TestSignal.sine(48_000, frequency: centre, amplitude: amplitude)])[0]
    #expect(abs(20 * log10(Double(Measure.peak(at[24_000...])) / amplitude)) < 0.6)
    harness.reset()
    let off = harness.run([TestSignal.sine(48_000, frequency: 2 * centre, amplitude: amplitude)])[0]
    #expect(20 * log10(Double(Measure.peak(off[24_000...])) / amplitude) < -20)
  }
}
