import Foundation
import Talea
import TestSupport
import Testing

/// What messages about loops propose, put into the patches that they are about.
@Suite("repairs of loops") struct LoopRepairTests {
  static let withoutTokens = [
    "a = gain 0dB\nin -> a -> out\na -> a",
    "a = gain -1dB\nb = gain -2dB\nc = gain -3dB\nin -> a -> out\nin -> b -> out\na -> c -> a\nb -> b",
    // Two loops through one edge, and one beside them.
    "a = gain 0dB\nb = gain 0dB\nc = gain 0dB\nin -> a -> b -> out\nb -> a\nb -> c -> a\nc -> c",
    "def v(level = -1dB) {\n  g = gain level\n  h = lowpass 1kHz\n  in -> g -> h -> g\n  h -> out\n}\np = v\nin -> p -> out",
    // The loop runs through an instance and is closed outside it.
    "def v(level = -1dB) {\n  g = gain level\n  in -> g -> out\n}\np = v\nin -> p -> out\np -> p",
    "r = oversample 2x { drive 12dB }\nin -> r -> out\nr -> gain -6dB -> r",
    "in -> gain 0dB -> out\nx = dcblock\ny = dcblock\nz = dcblock\nx -> y -> z -> x\ny -> x\nz -> y\nin -> x\nz -> out",
  ]

  static let throughParameters = [
    "a = gain\nin -> a -> out\na -> dcblock -> a.level",
    "a = gain\nin -> a -> out\na -> a.level",
    "a = gain\nin -> a -> out\na -> [10 samples] -> dcblock -> a.level",
    // Two ways round: each needs its own.
    "a = gain\nb = gain 0dB\nc = gain -3dB\nd = gain 0dB\nin -> a -> out\na -> b -> d\na -> c -> d\nd -> a.level",
    // At four times the rate a control period has 128 samples.
    "a = gain\nu = upsample 4\nd = downsample 4\nf = dcblock\nin -> a -> u -> f -> d -> out\nf -> a.level",
    "def v(level = -1dB) {\n  g = gain\n  k = dcblock\n  in -> g -> out\n  g -> k -> g.level\n}\np = v\nin -> p -> out",
    // A dead loop beside it.
    "a = gain\nb = gain 0dB\nin -> a -> b -> out\na -> dcblock -> a.level\nb -> b",
  ]

  /// The patch with everything that the messages' help proposes.
  static func repaired(_ text: String, _ failure: PatchFailure) throws -> String {
    var text = text
    for help in failure.diagnostics.flatMap(\.notes).filter({ $0.hasPrefix("help: ") }) {
      for proposal in help.split(separator: "`").enumerated().filter({ $0.offset % 2 == 1 }).map(\.element) {
        let parts = proposal.components(separatedBy: " -> ")
        let (from, to) = (try #require(parts.first), try #require(parts.last))
        let pattern =
          "(?<![a-z.])" + NSRegularExpression.escapedPattern(for: from) + #" -> (\[[^\]]*\] -> )?"#
          + NSRegularExpression.escapedPattern(for: to) + "(?![a-z.])"
        let place = try #require(text.range(of: pattern, options: .regularExpression), "\(from) -> \(to) is not in\n\(text)")
        text.replaceSubrange(place, with: proposal)
      }
    }
    return text
  }

  @Test(arguments: withoutTokens) func oneSampleOnEachProposedEdgeMakesEveryLoopLive(text: String) throws {
    let failure = try #require(throws: PatchFailure.self) { try plan(text, channels: 1) }
    #expect(failure.diagnostics.count == 1)
    #expect(failure.diagnostics[0].message.contains("no delay token"))
    let repaired = try Self.repaired(text, failure)
    #expect(throws: Never.self, "\(repaired)") { try plan(repaired, channels: 1) }
  }

  @Test(arguments: withoutTokens) func noneOfTheProposedEdgesCouldBeLeftOut(text: String) throws {
    let failure = try #require(throws: PatchFailure.self) { try plan(text, channels: 1) }
    let help = try #require(failure.diagnostics[0].notes.first { $0.hasPrefix("help: ") })
    let pieces = help.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    for left in pieces.indices where pieces.count > 1 {
      var partial = failure.diagnostics[0]
      partial.notes = pieces.indices.filter { $0 != left }.map { "help: `\(pieces[$0])`" }
      let repaired = try Self.repaired(text, PatchFailure([partial], sources: failure.sources))
      #expect(throws: PatchFailure.self, "\(repaired)") { try plan(repaired, channels: 1) }
    }
  }

  @Test(arguments: throughParameters) func aLoopThroughAParameterIsSaidToNeedAControlPeriodAndRunsWithIt(text: String) throws {
    let failure = try #require(throws: PatchFailure.self) { try plan(text, channels: 1) }
    #expect(failure.diagnostics[0].message.contains("control period"))
    let repaired = try Self.repaired(text, failure)
    #expect(throws: Never.self, "\(repaired)") { try plan(repaired, channels: 1) }
  }

  @Test func aFasterEdgeHoldsMoreSamplesInAControlPeriod() throws {
    let failure = try #require(throws: PatchFailure.self) { try plan(Self.throughParameters[4], channels: 1) }
    #expect(failure.diagnostics[0].notes.contains("help: write `u -> [128 samples] -> f`"))
  }
}
