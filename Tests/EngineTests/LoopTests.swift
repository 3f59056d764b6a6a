import Talea
import TestSupport
import Testing

@Suite("loops") struct LoopTests {
  /// A gain of a half that feeds itself: 1, then a half every `tokens` frames.
  private func decay(tokens: Int) -> String {
    """
    a = gain 0dB
    b = gain 50%
    in -> a -> out
    a -> [\(tokens) samples] -> b -> a
    """
  }

  @Test(arguments: [1, 2, 5, 63, 64, 480])
  func aLoopRepeatsEveryTokenForEveryBlock(tokens: Int) throws {
    let input = impulse(channels: 1, frames: 2_000)
    let expected = (0..<2_000).map { n in
      n % tokens == 0 && n / tokens < 20 ? Float(sign: .plus, exponent: -(n / tokens), significand: 1) : 0
    }
    for cuts in [[1], [7], [64], [512], randomCuts(3, largest: 300)] {
      let output = try render(decay(tokens: tokens), input, cuts: cuts)
      #expect(zip(output[0], expected).allSatisfy { abs($0 - $1) < 1e-6 }, "cuts \(cuts.prefix(4))")
    }
  }

  @Test func aLoopRunsInBlocksOfItsTokensAndTheRestKeepsItsBlock() throws {
    let plan = try plan(
      """
      before = gain -3dB
      a = gain 0dB
      b = gain 50%
      in -> before -> a -> out
      a -> [48 samples] -> b -> a
      """, block: 512)
    let explanation = Explanation(plan, measuring: false)
    #expect(explanation.loops.map(\.block) == [48])
    let executor = Executor(plan)
    executor.setProfiling(true)
    _ = run(executor, noise(channels: 2, frames: 512), cuts: [512])
    let firings = Dictionary(uniqueKeysWithValues: executor.profile.map { ($0.address, $0.firings) })
    #expect(firings["before"] == 1)
    #expect(firings["a"] == 11)
  }

  @Test func aShortLoopInsideALongOneRunsInItsOwnTurns() throws {
    let plan = try plan(
      """
      outer = gain 0dB
      inner = gain 0dB
      back = gain 25%
      quick = gain 50%
      in -> outer -> inner -> out
      inner -> [1 sample] -> quick -> inner
      inner -> [300 samples] -> back -> outer
      """, channels: 1, block: 512)
    let blocks = Explanation(plan, measuring: false).loops.map(\.block)
    #expect(blocks == [300, 1])
    let input = impulse(channels: 1, frames: 700)
    let output = run(Executor(plan), input, cuts: [512])[0]
    #expect(output[0] == 1 && output[1] == 0.5 && output[2] == 0.25)
    #expect(abs(output[300] - 0.25) < 1e-6)
    // One more sample: a half of it, and a quarter of what the first turn's echo left.
    #expect(abs(output[301] - (0.25 * 0.5 + 0.25 * 0.5)) < 1e-6)
    for cuts in [[1], [7], [299], [301]] {
      let other = run(Executor(try recompiled(plan, block: cuts[0])), input, cuts: cuts)
      #expect(sameBytes(other, [output]))
    }
  }

  private func recompiled(_ plan: Plan, block: Int) throws -> Plan {
    var options = plan.options
    options.maximumFrameCount = block
    return try compile(plan.graph, catalog: .standard, options: options)
  }

  @Test func aLoopThroughARegionAtAnotherRateRunsWithOneToken() throws {
    let text = """
      a = gain 0dB
      up = upsample 2
      down = downsample 2
      b = gain 25%
      in -> a -> up -> down -> out
      down -> [1 sample] -> b -> a
      """
    let plan = try plan(text, channels: 1, block: 512)
    let input = noise(channels: 1, frames: 3_000)
    let reference = run(Executor(plan), input, cuts: [512])
    for cuts in [[1], [7], randomCuts(5, largest: 400)] {
      #expect(sameBytes(try render(text, input, cuts: cuts), reference), "cuts \(cuts.prefix(3))")
    }
  }

  @Test(arguments: [
    "a = gain 0dB\nin -> a -> out\na -> a",
    "a = gain 0dB\nb = gain 0dB\nin -> a -> b -> out\nb -> a",
    "a = gain 0dB\nu = upsample 2\nd = downsample 2\nin -> a -> u -> d -> out\nd -> a",
  ])
  func aLoopWithoutTokensIsRefusedWithItsRepair(text: String) throws {
    let failure = try #require(throws: PatchFailure.self) { try plan(text) }
    let diagnostic = try #require(failure.diagnostics.first)
    #expect(diagnostic.message.contains("no delay token"))
    #expect(diagnostic.notes.contains { $0.hasPrefix("loop: ") })
    #expect(diagnostic.notes.contains { $0.contains("[1 sample]") })
    #expect(diagnostic.span != nil)
  }

  @Test func aLoopThroughAParameterNeedsAControlPeriod() throws {
    let text = """
      a = gain
      in -> a -> out
      a -> [TOKENS samples] -> dcblock -> a.level
      """
    _ = try plan(text.replacing("TOKENS", with: "32"), channels: 1)
    let failure = try #require(throws: PatchFailure.self) { try plan(text.replacing("TOKENS", with: "31"), channels: 1) }
    #expect(failure.diagnostics.first?.message.contains("control period") == true)
  }
}
