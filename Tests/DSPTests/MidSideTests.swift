import Signal
import Testing

@testable import DSP

@Suite("midside") struct MidSideTests {
  private func harness(_ direction: String) throws -> KernelHarness {
    try KernelHarness(MidSide.self, channels: [2], structural: ["direction": .word(direction)])
  }

  @Test func encodingGivesHalfSumAndHalfDifference() throws {
    #expect(try harness("encode").run([[1, 0.5, 1], [1, -0.5, 0]]) == [[1, 0, 0.5], [0, 0.5, 0.5]])
  }

  @Test func decodingGivesSumAndDifference() throws {
    #expect(try harness("decode").run([[0.5, 0], [0.25, 1]]) == [[0.75, 1], [0.25, -1]])
  }

  @Test func encodingAndDecodingGiveBackWhatCameInWithinOneRounding() throws {
    let signals = [TestSignal.noise(2_000), TestSignal.noise(2_000, seed: 9)]
    let output = try harness("decode").run(try harness("encode").run(signals))
    for channel in 0..<2 {
      for (a, b) in zip(output[channel], signals[channel]) { #expect(abs(a - b) <= Float(1).ulp) }
    }
  }
}
