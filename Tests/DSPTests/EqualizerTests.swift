import Signal
import Testing

@testable import DSP

@Suite("eq") struct EqualizerTests {
  private func bands(_ gain: Double = 3) -> [ItemArguments] {
    [
      ItemArguments("highpass", ["cutoff": 80], structural: ["order": .integer(5)]),
      ItemArguments("peak", ["frequency": 2_500, "gain": gain, "q": 1.4], label: "mid"),
      ItemArguments("highshelf", ["frequency": 10_000, "gain": 2]), ItemArguments("notch", ["frequency": 50, "q": 5]),
    ]
  }

  @Test func theBandsAreThoseEffectsOneAfterTheOther() throws {
    let input = TestSignal.noise(20_000, amplitude: 0.5)
    let together = try KernelHarness(Equalizer.self, channels: [1], items: bands()).run([input])[0]
    var apart = [input]
    for band in bands() {
      let type = try #require(Catalog.standard[band.kind])
      apart = try KernelHarness(type, channels: [1], parameters: band.values, structural: band.structural).run(apart)
    }
    // They differ by the rounding to single precision between them.
    for (a, b) in zip(together, apart[0]) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func aBandMovesAloneAndTheOthersKeepTheirBits() throws {
    let input = TestSignal.noise(6_000, amplitude: 0.5)
    // Parameter 3 is the gain of the second band: cutoff and q of the first, frequency, gain.
    let moved = try KernelHarness(Equalizer.self, channels: [1], items: bands())
      .run([input], changes: [ParameterChange(frame: 1_000, parameter: 3, value: -9)])[0]
    let still = try KernelHarness(Equalizer.self, channels: [1], items: bands()).run([input])[0]
    #expect(moved[..<1_024] == still[..<1_024] && moved[1_100...] != still[1_100...])
    let after = try KernelHarness(Equalizer.self, channels: [1], items: bands(-9)).run([input])[0]
    // The memory of what came before the move fades with the slowest band.
    for n in 5_900..<6_000 { #expect(abs(moved[n] - after[n]) < 1e-3) }
  }

  @Test func sixtyFourBandsRunAndAMistakeInOneIsFound() throws {
    let many = (0..<64).map { ItemArguments("peak", ["frequency": 100 + 300 * Double($0), "gain": $0 % 2 == 0 ? 2 : -2]) }
    #expect(
      try KernelHarness(Equalizer.self, channels: [2], items: many).run([TestSignal.noise(500), TestSignal.noise(500)])[1].count
        == 500)
    let wrong = [ItemArguments("peak", ["gain": 1]), ItemArguments("lowpass", ["q": 3], structural: ["order": .integer(4)])]
    #expect(throws: EffectError.self) { try KernelHarness(Equalizer.self, channels: [2], items: wrong) }
  }
}
