import Talea
import TestSupport
import Testing

@Suite("side chains") struct SideChainTests {
  let settings = "-40dB 10:1 attack=0s release=1s knee=0dB"

  func level(_ output: [Float]) -> Float { output[20_000...].map(abs).max()! }

  /// A quiet and a loud constant on two channels.
  let input: [[Float]] = [[Float](repeating: 0.01, count: 24_000), [Float](repeating: 1, count: 24_000)]

  @Test func anUnconnectedSideChainLeavesTheCompressorToItsInput() throws {
    let output = try render("c = compressor \(settings)\nin:1 -> c -> out", input)[0]
    // -40 dB is the threshold itself.
    #expect(abs(level(output) - 0.01) < 1e-6)
  }

  @Test func aConnectedOneIsListenedToInstead() throws {
    let output = try render("c = compressor \(settings)\nin:1 -> c -> out\nin:2 -> c.sidechain", input)[0]
    // 40 dB above the threshold: 36 dB down.
    #expect(abs(level(output) / 0.01 - 0.015_849) < 1e-4)
  }

  @Test func aSilentOneIsListenedToToo() throws {
    let output = try render("c = compressor \(settings)\nin:2 -> c -> out\nin:2 -> gain 0% -> c.sidechain", input)[0]
    #expect(level(output) == 1)
  }

  @Test func theReductionDrivesAnotherGain() throws {
    let output = try render("c = compressor \(settings)\ng = gain\nin:2 -> c\nc.reduction -> g.level\nin:1 -> g -> out", input)[0]
    #expect(abs(level(output) / 0.01 - 0.015_849) < 1e-4)
  }
}
