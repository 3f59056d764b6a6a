import Foundation
import Signal
import Testing

@testable import DSP

/// `chorus`, `flanger`, `vibrato`, `phaser`, `autopan`, `ringmod`, `rotary`.
@Suite("modulation") struct ModulationTests {
  @Test func aChorusWithoutDepthIsItsDelay() throws {
    let harness = try KernelHarness(
      Chorus.self, channels: [1], parameters: ["depth": 0, "delay": 0.01, "mix": 1], structural: ["voices": .integer(1)])
    let output = harness.run([TestSignal.impulse(2_000)])[0]
    #expect(output.firstIndex { $0 != 0 } == 480 && output[480] == 1)
  }

  @Test func aVoiceOfTheChorusSwingsAroundItsDelay() throws {
    // A ramp shows the delay: output = n - delay(n).
    let harness = try KernelHarness(
      Chorus.self, channels: [1], parameters: ["rate": 2, "depth": 0.003, "delay": 0.01, "mix": 1],
      structural: ["voices": .integer(1)])
    let output = harness.run([(0..<24_000).map { Float($0) / 65_536 }])[0]
    for n in stride(from: 2_000, to: 24_000, by: 97) {
      let swing: Double = sin(4 * Double.pi * Double(n) / 48_000)
      let delay = 480 + 144 * swing
      #expect(abs(Double(n) - Double(output[n]) * 65_536 - delay) < 0.2)
    }
  }

  @Test func aFlangersNotchesLieAtOddMultiplesOfHalfTheInverseDelay() throws {
    let harness = try KernelHarness(
      Flanger.self, channels: [1], parameters: ["depth": 0, "delay": 0.001, "feedback": 0, "mix": 1])
    let response = harness.run([TestSignal.impulse(4_800)])[0]
    #expect(Measure.magnitude(response, at: 500, sampleRate: 48_000) < 1e-3)
    #expect(abs(Measure.magnitude(response, at: 1_000, sampleRate: 48_000) - 1) < 1e-3)
    #expect(Measure.magnitude(response, at: 1_500, sampleRate: 48_000) < 1e-3)
  }

  @Test func vibratoSwingsThePitchByItsDepth() throws {
    let harness = try KernelHarness(Vibrato.self, channels: [1], parameters: ["rate": 4, "depth": 1])
    let output = harness.run([TestSignal.sine(48_000, frequency: 1_000)])[0]
    // Times of rising zero crossings give the momentary frequency.
    var crossings: [Double] = []
    for n in 4_800..<47_000 where output[n] <= 0 && output[n + 1] > 0 {
      crossings.append(Double(n) + Double(-output[n] / (output[n + 1] - output[n])))
    }
    let frequencies = zip(crossings, crossings.dropFirst()).map { 48_000 / ($1 - $0) }
    let swing = pow(2, 1.0 / 12) - 1
    #expect(abs(frequencies.max()! / 1_000 - (1 + swing)) < 0.002)
    #expect(abs(frequencies.min()! / 1_000 - (1 - swing)) < 0.002)
  }

  @Test func aStandingPhaserHasHalfAsManyNotchesAsStages() throws {
    let harness = try KernelHarness(
      Phaser.self, channels: [1], parameters: ["low": 1_000, "high": 1_000, "feedback": 0, "mix": 0.5],
      structural: ["stages": .integer(4)])
    let response = harness.run([TestSignal.impulse(9_600)])[0]
    // Four stages turn by 180 and 540 degrees where each turns by 45 and 135.
    let tangent: Double = tan(Double.pi * 1_000 / 48_000)
    for turn in [45.0, 135] {
      let frequency: Double = 48_000 / Double.pi * atan(tangent * tan(turn / 2 * Double.pi / 180))
      #expect(Measure.magnitude(response, at: frequency, sampleRate: 48_000) < 1e-3)
    }
    #expect(abs(Measure.magnitude(response, at: 20, sampleRate: 48_000) - 1) < 0.01)
    #expect(abs(Measure.magnitude(response, at: 1_000, sampleRate: 48_000) - 1) < 1e-3)
  }

  /// The chain stage by stage, in the textbook's form, with its own sine and tangent.
  @Test(arguments: 2...16, [0.0, 90]) func aPhaserIsItsStagesOneAfterTheOther(stages: Int, spread: Double) throws {
    let harness = try KernelHarness(
      Phaser.self, channels: [3], parameters: ["rate": 3, "low": 200, "high": 4_000, "feedback": 0.7, "mix": 0.6],
      structural: ["stages": .integer(stages), "spread": .quantity(spread, .angle)])
    let input = (0..<3).map { TestSignal.noise(6_000, seed: UInt64($0 + 1)) }
    let output = harness.run(input)
    for channel in 0..<3 {
      var memory = [Double](repeating: 0, count: stages), last = 0.0, worst = 0.0
      for n in input[channel].indices {
        let turns = 3 * Double(n) / 48_000 - spread / 360 * Double(channel)
        let corner = 200 * pow(20, 0.5 - 0.5 * cos(2 * .pi * turns))
        let tangent = tan(.pi * corner / 48_000), a = (tangent - 1) / (tangent + 1)
        var x = Double(input[channel][n]) + 0.7 * last
        for stage in 0..<stages {
          let y = a * x + memory[stage]
          memory[stage] = x - a * y
          x = y
        }
        last = x
        worst = max(worst, abs(Double(output[channel][n]) - 0.4 * Double(input[channel][n]) - 0.6 * last))
      }
      #expect(worst < 2e-6)
    }
  }

  @Test func autopanKeepsThePowerAndGoesRightFirst() throws {
    let harness = try KernelHarness(AutoPan.self, channels: [2], parameters: ["rate": 1, "depth": 1])
    let ones = [Float](repeating: 1, count: 48_000)
    let output = harness.run([ones, ones])
    for n in stride(from: 0, to: 48_000, by: 101) {
      #expect(abs(output[0][n] * output[0][n] + output[1][n] * output[1][n] - 2) < 1e-5)
    }
    #expect(abs(output[0][12_000]) < 1e-5 && abs(output[1][36_000]) < 1e-5)
  }

  @Test func ringModulationMovesAToneToSumAndDifference() throws {
    let harness = try KernelHarness(RingModulator.self, channels: [1, 1], parameters: ["frequency": 300])
    let carrier = TestSignal.sine(48_000, frequency: 300)
    let output = harness.run([TestSignal.sine(48_000, frequency: 1_000), carrier])[0]
    for frequency in [700.0, 1_300] {
      var (re, im) = (0.0, 0.0)
      for (n, x) in output.enumerated() {
        re += Double(x) * cos(2 * .pi * frequency * Double(n) / 48_000)
        im += Double(x) * sin(2 * .pi * frequency * Double(n) / 48_000)
      }
      #expect(abs(hypot(re, im) / 24_000 - 0.5) < 1e-4)
    }
    #expect(abs(Measure.rms(output) - 0.5) < 1e-3)
  }

  @Test func aRotaryStandingStillAndFlatIsADelay() throws {
    let harness = try KernelHarness(Rotary.self, channels: [2], parameters: ["depth": 0, "mix": 1])
    let response = harness.run([TestSignal.impulse(4_800), TestSignal.impulse(4_800)])
    // Half a millisecond and a tenth: 28.8 frames; the halves of the split add up again.
    for frequency in [100.0, 800, 5_000] {
      #expect(abs(Measure.magnitude(response[0], at: frequency, sampleRate: 48_000) - 1) < 0.003)
    }
    #expect(response[0] == response[1])
  }

  @Test func aRotarySwingsBothSidesAgainstEachOther() throws {
    let harness = try KernelHarness(Rotary.self, channels: [2], parameters: ["speed": 5])
    let tone = TestSignal.sine(96_000, frequency: 3_000)
    let output = harness.run([tone, tone])
    func level(_ side: Int, _ n: Int) -> Double { Measure.rms(output[side][n..<n + 480]) }
    let left = stride(from: 9_600, to: 90_000, by: 480).map { level(0, $0) }
    // The horn's level goes from 1 to 0.2.
    #expect(left.max()! / left.min()! > 3)
    #expect(stride(from: 9_600, to: 90_000, by: 480).contains { level(0, $0) > 1.5 * level(1, $0) })
    #expect(stride(from: 9_600, to: 90_000, by: 480).contains { level(1, $0) > 1.5 * level(0, $0) })
  }
}
