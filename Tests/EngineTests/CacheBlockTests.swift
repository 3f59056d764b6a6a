import TestSupport
import Testing

@testable import Engine
@testable import Talea

@Suite("the block of a rendering") struct CacheBlockTests {
  private func wide(_ branches: Int) throws -> Graph {
    try graph((0..<branches).map { "in -> lowpass \(500 + 10 * $0)Hz -> gain -40dB -> out\n" }.joined())
  }

  @Test func followsFromTheBuffersOfAWidePatch() throws {
    let small = try compileOffline(graph("in -> gain 0dB -> out"), catalog: .standard)
    #expect(small.options.maximumFrameCount == 1_024)
    let large = try compileOffline(wide(100), catalog: .standard)
    #expect((256..<1_024).contains(large.options.maximumFrameCount))
    #expect(large.arenaFloats * 4 <= 1 << 19)
    let huge = try compileOffline(wide(1_000), catalog: .standard)
    #expect(huge.options.maximumFrameCount == 256)
    #expect(try compileOffline(wide(100), catalog: .standard, block: 4_000).options.maximumFrameCount == 4_000)
  }

  @Test func changesNoByte() throws {
    let graph = try wide(100)
    let input = noise(channels: 2, frames: 5_000, level: 0.2)
    let chosen = try compileOffline(graph, catalog: .standard)
    let given = try compileOffline(graph, catalog: .standard, block: 5_000)
    #expect(
      sameBytes(
        run(Executor(chosen), input, cuts: [chosen.options.maximumFrameCount]), run(Executor(given), input, cuts: [5_000])))
  }
}
