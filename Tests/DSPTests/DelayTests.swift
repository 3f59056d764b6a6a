import Dataflow
import Signal
import Testing

@testable import DSP

@Suite("delay") struct DelayTests {
  private func harness(
    frames: Double, feedback: Double = 0, mix: Double = 1, max: Double = 2, channels: Int = 1
  ) throws -> KernelHarness {
    try KernelHarness(
      Delay.self, channels: [channels], parameters: ["time": frames / 48_000, "feedback": feedback, "mix": mix],
      structural: ["max": .quantity(max, .time)])
  }

  @Test(arguments: [0, 1, 2, 7, 8, 9, 31, 480, 4_096, 18_000])
  func wholeFramesReproduceTheInputBitForBit(delay: Int) throws {
    let input = [TestSignal.noise(20_000), TestSignal.noise(20_000, seed: 2)]
    let output = try harness(frames: Double(delay), channels: 2).run(input, cuts: .random(seed: 4))
    for (x, y) in zip(input, output) { #expect(Array(y[delay...]) == Array(x[..<(20_000 - delay)])) }
    for y in output { #expect(y[..<delay].allSatisfy { $0 == 0 }) }
  }

  @Test(arguments: [8.5, 9.25, 100.5, 1_000.125, 18_001.9])
  func betweenFramesTheResponseIsFlatWithin1TenthOfADecibelTo6TenthsOfNyquist(delay: Double) throws {
    for frequency in [100.0, 5_000, 10_000, 14_400] {
      let output = try harness(frames: delay).run([TestSignal.sine(24_000, frequency: frequency)])[0]
      let fit = SineFit(output[19_000...], frequency: frequency, sampleRate: 48_000, offset: 19_000)
      #expect(abs(Math.decibels(amplitude: fit.amplitude)) < 0.1)
      let turns = fit.phase / (2 * .pi) + frequency * delay / 48_000
      #expect(abs(turns - turns.rounded()) / frequency * 48_000 < 0.002)
      #expect(fit.residualDecibels < -135)
    }
  }

  @Test func shortDelaysInterpolateThroughAsManyFramesAsTheyHave() throws {
    for (delay, limit) in [(0.5, 0.02), (1.5, 0.02), (2.5, 0.000_2), (3.5, 1e-5), (5.5, 1e-6), (7.5, 1e-6)] {
      let output = try harness(frames: delay).run([TestSignal.sine(4_000, frequency: 1_000)])[0]
      let fit = SineFit(output[100...], frequency: 1_000, sampleRate: 48_000, offset: 100)
      #expect(abs(fit.amplitude - 1) < limit)
      #expect(abs(fit.phase + 2 * .pi * delay / 48) < 1e-3)
    }
  }

  @Test func feedbackRepeatsTheSoundAtMultiplesOfTheTime() throws {
    let output = try harness(frames: 100, feedback: 0.5, mix: 0.25).run([TestSignal.impulse(1_000)])[0]
    for n in 0..<1_000 {
      let echo = n > 0 && n % 100 == 0 ? 0.25 * Math.pow(0.5, Double(n / 100 - 1)) : 0
      #expect(output[n] == Float(n == 0 ? 0.75 : echo))
    }
  }

  @Test(arguments: [0.5, 1.5, 2.5, 4.3, 7.7, 20.5])
  func theHighestFeedbackDiesOutAtAnyFractionOfAFrame(delay: Double) throws {
    let harness = try harness(frames: delay, feedback: 0.99)
    let output = harness.run([TestSignal.noise(2_000) + [Float](repeating: 0, count: 118_000)])[0]
    guard case .rings(let bound) = Delay.tail(harness.context) else { return #expect(Bool(false)) }
    #expect(bound < 118_000)
    #expect(output[(2_000 + bound)...].allSatisfy { abs($0) < 1e-10 })
    #expect(Measure.peak(output) < 100)
  }

  @Test func aNewTimeIsReachedByReadingFasterOrSlowerFor100Milliseconds() throws {
    let output = try harness(frames: 480).run(
      [TestSignal.sine(12_000, frequency: 1_000)], changes: [ParameterChange(frame: 4_800, parameter: 0, value: 0.015)])[0]
    for n in 1_000..<12_000 {
      let delay = 480 + 240 * min(max(Double(n - 4_800) / 4_800, 0), 1)
      let expected = Math.sinPi(2 * (Double(n) - delay) / 48)
      #expect(abs(Double(output[n]) - expected) < 1e-5)
    }
  }

  @Test func aSweepThroughTheShortestTimesHasNoSteps() throws {
    let output = try harness(frames: 20).run(
      [TestSignal.sine(8_000, frequency: 500)], changes: [ParameterChange(frame: 0, parameter: 0, value: 0)])[0]
    for n in 100..<8_000 { #expect(abs(output[n] - output[n - 1]) < 0.067) }
  }

  @Test func aTimeBeyondMaxIsHeldThere() throws {
    let output = try harness(frames: 480, max: 0.02).run(
      [TestSignal.noise(20_000)], changes: [ParameterChange(frame: 0, parameter: 0, value: 5)])[0]
    let held = try harness(frames: 960).run([TestSignal.noise(20_000)])[0]
    #expect(output[8_000...] == held[8_000...])
  }

  @Test func memoryFollowsMaxAndTheStartingTime() throws {
    #expect(try harness(frames: 10, max: 1).context.memory.bytes < 4 * 48_200)
    #expect(try harness(frames: 96_000, max: 1).context.memory.bytes > 4 * 96_000)
  }

  @Test func theTimeIsDeclaredAsADelayAndAsTheTail() throws {
    let whole = try harness(frames: 480), half = try harness(frames: 480.5), mixed = try harness(frames: 480, mix: 0.5)
    #expect(Delay.delay(whole.context) == 480)
    #expect(Delay.delay(half.context) == Rational(961, 2))
    #expect(Delay.delay(mixed.context) == 0)
    #expect(Delay.latency(whole.context) == 0)
    guard case .frames(let tail) = Delay.tail(half.context) else { return #expect(Bool(false)) }
    let output = half.run([TestSignal.impulse(2_000)])[0]
    #expect(output[(tail + 1)...].allSatisfy { $0 == 0 })
    #expect(output[tail - 2] != 0)
  }

  @Test func cutsDoNotChangeABitWhileEverythingMoves() throws {
    let changes = [
      ParameterChange(frame: 64, parameter: 0, value: 0.001), ParameterChange(frame: 640, parameter: 1, value: 0.9),
      ParameterChange(frame: 6_400, parameter: 2, value: 0.2),
    ]
    let input = [TestSignal.noise(20_000), TestSignal.noise(20_000, seed: 2)]
    let whole = try harness(frames: 333.3, feedback: 0.3, max: 0.05, channels: 2).run(input, cuts: .whole, changes: changes)
    for cuts in [Cuts.blocks(1), .blocks(7), .random(seed: 9)] {
      let cut = try harness(frames: 333.3, feedback: 0.3, max: 0.05, channels: 2).run(input, cuts: cuts, changes: changes)
      #expect(cut == whole)
    }
  }
}
