import Foundation
import Signal
import Testing

@testable import DSP

@Suite("tone controls and standard curves") struct SectionDesignTests {
  /// The gain of an effect at a frequency, from its impulse response.
  func gains(
    _ type: EffectType, _ parameters: [String: Double] = [:], _ structural: [String: StructuralValue] = [:],
    at frequencies: [Double], sampleRate: Int = 48_000
  ) throws -> [Double] {
    let harness = try KernelHarness(
      type, channels: [1], parameters: parameters, structural: structural, sampleRate: .init(sampleRate))
    let response = harness.run([TestSignal.impulse(sampleRate, height: 0.5)])[0]
    return frequencies.map { Measure.gain(response, at: $0, sampleRate: Double(sampleRate)) + 20 * log10(2) }
  }

  /// Squared gain of `(1 + j w t)`.
  func corner(_ frequency: Double, _ time: Double) -> Double { 1 + pow(2 * .pi * frequency * time, 2) }

  func warped(_ frequency: Double) -> Double { tan(.pi * frequency / 48_000) }

  @Test(arguments: [6, -3.0]) func tiltTurnsAroundItsPivot(amount: Double) throws {
    let frequencies = [40.0, 300, 1_000, 4_000, 15_000]
    let measured = try gains(Tilt.self, ["amount": amount, "pivot": 1_000], at: frequencies)
    let g = pow(10, amount / 20)
    for (frequency, gain) in zip(frequencies, measured) {
      let x = warped(frequency) / warped(1_000)
      #expect(abs(gain - 10 * log10((1 + g * g * x * x) / (g * g + x * x))) < 1e-3, "\(frequency) Hz")
    }
  }

  /// The prototypes of the cookbook with its slope.
  @Test func bassAndTrebleAreTheShelvesOfTheCookbook() throws {
    let frequencies = [20.0, 60, 100, 200, 1_000, 3_000, 6_000, 15_000]
    let bass = try gains(Bass.self, ["gain": 8], at: frequencies)
    let treble = try gains(Treble.self, ["gain": 8], at: frequencies)
    let a = pow(10, 8 / 40.0)
    let inverseQ = ((a + 1 / a) * (1 / 0.5 - 1) + 2).squareRoot()
    func shelf(_ x: Double) -> Double {
      let r = a.squareRoot() * inverseQ
      return 20 * log10(a) + 10 * log10((pow(a - x * x, 2) + r * r * x * x) / (pow(1 - a * x * x, 2) + r * r * x * x))
    }
    for (index, frequency) in frequencies.enumerated() {
      #expect(abs(bass[index] - shelf(warped(frequency) / warped(100))) < 1e-2, "bass at \(frequency) Hz")
      #expect(abs(treble[index] - shelf(warped(3_000) / warped(frequency))) < 1e-2, "treble at \(frequency) Hz")
    }
  }

  @Test func theLinkwitzTransformPutsOneResonanceInPlaceOfAnother() throws {
    let frequencies = [5.0, 20, 32, 75, 200, 2_000]
    let measured = try gains(LinkwitzTransform.self, ["from": 75, "fromq": 1.1, "to": 32, "toq": 0.7], at: frequencies)
    func square(_ f: Double, _ f0: Double, _ q: Double) -> Double {
      let x = warped(f) / warped(f0)
      return (pow(1 - x * x, 2) + x * x / (q * q)) * pow(warped(f0), 4)
    }
    for (frequency, gain) in zip(frequencies, measured) {
      #expect(abs(gain - 10 * log10(square(frequency, 75, 1.1) / square(frequency, 32, 0.7))) < 0.01, "\(frequency) Hz")
    }
  }

  @Test(arguments: [(44_100, 0.4), (48_000, 0.4), (96_000, 0.1), (192_000, 0.1)])
  func recordsAreEqualisedByTheirTimeConstants(rate: Int, tolerance: Double) throws {
    let frequencies = [20.0, 50, 100, 500, 1_000, 2_122, 5_000, 10_000, 15_000, 20_000]
    func circuit(_ f: Double) -> Double { 10 * log10(corner(f, 318e-6) / (corner(f, 3_180e-6) * corner(f, 75e-6))) }
    let playback = try gains(RIAA.self, at: frequencies, sampleRate: rate)
    let record = try gains(RIAA.self, [:], ["direction": .word("record")], at: frequencies, sampleRate: rate)
    for (index, frequency) in frequencies.enumerated() {
      let wanted = circuit(frequency) - circuit(1_000)
      #expect(abs(playback[index] - wanted) < tolerance, "\(frequency) Hz")
      #expect(abs(playback[index] + record[index]) < 0.01, "\(frequency) Hz")
    }
    // The table of the standard: 19.27 dB at 20 Hz, -19.62 dB at 20 kHz.
    #expect(abs(playback[0] - 19.27) < 0.05 && abs(playback[9] + 19.62) < tolerance)
  }

  @Test(arguments: [("cd", 50e-6, 15e-6), ("fm50", 50e-6, 0), ("fm75", 75e-6, 0)])
  func deemphasisFollowsItsTimeConstants(curve: String, pole: Double, zero: Double) throws {
    let frequencies = [100.0, 1_000, 3_183, 8_000, 15_000, 20_000]
    for (rate, tolerance) in [(44_100, 0.4), (96_000, 0.1)] {
      let down = try gains(Deemphasis.self, [:], ["curve": .word(curve)], at: frequencies, sampleRate: rate)
      let up = try gains(
        Deemphasis.self, [:], ["curve": .word(curve), "direction": .word("emphasis")], at: frequencies, sampleRate: rate)
      for (index, frequency) in frequencies.enumerated() {
        let wanted = 10 * log10(corner(frequency, zero) / corner(frequency, pole))
        #expect(abs(down[index] - wanted) < tolerance, "\(frequency) Hz at \(rate)")
        #expect(abs(up[index] + wanted) < tolerance, "\(frequency) Hz at \(rate)")
      }
    }
  }
}
