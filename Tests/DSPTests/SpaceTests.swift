import Foundation
import Signal
import Testing

@testable import DSP

/// `width`, `haas`, `crossfeed`, `pingpong`, `multitap`, `invert`.
@Suite("stereo and echoes") struct SpaceTests {
  @Test func widthScalesTheDifferenceAndKeepsTheSum() throws {
    let left = TestSignal.noise(1_000), right = TestSignal.noise(1_000, seed: 2)
    for width in [0.0, 0.5, 1, 2] {
      let output = try KernelHarness(Width.self, channels: [2], parameters: ["width": width]).run([left, right])
      for n in 0..<1_000 {
        #expect(abs(output[0][n] + output[1][n] - left[n] - right[n]) < 1e-6)
        #expect(abs(output[0][n] - output[1][n] - Float(width) * (left[n] - right[n])) < 1e-6)
      }
    }
    #expect(try KernelHarness(Width.self, channels: [2]).run([left, right]) == [left, right])
  }

  @Test func haasDelaysOneSide() throws {
    let impulse = TestSignal.impulse(2_000)
    let right = try KernelHarness(Haas.self, channels: [2], parameters: ["time": 0.01]).run([impulse, impulse])
    #expect(right[0][0] == 1 && right[1][480] == 1)
    let left = try KernelHarness(Haas.self, channels: [2], parameters: ["time": -0.01]).run([impulse, impulse])
    #expect(left[1][0] == 1 && left[0][480] == 1)
  }

  @Test(arguments: [("default", 4.5), ("cmoy", 6), ("jmeier", 9.5)])
  func crossfeedLowersTheOtherSidesLowsByItsLevel(preset: String, level: Double) throws {
    let harness = try KernelHarness(Crossfeed.self, channels: [2], structural: ["preset": .word(preset)])
    let silence = [Float](repeating: 0, count: 48_000)
    let response = harness.run([TestSignal.impulse(48_000), silence])
    let low =
      Measure.magnitude(response[0], at: 5, sampleRate: 48_000) / Measure.magnitude(response[1], at: 5, sampleRate: 48_000)
    #expect(abs(20 * log10(low) - level) < 0.1)
    // Both sides alike: the lows stay, the highs lose less than 2 dB.
    harness.reset()
    let both = harness.run([TestSignal.impulse(48_000), TestSignal.impulse(48_000)])[0]
    for frequency in [20.0, 300, 700, 2_000, 15_000] {
      #expect(abs(20 * log10(Measure.magnitude(both, at: frequency, sampleRate: 48_000)) + 0.9) < 1.1)
    }
  }

  @Test func pingPongGoesFromSideToSide() throws {
    let harness = try KernelHarness(PingPong.self, channels: [2], parameters: ["time": 0.01, "feedback": 0.5, "mix": 1])
    let output = harness.run([TestSignal.impulse(4_000), TestSignal.impulse(4_000)])
    #expect(output[0][480] == 1 && output[1][960] == 0.5 && output[0][1_440] == 0.25 && output[1][1_920] == 0.125)
    #expect(output[0].count { $0 != 0 } + output[1].count { $0 != 0 } == 8)
  }

  @Test func multitapPutsEachTapInItsPlace() throws {
    let harness = try KernelHarness(
      MultiTap.self, channels: [2], parameters: ["mix": 1],
      items: [
        ItemArguments("tap", ["time": 0.01, "level": -6, "pan": -1]), ItemArguments("tap", ["time": 0.02, "level": 0, "pan": 1]),
        ItemArguments("tap", ["time": 0.03]),
      ])
    let output = harness.run([TestSignal.impulse(4_000), TestSignal.impulse(4_000)])
    #expect(abs(Double(output[0][480]) - pow(10, -6.0 / 20)) < 1e-6 && abs(output[1][480]) < 1e-6)
    #expect(abs(output[1][960] - 1) < 1e-6 && abs(output[0][960]) < 1e-6)
    #expect(abs(Double(output[0][1_440]) - 0.5.squareRoot()) < 1e-6 && output[0][1_440] == output[1][1_440])
  }

  @Test func invertTwiceIsTheInput() throws {
    let input = TestSignal.noise(500)
    let once = try KernelHarness(Invert.self, channels: [1]).run([input])
    #expect(once[0] == input.map { -$0 })
  }
}
