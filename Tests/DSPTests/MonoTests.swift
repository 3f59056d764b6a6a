import Signal
import Testing

@testable import DSP

@Suite("mono") struct MonoTests {
  @Test func theAverageOfAllChannelsComesOut() throws {
    #expect(try KernelHarness(Mono.self, channels: [2]).run([[1, 0.5], [0, 0.25]]) == [[0.5, 0.375]])
    let three = try KernelHarness(Mono.self, channels: [3]).run([[0.9], [0.3], [-0.6]])[0][0]
    #expect(abs(three - 0.2) < 1e-7)
  }

  @Test func oneChannelPassesBitForBit() throws {
    let signal = TestSignal.noise(300) + [-0.0, 1e-38]
    let harness = try KernelHarness(Mono.self, channels: [1])
    #expect(harness.run([signal])[0].map(\.bitPattern) == signal.map(\.bitPattern))
    let stereo = try KernelHarness(Mono.self, channels: [2])
    #expect(Mono.isRouting(harness.context) && !Mono.isRouting(stereo.context))
  }

  @Test func aSoundOnOneSideLoses6Point02Decibels() throws {
    let output = try KernelHarness(Mono.self, channels: [2]).run([[1], [0]])[0][0]
    #expect(abs(Math.decibels(amplitude: Double(output)) + 6.0206) < 1e-4)
  }
}
