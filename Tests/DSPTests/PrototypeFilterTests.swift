import Dataflow
import Foundation
import Signal
import Testing

@testable import DSP

@Suite("filters from analogue prototypes") struct PrototypeFilterTests {
  static let families: [String: PrototypeFamily] = [
    "butterworth": .butterworth, "linkwitzriley": .linkwitzRiley, "bessel": .bessel, "chebyshev1": .chebyshev1,
    "chebyshev2": .chebyshev2, "elliptic": .elliptic,
  ]
  static let frequencies = [0.0, 200, 1_100, 2_500, 5_000, 7_000, 12_000, 19_000, 24_000]

  /// The sections of an effect at 48 kHz.
  static func sections(
    _ name: String, _ band: String, _ order: Int, lower: Double, upper: Double, attenuation: Double = 60
  ) -> [BiquadCoefficients] {
    let structural: [String: StructuralValue] = [
      "order": .integer(order), "band": .word(band), "ripple": .quantity(0.5, .level),
      "attenuation": .quantity(attenuation, .level),
    ]
    let context = RenderContext(
      sampleRate: 48_000, inputChannels: [1], outputChannels: [1], maximumFrameCount: 512,
      configuration: EffectConfiguration(structural: structural), parameters: [lower, upper])
    let filter = families[name]!.filter(context)
    return (0..<filter.sectionCount).map { filter[$0] }
  }

  static func response(_ sections: [BiquadCoefficients], at frequency: Double) -> ComplexNumber {
    let w = 2 * Double.pi * frequency / 48_000
    let z1 = ComplexNumber(cos(w), -sin(w)), z2 = ComplexNumber(cos(2 * w), -sin(2 * w))
    return sections.reduce(ComplexNumber(1)) { product, c in
      product * (ComplexNumber(c.b0) + c.b1 * z1 + c.b2 * z2) / (ComplexNumber(1) + c.a1 * z1 + c.a2 * z2)
    }
  }

  static func decibels(_ sections: [BiquadCoefficients], at frequency: Double) -> Double {
    10 * log10(response(sections, at: frequency).squaredMagnitude)
  }

  @Test func everyFamilyBandAndOrderHasTheResponseOfScipy() {
    var cases = 0
    for entry in prototypeReference.split(separator: ";") {
      let words = entry.split(whereSeparator: \.isWhitespace)
      guard words.count > 3, let order = Int(words[2]) else { continue }
      let values = words[3...].map { Double($0)! }
      let sections = Self.sections(String(words[0]), String(words[1]), order, lower: 1_500, upper: 6_000)
      for (index, frequency) in Self.frequencies.enumerated() {
        let difference =
          Self.response(sections, at: frequency) - ComplexNumber(values[2 * index], values[2 * index + 1])
        #expect(difference.squaredMagnitude < 1e-18, "\(words[0...2]) at \(frequency) Hz: \(difference)")
      }
      cases += 1
    }
    #expect(cases == 5 * 4 * 7 + 4 * 4)
  }

  @Test(arguments: [4, 8, 12, 16]) func theTwoSidesOfALinkwitzRileyCrossoverAddUpFlat(order: Int) {
    let low = Self.sections("linkwitzriley", "lowpass", order, lower: 400, upper: 1)
    let high = Self.sections("linkwitzriley", "highpass", order, lower: 400, upper: 1)
    for frequency in stride(from: 20.0, through: 20_000, by: 97) {
      let sum = Self.response(low, at: frequency) + Self.response(high, at: frequency)
      #expect(abs(10 * log10(sum.squaredMagnitude)) < 1e-6, "\(frequency) Hz")
    }
    #expect(abs(Self.decibels(low, at: 400) + 6.0206) < 1e-4)
  }

  @Test(arguments: 2...16) func anEllipticFilterKeepsItsRippleAndItsAttenuation(order: Int) {
    let sections = Self.sections("elliptic", "lowpass", order, lower: 3_000, upper: 1, attenuation: 90)
    let passing = stride(from: 0.0, through: 3_000, by: 7).map { Self.decibels(sections, at: $0) }
    #expect(passing.max()! < 1e-6 && passing.min()! > -0.500001)
    #expect(abs(Self.decibels(sections, at: 3_000) + 0.5) < 1e-6)
    let stopped = stride(from: 3_000.0, through: 24_000, by: 7).map { Self.decibels(sections, at: $0) }
    let edge = stopped.firstIndex { $0 < -89.9 }
    if let edge { #expect(stopped[edge...].max()! < -89) }
    #expect(edge != nil || order == 2)
  }

  @Test func aKernelFiltersAsItsSectionsSay() throws {
    let harness = try KernelHarness(
      Chebyshev1.self, channels: [1], parameters: ["cutoff": 1_500, "upper": 6_000],
      structural: ["band": .word("bandpass"), "order": .integer(5)])
    let impulse = harness.run([TestSignal.impulse(16_384)])[0]
    let sections = Self.sections("chebyshev1", "bandpass", 5, lower: 1_500, upper: 6_000)
    for frequency in [500.0, 1_500, 3_000, 5_000, 9_000] {
      let measured = Measure.gain(impulse, at: frequency, sampleRate: 48_000)
      #expect(abs(measured - Self.decibels(sections, at: frequency)) < 0.001, "\(frequency) Hz")
    }
  }

  @Test func aBandWithoutRoomAndAnOddCrossoverAreRefused() {
    #expect(throws: EffectError.self) {
      try KernelHarness(
        Bessel.self, channels: [1], parameters: ["cutoff": 2_000, "upper": 1_000], structural: ["band": .word("bandstop")])
    }
    #expect(throws: EffectError.self) {
      try KernelHarness(LinkwitzRiley.self, channels: [1], structural: ["order": .integer(3)])
    }
  }
}
