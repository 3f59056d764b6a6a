import CRealtime
import Foundation
import Testing

@testable import DSP

/// The arithmetic between a size and a gain.
@Suite("gain computer") struct GainComputerTests {
  @Test func decibelsAreThoseOfTheLibraryWithinTheirBound() {
    for exponent in stride(from: -24.9, through: 24.9, by: 0.0137) {
      let sizes = SIMD4(pow(10, exponent), 1, pow(2, (exponent * 3).rounded()), pow(10, exponent) * 1.000_001)
      let levels = talea_decibels(sizes, 1e-25)
      for lane in 0..<4 { #expect(abs(levels[lane] - 20 * log10(sizes[lane])) < 2e-11) }
      #expect(levels[1] == 0)
    }
    #expect(talea_decibels(SIMD4(0, 1e-12, 1e-10, 2e-10), 1e-10)[1] == talea_decibels(SIMD4(repeating: 1e-10), 0)[0])
  }

  @Test func gainsAreThoseOfTheLibraryWithinTheirBound() {
    for level in stride(from: -5_999.0, through: 5_999, by: 0.713) {
      let gains = talea_amplitude(SIMD4(level, 0, -.infinity, -level * 1e-4))
      #expect(abs(gains[0] / pow(10, level / 20) - 1) < 2e-10 + 1e-15 * abs(level))
      #expect(abs(gains[3] / pow(10, -level * 1e-4 / 20) - 1) < 2e-10)
      #expect(gains[1] == 1 && gains[2] == talea_amplitude(SIMD4(repeating: -6_000))[0])
    }
  }

  /// Groups of four, and frames one by one, give the same bits on the way, near the end of it, and with a hold.
  @Test(arguments: [(0.001, 0.1), (0.1, 0.001), (0, 0.05), (0.05, 0)], [0, 0.000_1])
  func theEnvelopeIsTheSameHoweverFramesAreGrouped(times: (attack: Double, release: Double), hold: Double) {
    var random = SeededRandom(seed: 5)
    let targets = (0..<40_000).map { n -> Double in
      n % 5_000 < 3_000 ? 0 : (n / 40) % 3 == 0 ? -12 : -Double.random(in: 0...30, using: &random)
    }
    for attacksDown in [true, false] {
      let times = GainTimes(attack: times.attack, hold: hold, release: times.release, 48_000)
      var single = GainEnvelope(-3), grouped = GainEnvelope(-3), n = 0
      while n < targets.count {
        let count = min(Int.random(in: 1...4, using: &random), targets.count - n)
        var four = SIMD4<Double>(repeating: .nan)
        for lane in 0..<count { four[lane] = targets[n + lane] }
        let gains = grouped.follow(four, count, attacksDown: attacksDown, times)
        for lane in 0..<count {
          single.step(targets[n + lane], attacksDown: attacksDown, times)
          #expect(gains[lane] == single.decibels)
        }
        n += count
      }
      #expect(grouped.isEqual(to: single))
    }
  }

  /// Bits in any number, against the rule told frame by frame.
  @Test(arguments: [0, 3, 8, 40]) func theDoorIsTheSameHoweverFramesAreGrouped(hold: Int) {
    var random = SeededRandom(seed: 11), door = Door(), isOpen = false, left = 0, wasOpen = 0
    for group in 0..<20_000 {
      let count = Int.random(in: 1...8, using: &random), quiet = group / 7 % 3
      var opening = 0, staying = 0, wanted = 0
      for n in 0..<count {
        let level = Int.random(in: 0...99, using: &random)
        if level > 99 - quiet { opening |= 1 << n }
        if level > 97 - 3 * quiet { staying |= 1 << n }
        if opening >> n & 1 == 1 {
          (isOpen, left) = (true, hold)
        } else if staying >> n & 1 == 1 {
          left = hold
        } else if left > 0 {
          left -= 1
        } else {
          isOpen = false
        }
        if isOpen { wanted |= 1 << n }
      }
      wasOpen += wanted.nonzeroBitCount
      #expect(door.frames(opening: opening, staying: staying, count, hold: hold) == wanted)
    }
    #expect(wasOpen > 100 && wasOpen < 80_000)
  }
}
