import Foundation
import Signal
import Testing

@testable import DSP

@Suite("crossovers") struct CrossoverTests {
  static let frequencies = (0..<60).map { 20 * pow(1_000, Double($0) / 59) }

  func bands(_ type: EffectType, _ edges: [Double]) throws -> [[Float]] {
    let names = type.spec.parameters.map(\.name)
    let parameters = Dictionary(uniqueKeysWithValues: zip(names, edges))
    return try KernelHarness(type, channels: [1], parameters: parameters).run([TestSignal.impulse(48_000)])
  }

  /// Squared magnitude of a Butterworth lowpass of second order under the bilinear transform; that of Linkwitz and Riley's
  /// is its square.
  func share(_ frequency: Double, _ edge: Double, above: Bool) -> Double {
    let ratio = tan(.pi * frequency / 48_000) / tan(.pi * edge / 48_000)
    return 1 / (1 + pow(above ? 1 / ratio : ratio, 4))
  }

  @Test(arguments: [[1_000.0], [200, 3_000], [300, 400], [120, 800, 5_000], [40, 10_000, 18_000]])
  func theBandsSumFlat(edges: [Double]) throws {
    let type: EffectType = [Crossover.self, Crossover3.self, Crossover4.self][edges.count - 1]
    let bands = try bands(type, edges)
    #expect(bands.count == edges.count + 1)
    let sum = (0..<48_000).map { n in bands.reduce(Float(0)) { $0 + $1[n] } }
    for frequency in Self.frequencies {
      #expect(abs(Measure.gain(sum, at: frequency, sampleRate: 48_000)) < 0.001, "\(frequency) Hz")
    }
  }

  @Test func eachBandHasTheAnalyticResponse() throws {
    let edges = [120.0, 800, 5_000]
    for (band, response) in try bands(Crossover4.self, edges).enumerated() {
      for frequency in Self.frequencies {
        var wanted = 1.0
        for edge in 0..<min(band, 3) { wanted *= share(frequency, edges[edge], above: true) }
        if band < 3 { wanted *= share(frequency, edges[band], above: false) }
        guard wanted > 1e-4 else { continue }
        let gain = Measure.gain(response, at: frequency, sampleRate: 48_000)
        #expect(abs(gain - 20 * log10(wanted)) < 0.002, "band \(band), \(frequency) Hz")
      }
    }
  }

  @Test func edgesMustRise() {
    #expect(throws: EffectError.self) {
      try KernelHarness(Crossover3.self, channels: [1], parameters: ["lower": 500, "upper": 500])
    }
  }
}
