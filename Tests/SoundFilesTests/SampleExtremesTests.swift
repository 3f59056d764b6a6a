import Testing

@testable import SoundFiles

/// The scan in vectors against the same questions asked sample by sample.
@Suite("Extremes of a run of samples") struct SampleExtremesTests {
  @Test("Any length, NaN and infinity at any place") func agreesWithAPlainScan() {
    var state: UInt64 = 0x5EED
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<4_000 {
      let count = next(100)
      var samples = (0..<count).map { _ in Float(next(2_001) - 1_000) * 0x1p-9 }
      for special in [Float.nan, -.nan, .infinity, -.infinity] where count > 0 && next(4) == 0 { samples[next(count)] = special }
      let extremes = SampleExtremes(samples, count: count)
      #expect(extremes.hasNaN == samples.contains { $0.isNaN })
      #expect(extremes.peak == samples.filter { !$0.isNaN }.reduce(0) { max($0, $1.magnitude) })
      #expect(extremes.isFinite == samples.allSatisfy { $0.isFinite })
    }
  }
}
