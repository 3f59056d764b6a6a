import CRealtime
import Foundation
import Signal
import Testing

@testable import DSP

/// The inner loops of the pitch shifter against what they say they compute.
@Suite("peaks of spectra") struct SpectralShiftTests {
  /// Powers with ties and silence among them, with zeros around.
  private func powers(_ count: Int, seed: UInt64) -> (all: [Float], powers: [Float]) {
    let powers = TestSignal.noise(count, seed: seed).map { x in x < -0.7 ? 0 : (x * 8).rounded() * (x * 8).rounded() }
    return ([0, 0] + powers + [Float](repeating: 0, count: 16), powers)
  }

  @Test(arguments: [33, 129, 1_025]) func peaksAreLargerThanTwoOnEitherSideAndPartedAtTheLowest(count: Int) {
    for seed in 0..<20 {
      let (all, p) = powers(count, seed: UInt64(seed))
      var flags = [UInt8](repeating: 9, count: count + 16), peaks = [Int32](repeating: 0, count: count + 16), starts = peaks
      let at = { (k: Int) in p.indices.contains(k) ? p[k] : 0 }
      let expected = p.indices.filter { k in
        p[k] > 0 && p[k] > at(k - 1) && p[k] > at(k - 2) && p[k] >= at(k + 1) && p[k] >= at(k + 2)
      }
      all.withUnsafeBufferPointer { all in
        let first = all.baseAddress! + 2
        let found = talea_find_peaks(first, &flags, &peaks, count)
        #expect(peaks[..<found].map(Int.init) == expected)
        talea_find_valleys(first, flags, &starts, count)
      }
      #expect(p.indices.filter { flags[$0] == 1 } == expected)
      for n in expected.indices.dropFirst() {
        let between = expected[n - 1] + 1...expected[n], least = between.map { p[$0] }.min()!
        #expect(Int(starts[n]) == between.first { p[$0] == least })
      }
    }
  }

  @Test func anglesAndLevelsAreThoseOfTheLibrary() {
    var generator = TestSignal.noise(4_000, seed: 3).map(Double.init)
    generator += [0, 0.125, 0.25, 0.5, 1, -0.125, -0.25, -0.5, -1, 0.3826834323650898]
    var worst = (turn: 0.0, level: 0.0)
    for (n, a) in generator.enumerated() {
      let b = generator[(n * 7 + 1) % generator.count]
      if a != 0 || b != 0 {
        let turn = talea_turns_of(SIMD4(a, b, -a, 1e-30 * a), SIMD4(b, a, -b, 1e-30 * b))
        for (value, angle) in [(turn[0], atan2(b, a)), (turn[1], atan2(a, b)), (turn[2], atan2(-b, -a)), (turn[3], atan2(b, a))] {
          let difference = value - angle / (2 * .pi)
          worst.turn = max(worst.turn, abs(difference - difference.rounded()))
        }
      }
      let x = max(abs(a) / 2, 1e-6), level = talea_shift_level(SIMD4(repeating: x * x))[0]
      worst.level = max(worst.level, abs(level * sin(.pi * x) / (.pi * x * (1 - x * x)) - 1))
    }
    #expect(worst.turn < 1e-13 && worst.level < 4e-12, "\(worst)")
  }

  /// Numbers that turn as those of sines do are moved to where the sines belong, and what goes beyond the spectrum is dropped.
  @Test func numbersMoveByTheShiftOfTheirPeak() {
    let count = 257, step = 0.25, excess = 0.5, memory = MemoryMeter()
    let real = OwnedBuffer<Float>(count: count, memory: memory), imaginary = OwnedBuffer<Float>(count: count, memory: memory)
    let lastReal = OwnedBuffer<Float>(count: count, memory: memory)
    let lastImaginary = OwnedBuffer<Float>(count: count, memory: memory)
    let turns = OwnedBuffer<Double>(count: count, memory: memory), peaks = OwnedBuffer<Int32>(count: 8, memory: memory)
    // Frequencies in numbers of the spectrum; the peak stands at the nearest.
    let frequencies = [20.3, 60.0, 99.6, 140.25, 200.1]
    for (n, f) in frequencies.enumerated() {
      let k = Int(f.rounded()), start = Double(n) * 0.37, now = start + f * step
      (lastReal[k], lastImaginary[k]) = (Float(cos(2 * .pi * start)), Float(sin(2 * .pi * start)))
      (real[k], imaginary[k]) = (Float(2 * cos(2 * .pi * now)), Float(2 * sin(2 * .pi * now)))
      (turns[k], peaks[n]) = (0.1, Int32(k))
    }
    let wholes = OwnedBuffer<Int32>(count: 8, memory: memory), newTurns = OwnedBuffer<Double>(count: 8, memory: memory)
    let cosines = OwnedBuffer<Float>(count: 8, memory: memory), sines = OwnedBuffer<Float>(count: 8, memory: memory)
    var source = talea_peak_source(
      real: real.base, imaginary: imaginary.base, last_real: lastReal.base, last_imaginary: lastImaginary.base, turns: turns.base)
    var moves = talea_peak_moves(wholes: wholes.base, turns: newTurns.base, cosines: cosines.base, sines: sines.base)
    talea_shift_peaks(&source, peaks.base, &moves, excess, step, frequencies.count)
    for (n, f) in frequencies.enumerated() {
      let shift = f * excess
      #expect(Int(wholes[n]) == Int(shift.rounded()))
      let turn = 0.1 + shift * step
      let difference = newTurns[n] - turn
      #expect(abs(difference - difference.rounded()) < 1e-6)
      let angle = 2 * .pi * (newTurns[n] + 0.5 * (shift - shift.rounded()))
      #expect(abs(atan2(Double(sines[n]), Double(cosines[n])) - atan2(sin(angle), cos(angle))) < 1e-5)
    }
  }
}
