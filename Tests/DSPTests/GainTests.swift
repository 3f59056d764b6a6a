import Testing

@testable import DSP

@Suite("gain") struct GainTests {
  @Test(arguments: zip([-6, 0, 20, -Double.infinity], [0.501187234, 1, 10, 0] as [Float]))
  func aLevelMultipliesTheAmplitude(level: Double, factor: Float) throws {
    let harness = try KernelHarness(Gain.self, channels: [2], parameters: ["level": level])
    let signal = TestSignal.noise(1_000)
    let output = harness.run([signal, signal.reversed()])
    #expect(output == [signal.map { $0 * factor }, signal.reversed().map { $0 * factor }])
  }

  @Test func aJumpRampsLinearlyInAmplitudeOver20Milliseconds() throws {
    let harness = try KernelHarness(Gain.self, channels: [1], parameters: ["level": 0])
    let output = harness.run(
      [[Float](repeating: 1, count: 2_000)], changes: [ParameterChange(frame: 0, parameter: 0, value: -.infinity)])[0]
    for n in 0..<960 { #expect(abs(output[n] - Float(960 - n) / 960) < 1e-6) }
    #expect(output[960...].allSatisfy { $0 == 0 })
  }
}
