import Foundation
import Signal
import Testing

@testable import DSP

@Suite("limiter") struct LimiterTests {
  /// True peak by 32 points per frame under a Blackman window of 160 frames: longer and finer than the limiter's own.
  static func truePeak(_ x: [Float]) -> Double {
    let reach = 80, points = 32
    var coefficients: [[Double]] = []
    for point in 0..<points {
      coefficients.append(
        (0..<2 * reach).map { tap in
          let t = Double(tap - reach + 1) - Double(point) / Double(points)
          let window = 0.42 + 0.5 * cos(.pi * t / Double(reach)) + 0.08 * cos(2 * .pi * t / Double(reach))
          return (t == 0 ? 1 : sin(.pi * t) / (.pi * t)) * window
        })
    }
    let padded = [Double](repeating: 0, count: reach) + x.map(Double.init) + [Double](repeating: 0, count: reach)
    var highest = 0.0
    for start in 0..<x.count {
      // A peak between two frames that is worth a look has loud neighbours.
      guard padded[start + reach - 1].magnitude + padded[start + reach].magnitude > 0.5 else { continue }
      for row in coefficients {
        var sum = 0.0
        for tap in 0..<2 * reach { sum += row[tap] * padded[start + tap] }
        highest = max(highest, abs(sum))
      }
    }
    return 20 * log10(highest)
  }

  func limited(_ input: [Float], ceiling: Double = -1, release: Double = 0.05, lookahead: Double = 0.002) throws -> [Float] {
    try KernelHarness(
      Limiter.self, channels: [1], parameters: ["ceiling": ceiling, "release": release],
      structural: ["lookahead": .quantity(lookahead, .time)]
    ).run([input])[0]
  }

  /// The shapes of EBU Tech 3341's true-peak signals: tones whose samples all miss their peaks, gated in the middle.
  @Test(arguments: [(4, 45.0), (6, 60), (8, 67.5), (3, 0), (5, 10)], [0.0005, 0.002])
  func tonesThatPeakBetweenTheSamplesStayBelowTheCeiling(tone: (divisor: Int, degrees: Double), lookahead: Double) throws {
    let input = (0..<3_000).map { n in
      // Silence at the end, so that what the step at its beginning rings is heard and measured too.
      Float((n > 2_700 ? 0 : n > 1_000 ? 1.9 : 0.5) * sin(2 * .pi * (Double(n) / Double(tone.divisor) + tone.degrees / 360)))
    }
    let output = try limited(input, lookahead: lookahead)
    #expect(Self.truePeak(output) < -0.95)
    #expect(output.map(abs).max()! <= 0.891_251)
    #expect(Self.truePeak(Array(output[1_800..<2_600])) > -1.1)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>) func randomSoundStaysBelowTheCeiling(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let tones = (0..<60).map { _ in
      (Double.random(in: 0.0005...0.45, using: &random), Double.random(in: 0...1, using: &random))
    }
    let input = (0..<4_000).map { n -> Float in
      let sum = tones.reduce(0) { $0 + sin(2 * .pi * ($1.0 * Double(n) + $1.1)) } / 10
      return Float(sum * (1 + 2 * pow(sin(.pi * Double(n) / 730), 20)))
    }
    let output = try limited(input, release: 0.002, lookahead: 0.001)
    #expect(Self.truePeak(output) < -0.95 && output.map(abs).max()! <= 0.891_251)
  }

  @Test func whatIsBelowTheCeilingPassesBitForBitAfterTheLatency() throws {
    let input = TestSignal.sine(5_000, frequency: 997, amplitude: 0.89)
    let harness = try KernelHarness(Limiter.self, channels: [1], parameters: ["ceiling": -1])
    let latency = Int(Limiter.latency(harness.context).doubleValue)
    let output = harness.run([input])
    #expect(latency == 96 + 27)
    #expect(Array(output[0][latency...]) == Array(input[..<(5_000 - latency)]) && output[1].allSatisfy { $0 == 0 })
  }

  @Test func theGainComesBackWithItsTimeConstant() throws {
    let input = [Float](repeating: 2, count: 24_000) + [Float](repeating: 0.1, count: 20_000)
    let gain = try KernelHarness(Limiter.self, channels: [1], parameters: ["ceiling": 0, "release": 0.05]).run([input])[1]
      .map { pow(10, Double($0) / 20) }
    // A step rings between its frames, by 9%: at its beginning the gain is lower than a constant needs.
    let depth = 1 - gain[26_000]
    #expect(abs((1 - gain[28_400]) / depth - exp(-1)) < 0.002 && abs((1 - gain[30_800]) / depth - exp(-2)) < 0.002)
    #expect(abs(gain[23_800] - 0.5) < 0.001)
  }

  @Test func allChannelsAreLoweredTogether() throws {
    let loud = TestSignal.sine(4_000, frequency: 1_000, amplitude: 2)
    let quiet = TestSignal.sine(4_000, frequency: 300, amplitude: 0.1)
    let output = try KernelHarness(Limiter.self, channels: [2], parameters: ["ceiling": 0]).run([loud, quiet])
    #expect(abs(Double(output[1][2_000...].map(abs).max()!) - 0.05) < 0.001)
  }
}
