import Foundation
import Signal
import Testing

@testable import DSP

@Suite("true peaks between frames") struct TruePeakScanTests {
  /// The highest point of each frame of one channel, in blocks of any length.
  func peaks(_ input: [Float], above ceiling: Float = 0, cuts: Cuts = .blocks(512)) -> [Float] {
    var scan = TruePeakScan(channels: 1, longest: 8_192, memory: MemoryMeter())
    var peaks: [Float] = [], position = 0
    for length in cuts.lengths(input.count) {
      Self.append(&scan, input, position, length)
      var frame = 0
      while frame < length {
        let count = min(8, length - frame)
        let some = scan.peaks(0, at: position + frame, count, above: ceiling)
        for lane in 0..<count { peaks.append(some[lane]) }
        frame += count
      }
      position += length
    }
    return peaks
  }

  static func append(_ scan: inout TruePeakScan, _ input: [Float], _ position: Int, _ length: Int) {
    input.withUnsafeBufferPointer { input in
      withUnsafePointer(to: input.baseAddress! + position) { inputs in
        var output = 0 as Float
        withUnsafeMutablePointer(to: &output) { output in
          withUnsafePointer(to: output) { outputs in
            scan.append(
              AudioBlock(
                inputs: inputs, outputs: outputs, inputFrameCount: length, frameCount: length, inputPosition: position,
                position: position))
          }
        }
      }
    }
  }

  /// Each crest of a tone lies anywhere between two frames; all are found.
  @Test(arguments: [0.013, 0.1, 0.2371, 0.31, 0.3701, 0.4219, 0.45, 0.459_3]) func crestsOfTonesAreReadRight(turns: Double) {
    let input = (0..<6_000).map { Float(0.7 * sin(2 * .pi * turns * Double($0) + 0.3)) }
    let found = peaks(input)[200...]
    // In as many frames as every crest needs, there is one.
    let needed = Int((0.5 / turns).rounded(.up)) + 1
    for start in stride(from: 200, to: 5_900, by: 7) {
      let decibels = 20 * log10(Double(found[start..<start + needed].max()!) / 0.7)
      #expect(abs(decibels) < 0.02, "\(turns): \(decibels)")
    }
  }

  @Test func cutsDoNotCount() {
    let input = TestSignal.noise(5_000, seed: 3)
    let whole = peaks(input, cuts: .whole)
    for cuts in [Cuts.blocks(1), .blocks(3), .random(seed: 2), .random(seed: 3, longest: 30)] {
      #expect(peaks(input, cuts: cuts) == whole)
    }
  }

  /// What is said to be below a ceiling is below it, and what is above is the same as without one.
  @Test(arguments: [0.05, 0.3, 0.9, 1.4, 2] as [Float]) func nothingAboveACeilingIsPassedOver(ceiling: Float) {
    var input = TestSignal.noise(8_000, seed: 5, amplitude: 1)
    for n in input.indices { input[n] *= Float(exp(-Double(n % 1_000) / 150)) }
    // The signs of a sinc make the highest points that frames of one size can make.
    for (start, phase) in [(2_000, 0.5), (3_000, 0.25), (4_000, 0.125), (5_000, 0.0), (6_000, 0.875)] {
      for n in -40..<40 { input[start + n] = sin(.pi * (Double(n) - phase)) / (Double(n) - phase) < 0 ? -0.5 : 0.5 }
    }
    let all = peaks(input), some = peaks(input, above: ceiling)
    for n in all.indices { #expect(all[n] > ceiling ? some[n] == all[n] : some[n] <= ceiling) }
    var scan = TruePeakScan(channels: 1, longest: 8_192, memory: MemoryMeter())
    var below = 0
    for position in stride(from: 0, to: input.count, by: 16) {
      Self.append(&scan, input, position, 16)
      if scan.isBelow(ceiling, at: position, 16) {
        below += 1
        #expect(all[position..<position + 16].allSatisfy { $0 <= ceiling })
      }
    }
    #expect(below > 10)
    #expect(all.max()! > 1.3)
  }

  @Test func whatIsNotFiniteIsAsHighAsANumberCanBe() {
    for bad in [Float.nan, .infinity, -.infinity] {
      var input = [Float](repeating: 0.1, count: 400)
      input[200] = bad
      let found = peaks(input, above: 1)
      #expect(found[224] == .greatestFiniteMagnitude && found[100] == 0 && found[300] == 0)
    }
  }
}

@Suite("sliding minimum") struct SlidingMinimumTests {
  @Test(arguments: [1, 2, 7, 105]) func isTheLeastOfTheNewestValues(length: Int) {
    var random = SeededRandom(seed: 4), minimum = SlidingMinimum(length: length, memory: MemoryMeter())
    for _ in 0..<2 {
      let values = (0..<1_000).map { $0 % 300 < 150 ? Int64.random(in: -9...9, using: &random) : 7 }
      for n in values.indices { #expect(minimum.next(values[n]) == values[max(0, n - length + 1)...n].min()!) }
      minimum.reset()
    }
  }
}
