import Signal
import Testing

@testable import DSP

@Suite("matrix") struct MatrixTests {
  private func matrix(_ rows: [[Double]]) throws -> KernelHarness {
    try KernelHarness(Matrix.self, channels: [rows[0].count], items: rows.map { ItemArguments(row: $0) })
  }

  @Test func everyOutputIsItsRowTimesTheInputs() throws {
    let output = try matrix([[1, 0.5, -0.25], [0, 0, 2]]).run([[0.5, 1], [0.25, -1], [1, 0.5]])
    #expect(output == [[0.375, 0.375], [2, 1]])
  }

  @Test func rowsWithASingleOnePassBitForBit() throws {
    let identity = try matrix([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    let signals = (0..<3).map { TestSignal.noise(700, seed: UInt64($0)) + [-0.0, 1e-38] }
    let output = identity.run(signals, cuts: .random(seed: 2))
    #expect(output.map { $0.map(\.bitPattern) } == [1, 0, 2].map { signals[$0].map(\.bitPattern) })
    #expect(Matrix.isRouting(identity.context))
    #expect(!Matrix.isRouting(try matrix([[0.5, 0.5]]).context))
  }

  @Test func aRowOfZerosIsSilenceEvenUnderInfinities() throws {
    let output = try matrix([[0, 0], [0, 1]]).run([[.infinity, .nan], [1, 2]])
    #expect(output == [[0, 0], [1, 2]])
  }

  @Test func rowsOfAnotherLengthThanTheChannelsAreRefused() throws {
    #expect(throws: EffectError.self) {
      try KernelHarness(Matrix.self, channels: [3], items: [ItemArguments(row: [1, 0]), ItemArguments(row: [0, 1])])
    }
  }
}
