import CRealtime
import Foundation
import Signal
import Testing

@testable import DSP

@Suite("moving delay lines") struct MovingLineTests {
  /// Reads one channel at delays of its own for each frame, in groups of at most `longest`.
  func read(_ input: [Float], _ delays: [Double], longest: Int, seed: UInt64 = 1) -> [Float] {
    var line = MovingLine(channels: 1, reach: 200, memory: MemoryMeter()), random = SeededRandom(seed: seed)
    var output: [Float] = [], n = 0
    while n < input.count {
      let count = line.batch(of: min(Int.random(in: 1...longest, using: &random), input.count - n))
      var x = SIMD8<Float>(repeating: .nan), early = SIMD4<Double>(repeating: 3), late = early
      for lane in 0..<count {
        x[lane] = input[n + lane]
        if lane < 4 { early[lane] = delays[n + lane] } else { late[lane - 4] = delays[n + lane] }
      }
      line.write(0, x, count)
      let past = line.read(0, LaneDelays(early, late, least: 0))
      for lane in 0..<count { output.append(past[lane]) }
      line.advance(count)
      n += count
    }
    return output
  }

  /// Delays that stand, drift, jump, and come near.
  static let paths: [@Sendable (Int) -> Double] = [
    { 57.3 + 0.001 * Double($0) }, { 100 + 90 * sin(Double($0) / 50) }, { Double(20 + $0 % 4 * 37) + 0.25 },
    { 10 - 10 * cos(Double($0) / 300) }, { Double($0 % 12) + 0.999_999_99 }, { Double($0 / 9 % 150) },
    { 3 * abs(sin(Double($0))) },
  ]

  @Test(arguments: paths.indices) func groupsOfFramesDoNotCount(path: Int) {
    let input = TestSignal.noise(3_000, seed: 4), delays = input.indices.map(Self.paths[path])
    let single = read(input, delays, longest: 1)
    for seed in 1...4 as ClosedRange<UInt64> { #expect(read(input, delays, longest: 8, seed: seed) == single) }
  }

  @Test(arguments: paths.indices) func isTheSameInterpolationAsOfOneFrame(path: Int) {
    let input = TestSignal.noise(3_000, seed: 6), delays = input.indices.map(Self.paths[path])
    let lanes = read(input, delays, longest: 8)
    var line = MovingLine(channels: 1, reach: 200, memory: MemoryMeter())
    for n in input.indices {
      line.write(0, input[n])
      let delay = FractionalRead(delays[n])
      let single = line.read(0, delay)
      if delay.isWhole { #expect(lanes[n] == single) } else { #expect(abs(lanes[n] - single) < 3e-6) }
      line.advance()
    }
  }

  /// Sixteen points read a tone of 0.14 of the rate to sin(0.14 pi)^16 of its height, wherever between two frames.
  @Test func aToneIsReadBetweenItsFrames() {
    let w = 2 * Double.pi * 0.14
    let input = (0..<2_000).map { Float(sin(w * Double($0))) }
    let delays = input.indices.map { 40 + Double($0) * 0.013_7 }
    let output = read(input, delays, longest: 8)
    for n in 200..<2_000 { #expect(abs(Double(output[n]) - sin(w * (Double(n) - delays[n]))) < 2e-6) }
  }

  /// The turns of a phase: in groups of any length, and with a rate on its way.
  @Test func aPhaseRunsAsItsRateSays() {
    var random = SeededRandom(seed: 8), single = Turning(7.3, framesPerSecond: 48_000), grouped = single
    var position = 0, wanted = 0.0
    func increment(_ n: Int) -> Double {
      let moved = n < 3_200 ? 0 : min(1, Double(n - 3_200) / 480)
      return (7.3 + moved * (950 - 7.3)) / 48_000
    }
    while position < 9_600 {
      if position == 3_200 {
        single.retarget(950, over: 480)
        grouped.retarget(950, over: 480)
      }
      let left = position < 3_200 ? 3_200 - position : 9_600 - position
      let count = min(Int.random(in: 1...4, using: &random), left)
      let turns = grouped.next(four: count)
      for lane in 0..<count {
        #expect(turns[lane] == single.next(four: 1)[0])
        let distance = abs(turns[lane] - wanted + (wanted - turns[lane]).rounded())
        #expect(distance < 1e-10 && turns[lane] >= 0 && turns[lane] < 1)
        wanted += increment(position + lane)
        wanted -= wanted.rounded(.down)
      }
      position += count
    }
  }

  @Test func sinesPowersAndAllpassesAreThoseOfTheLibraryWithinTheirBounds() {
    for n in -40_000..<40_000 {
      let x = Double(n) * 0.000_123_7
      let sine = talea_sine_of_turns(SIMD4(x, x + 1_000_000, 0.25, -0.5))
      #expect(abs(sine[0] - sin(2 * .pi * x)) < 1e-13)
      #expect(abs(sine[2] - 1) < 1e-13 && sine[3] == 0)
      let power = talea_power_of_two(SIMD4(repeating: x * 100))[0]
      #expect(abs(power / exp2(x * 100) - 1) < 2e-10)
      if x > 0.000_1 && x < 0.49 {
        let tangent = tan(.pi * x)
        #expect(abs(talea_allpass(SIMD4(repeating: x))[0] - (tangent - 1) / (tangent + 1)) < 1e-12)
      }
    }
  }
}
