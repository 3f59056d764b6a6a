import Foundation
import Signal
import Testing

@testable import DSP

/// `fir` and `lineareq`.
@Suite("fir and lineareq") struct FiniteFilterTests {
  private func fir(_ values: [Double], phase: String = "given", delay: Int = 0) throws -> KernelHarness {
    try KernelHarness(
      FiniteFilter.self, channels: [1], structural: ["phase": .word(phase), "delay": .integer(delay)],
      items: values.map { ItemArguments("", structural: ["value": .quantity($0, .number)]) })
  }

  @Test func coefficientsAreTheImpulseResponse() throws {
    let values = TestSignal.noise(300, seed: 3).map(Double.init)
    let response = try fir(values).run([TestSignal.impulse(1_000)])[0]
    for n in 0..<300 { #expect(abs(Double(response[n]) - values[n]) < 1e-7) }
    #expect(response[300...].allSatisfy { $0 == 0 })
  }

  @Test func aFileAndBracesGiveTheSame() throws {
    let values = TestSignal.noise(100, seed: 5)
    let sound = SoundSamples(path: "x.wav", sampleRate: 48_000, channels: [values])
    let input = TestSignal.noise(2_000)
    let file = try KernelHarness(FiniteFilter.self, channels: [1], structural: ["file": .sound(sound)]).run([input])
    #expect(try file == fir(values.map(Double.init)).run([input]))
  }

  @Test(arguments: ["linear", "minimum"]) func anotherPhaseKeepsTheMagnitude(phase: String) throws {
    // A lowpass of 101 coefficients with a little of its own phase.
    let values = (0..<101).map { n in exp(-0.08 * Double(n)) * cos(0.3 * Double(n)) }
    let response = try fir(values, phase: phase).run([TestSignal.impulse(4_096)])[0]
    for frequency in stride(from: 100.0, to: 23_000, by: 431) {
      let wanted = Measure.gain(values.map(Float.init), at: frequency, sampleRate: 48_000)
      #expect(abs(Measure.gain(response, at: frequency, sampleRate: 48_000) - wanted) < 0.05, "\(frequency)")
    }
    if phase == "linear" {
      for n in 0...100 { #expect(abs(response[101 - n] - response[101 + n]) < 1e-7) }
    }
  }

  @Test func minimumPhaseOfAMaximumPhaseResponseIsItsMirror() throws {
    // Zeros outside the circle come inside: 1 + 2 z^-1 becomes 2 + z^-1.
    let response = try fir([1, 2], phase: "minimum").run([TestSignal.impulse(64)])[0]
    #expect(abs(response[0] - 2) < 1e-5 && abs(response[1] - 1) < 1e-5 && abs(response[2]) < 1e-5)
  }

  @Test func latencyIsWhatWasSaidAndOrdersThatMakeNoSenseAreRefused() throws {
    #expect(FiniteFilter.latency(try fir([0.25, 0.5, 0.25], delay: 1).context) == 1)
    #expect(FiniteFilter.latency(try fir([1, 2, 3, 4], phase: "linear").context) == 4)
    #expect(throws: EffectError.self) { try fir([]) }
    #expect(throws: EffectError.self) { try fir([1, 2], delay: 2) }
    let sound = SoundSamples(path: "x.wav", sampleRate: 48_000, channels: [[1]])
    #expect(throws: EffectError.self) {
      try KernelHarness(
        FiniteFilter.self, channels: [1], structural: ["file": .sound(sound)],
        items: [ItemArguments("", structural: ["value": .quantity(1, .number)])])
    }
  }

  private static let bands: [(kind: String, values: [String: Double], structural: [String: StructuralValue])] = [
    ("highpass", ["cutoff": 40], [:]), ("peak", ["frequency": 150, "gain": 6, "q": 1], [:]),
    ("peak", ["frequency": 3_000, "gain": -9, "q": 4], [:]), ("highshelf", ["frequency": 9_000, "gain": 4], [:]),
    ("lowpass", ["cutoff": 18_000], ["order": .integer(4)]),
  ]

  private func linear(
    _ bands: [(kind: String, values: [String: Double], structural: [String: StructuralValue])], length: Int = 8_192
  )
    throws -> KernelHarness
  {
    let items = bands.map { band in
      var structural = band.structural
      for (name, value) in band.values {
        let quantity: Quantity = name == "gain" ? .level : name == "q" ? .number : .frequency
        structural[name] = .quantity(value, quantity)
      }
      return ItemArguments(band.kind, structural: structural)
    }
    return try KernelHarness(LinearEqualizer.self, channels: [1], structural: ["length": .integer(length)], items: items)
  }

  @Test func theGainIsThatOfEqAndThePhaseThatOfADelay() throws {
    let output = try linear(Self.bands).run([TestSignal.impulse(20_000)])[0]
    let reference = try KernelHarness(
      Equalizer.self, channels: [1], items: Self.bands.map { ItemArguments($0.kind, $0.values, structural: $0.structural) }
    ).run([TestSignal.impulse(60_000)])[0]
    for frequency in [20.0, 30, 50, 100, 150, 300, 1_000, 2_500, 3_000, 3_300, 9_000, 15_000, 18_000, 20_000] {
      let difference =
        Measure.gain(output, at: frequency, sampleRate: 48_000) - Measure.gain(reference, at: frequency, sampleRate: 48_000)
      #expect(abs(difference) < (frequency < 100 ? 0.1 : 0.01), "\(frequency): \(difference)")
    }
    for n in 1...4_096 { #expect(abs(output[4_096 - n] - output[4_096 + n]) < 1e-7) }
    #expect(LinearEqualizer.latency(try linear(Self.bands).context) == 4_096)
  }

  @Test func bandsAboveNyquistAreRefused() {
    #expect(throws: EffectError.self) { try linear([("peak", ["frequency": 30_000, "gain": 1], [:])]) }
  }
}

@Suite("curve") struct CurveTests {
  private func harness(_ points: [(Double, Double)], phase: String = "minimum") throws -> KernelHarness {
    try KernelHarness(
      Curve.self, channels: [1], structural: ["phase": .word(phase)],
      items: points.map {
        ItemArguments("", structural: ["frequency": .quantity($0.0, .frequency), "gain": .quantity($0.1, .level)])
      })
  }

  @Test(arguments: ["minimum", "linear"]) func theGainGoesThroughItsPointsAndStraightBetweenThem(phase: String) throws {
    let points = [(20.0, 5.5), (60, 5.0), (105, 2.0), (200, -1.5), (1_000, 0.0), (3_000, -3.0), (8_000, 4.0), (16_000, -2.0)]
    let response = try harness(points, phase: phase).run([TestSignal.impulse(32_768)])[0]
    for ((f0, g0), (f1, g1)) in zip(points, points.dropFirst()) {
      for share in [0.2, 0.5, 0.8] {
        let gain = Measure.gain(response, at: f0 * pow(f1 / f0, share), sampleRate: 48_000)
        #expect(abs(gain - (g0 + share * (g1 - g0))) < 0.05, "\(f0 * pow(f1 / f0, share)): \(gain)")
      }
    }
    #expect(abs(Measure.gain(response, at: 20, sampleRate: 48_000) - 5.5) < 0.05)
    #expect(abs(Measure.gain(response, at: 23_000, sampleRate: 48_000) + 2) < 0.05)
    if phase == "linear" { for n in 1...8_000 { #expect(abs(response[8_192 - n] - response[8_192 + n]) < 1e-7) } }
  }

  @Test func pointsMustRise() {
    #expect(throws: EffectError.self) { try harness([(100, 0), (50, 1)]) }
  }
}
