import Signal
import Testing

@testable import DSP

@Suite("stereo") struct StereoTests {
  @Test func bothChannelsPassBitForBit() throws {
    let signals = [TestSignal.noise(300) + [-0.0, 1e-38], TestSignal.noise(302, seed: 2)]
    for isInPlace in [false, true] {
      let output = try KernelHarness(Stereo.self, channels: [2]).run(signals, inPlace: isInPlace)
      #expect(output.map { $0.map(\.bitPattern) } == signals.map { $0.map(\.bitPattern) })
    }
  }
}
