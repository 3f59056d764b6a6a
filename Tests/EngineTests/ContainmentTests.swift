import Foundation
import Talea
import TestSupport
import Testing

@Suite("non-finite samples") struct ContainmentTests {
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aNonFiniteInputSilencesUpToTheNextBorderAndNoFurther(value: Float) throws {
    var input = noise(channels: 1, frames: 4_000)
    input[0][1_500] = value
    for cuts in [[1], [64], [1_000], [4_000]] {
      let executor = Executor(try plan("in -> gain 0dB -> out", channels: 1, block: cuts[0]))
      let output = run(executor, input, cuts: cuts)[0]
      #expect(Array(output[..<1_500]) == Array(input[0][..<1_500]))
      #expect(output[1_500..<2_048].allSatisfy { $0 == 0 })
      #expect(Array(output[2_048...]) == Array(input[0][2_048...]))
      #expect(executor.fault == Executor.Fault(address: "in", position: 1_500, count: 1))
    }
  }

  @Test func anActorThatOverflowsIsNamedAndStartsAfresh() throws {
    var input = noise(channels: 1, frames: 4_000, level: 0.1)
    input[0][100] = 3e38
    let executor = Executor(try plan("in -> hot -> out\nhot = gain 20dB", channels: 1, block: 64))
    let output = run(executor, input, cuts: [64])[0]
    #expect(executor.fault?.address == "hot")
    #expect(output[100..<1_024].allSatisfy { $0 == 0 })
    #expect(output[1_024] == input[0][1_024] * 10)
  }

  /// A spectrum is one frame of hundreds of channels, which are tested together: some numbers in the middle of it overflow.
  @Test(arguments: [[1], [100], [512], [3_000]])
  func aSpectrumThatOverflowsInTheMiddleIsContained(cuts: [Int]) throws {
    let frames = 12_000
    func tone(_ range: Range<Int>, level: Double) -> [Float] {
      (0..<frames).map { range.contains($0) ? Float(level * sin(2 * .pi * 37 / 512 * Double($0))) : 0 }
    }
    let quiet = tone(0..<frames, level: 0.01)
    let input = [zip(quiet, tone(2_000..<3_000, level: 1e38)).map { $0 + $1 }]
    let text = "in -> stft 512 hop=128 -> hot -> gain -40dB -> istft 512 hop=128 -> out\nhot = gain 20dB"
    let executor = Executor(try plan(text, channels: 1, block: cuts[0]))
    let output = run(executor, input, cuts: cuts)[0]
    #expect(executor.fault?.address == "hot")
    #expect(output.allSatisfy { $0.isFinite })
    // 1,024 spectra of silence are more than there are.
    #expect(executor.fault?.count == 1 && output[3_000...].allSatisfy { $0 == 0 })
    #expect(output[1_000..<1_500].contains { $0 > 0.0009 })
    let whole = Executor(try plan(text, channels: 1, block: 1_024))
    #expect(run(whole, input, cuts: [1_024])[0] == output)
  }
}
