import Signal
import Testing

@testable import DSP

@Suite("mix") struct MixTests {
  @Test func everyInputIsAddedAtItsLevelChannelByChannel() throws {
    let harness = try KernelHarness(
      Mix.self, channels: [2, 2, 2],
      items: [
        ItemArguments("", ["level": 0], label: "dry"), ItemArguments("", ["level": -20]),
        ItemArguments("", ["level": -.infinity]),
      ])
    let output = harness.run([[0.5], [0.25], [0.1], [-1], [7], [8]])
    #expect(abs(output[0][0] - 0.51) < 1e-7 && abs(output[1][0] - 0.15) < 1e-7)
  }

  @Test func oneInputAtUnityPassesBitForBitAndTheSilencedOnesLeaveNoTrace() throws {
    let harness = try KernelHarness(
      Mix.self, channels: [1, 1], items: [ItemArguments("", ["level": 0]), ItemArguments("", ["level": -.infinity])])
    let signal = TestSignal.noise(500) + [-0.0, 1e-38]
    let output = harness.run([signal, [Float](repeating: .infinity, count: 502)])[0]
    #expect(output.map(\.bitPattern) == signal.map(\.bitPattern))
  }

  @Test func aLevelThatFallsToNothingRampsInAmplitude() throws {
    let harness = try KernelHarness(
      Mix.self, channels: [1, 1], items: [ItemArguments("", ["level": 0]), ItemArguments("", ["level": 0])])
    let ones = [Float](repeating: 1, count: 1_500)
    let output = harness.run([ones, ones], changes: [ParameterChange(frame: 0, parameter: 1, value: -.infinity)])[0]
    for n in 0..<960 { #expect(abs(output[n] - (1 + Float(960 - n) / 960)) < 1e-6) }
    #expect(output[960...].allSatisfy { $0 == 1 })
  }
}
