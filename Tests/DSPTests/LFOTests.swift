import Signal
import Testing

@testable import DSP

@Suite("lfo") struct LFOTests {
  /// At 48,000 / 32 frames per second, as the engine runs it for a parameter.
  private func run(
    _ shape: String, rate: Double = 1, from: Double = -1, to: Double = 1, phase: Double = 0, scale: Scale = .linear,
    seed: Int = 1, tokens: Int = 3_000, cuts: Cuts = .whole
  ) throws -> [Float] {
    let harness = try KernelHarness(
      LFO.self, channels: [], parameters: ["rate": rate],
      structural: [
        "shape": .word(shape), "from": .quantity(from, .number), "to": .quantity(to, .number), "phase": .quantity(phase, .angle),
        "seed": .integer(seed),
      ], drivenScale: scale, sampleRate: 1_500, patchSampleRate: 48_000)
    return harness.run([], frames: tokens * 32, cuts: cuts)[0]
  }

  @Test func aSineStartsInTheMiddleRisesAndTurnsOnceInItsPeriod() throws {
    let wave = try run("sine", rate: 2)
    for n in wave.indices { #expect(abs(Double(wave[n]) - Math.sinPi(4 * Double(n) / 1_500)) < 1e-6) }
  }

  @Test func aTriangleStartsAtFromAndATurnLaterIsBackThere() throws {
    let wave = try run("triangle", from: 2, to: 6)
    #expect(wave[0] == 2 && wave[750] == 6 && abs(wave[375] - 4) < 1e-5 && abs(wave[1_500] - 2) < 1e-5)
  }

  @Test func aSquareHoldsEachEndForHalfATurn() throws {
    let wave = try run("square", rate: 3, from: 0, to: 1)
    for n in wave.indices where n % 500 != 0 && n % 500 != 250 { #expect(wave[n] == (n % 500 < 250 ? 0 : 1)) }
  }

  @Test func randomHoldsANewValueEachTurnBetweenTheEndsAndFollowsItsSeed() throws {
    let wave = try run("random", rate: 15, from: -3, to: 5, tokens: 60_000)
    let held = (0..<600).map { wave[$0 * 100 + 50] }
    for (turn, value) in held.enumerated() {
      #expect(wave[turn * 100 + 10] == value && wave[turn * 100 + 90] == value && value >= -3 && value <= 5)
    }
    #expect(Set(held).count > 590)
    let mean = held.reduce(0, +) / 600
    #expect(abs(mean - 1) < 0.4 && held.min()! < -2.8 && held.max()! > 4.8)
    let other = try run("random", rate: 15, from: -3, to: 5, seed: 2, tokens: 60_000)
    #expect(other != wave)
  }

  @Test func aFrequencyMovesInEqualStepsOfPitch() throws {
    let wave = try run("triangle", from: 100, to: 1_600, scale: .log)
    #expect(abs(wave[0] - 100) < 1e-4 && abs(wave[375] - 400) < 1e-3 && abs(wave[750] - 1_600) < 1e-2)
  }

  @Test func aLevelMovesInEqualStepsOfAmplitude() throws {
    let wave = try run("triangle", from: -.infinity, to: 0, scale: .amplitude)
    #expect(wave[0] == -.infinity && abs(wave[375] + 6.0206) < 1e-3 && abs(wave[750]) < 1e-5)
  }

  @Test func thePhaseShiftsTheStart() throws {
    let shifted = try run("sine", phase: 90), plain = try run("sine")
    for n in 0..<1_000 { #expect(abs(shifted[n] - plain[n + 375]) < 1e-5) }
  }

  @Test func aLogarithmicParameterRefusesEndsThatAreNotPositive() {
    #expect(throws: EffectError.self) { try run("sine", from: -1, to: 1, scale: .log) }
  }
}
