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

  /// One spectrum after the other, number by number and in double precision, by the words of the paper.
  private struct Reference {
    let bins: Int
    let step: Double
    var last: [(Double, Double)]
    var turns: [Double]

    init(bins: Int, step: Double) {
      (self.bins, self.step) = (bins, step)
      last = Array(repeating: (0, 0), count: bins)
      turns = Array(repeating: 0, count: bins)
    }

    mutating func next(_ x: [(Double, Double)], ratio: Double) -> [(Double, Double)] {
      let power = x.map { Float($0.0 * $0.0 + $0.1 * $0.1) }
      let at = { (k: Int) in power.indices.contains(k) ? power[k] : 0 }
      let peaks = power.indices.filter { k in
        at(k) > 0 && at(k) > at(k - 1) && at(k) > at(k - 2) && at(k) >= at(k + 1) && at(k) >= at(k + 2)
      }
      var starts = zip(peaks, peaks.dropFirst()).map { a, b in (a + 1...b).min { power[$0] < power[$1] }! }
      starts = [0] + starts + [bins]
      var (out, newTurns) = (Array(repeating: (0.0, 0.0), count: bins), turns)
      for (n, peak) in peaks.enumerated() {
        let (a, b) = last[peak], (re, im) = x[peak]
        var turn = atan2(im * a - re * b, re * a + im * b) / (2 * .pi) - Double(peak) * step
        turn -= turn.rounded()
        let frequency = a == 0 && b == 0 ? Double(peak) : Double(peak) + turn / step
        let shift = frequency * (ratio - 1), whole = Int(shift.rounded(.toNearestOrEven)), rest = shift - Double(whole)
        let total = turns[peak] + shift * step, angle = 2 * .pi * (total + 0.5 * rest)
        let level = abs(rest) < 1e-9 ? 1 : .pi * rest * (1 - rest * rest) / sin(.pi * rest)
        for k in starts[n]..<starts[n + 1] {
          newTurns[k] = total
          guard out.indices.contains(k + whole) else { continue }
          let (r, i) = x[k]
          out[k + whole].0 += level * (r * cos(angle) - i * sin(angle))
          out[k + whole].1 += level * (r * sin(angle) + i * cos(angle))
        }
      }
      (last, turns) = (x, newTurns)
      return out
    }
  }

  @Test(arguments: [0.7, 1.0, 1.189, 1.9]) func spectraAreMovedAsNumberByNumber(ratio: Double) {
    let size = 512, hop = 128, bins = size / 2 + 1, memory = MemoryMeter()
    let shifter = SpectralShifter(
      SpectralFormat(size: size, channels: 1), hop: hop, envelopeLength: 0, memory: memory)
    var reference = Reference(bins: bins, step: Double(hop) / Double(size))
    let input = OwnedBuffer<Float>(count: 2 * bins, memory: memory), output = OwnedBuffer<Float>(count: 2 * bins, memory: memory)
    let inputs = (0..<2 * bins).map { UnsafePointer(input.base + $0) }, outputs = (0..<2 * bins).map { output.base + $0 }
    for token in 0..<4 {
      let noise = TestSignal.noise(2 * bins, seed: UInt64(token + 9))
      for (n, x) in noise.enumerated() { input[n] = x }
      inputs.withUnsafeBufferPointer { inputs in
        outputs.withUnsafeBufferPointer { outputs in
          let block = AudioBlock(
            inputs: inputs.baseAddress!, outputs: outputs.baseAddress!, inputFrameCount: 1, frameCount: 1, inputPosition: token,
            position: token)
          shifter.run(block, 0, 0, ratio)
        }
      }
      let expected = reference.next((0..<bins).map { (Double(noise[$0]), Double(noise[bins + $0])) }, ratio: ratio)
      for k in 0..<bins {
        #expect(abs(Double(output[k]) - expected[k].0) < 1e-5 && abs(Double(output[bins + k]) - expected[k].1) < 1e-5)
      }
    }
  }
}
