import Foundation
import PatchLanguage
import Testing

@Suite("Resolving damaged patches") struct ResolveRobustnessTests {
  /// A small generator with a known sequence (Marsaglia's xorshift), so that a failure can be repeated.
  struct Sequence {
    var state: UInt64
    mutating func next(below bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
  }

  static let words: [String] = {
    let texts = BrokenPatchTests.names.compactMap {
      try? String(contentsOf: BrokenPatchTests.folder.appending(path: $0), encoding: .utf8)
    }
    return texts.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }.map(String.init)
  }()

  /// Lines of all fixtures shuffled together, with words dropped, doubled and swapped.
  @Test(arguments: 1...300) func theyAreToldWrongWithoutATrap(seed: Int) {
    var random = Sequence(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
    var lines: [String] = []
    for _ in 0..<random.next(below: 30) + 1 {
      var words = Self.words[random.next(below: Self.words.count)].split(separator: " ").map(String.init)
      let other = Self.words[random.next(below: Self.words.count)].split(separator: " ").map(String.init)
      switch random.next(below: 6) {
      case 0 where !words.isEmpty: words.remove(at: random.next(below: words.count))
      case 1 where !words.isEmpty: words.append(words[random.next(below: words.count)])
      case 2 where words.count > 1: words.swapAt(random.next(below: words.count), random.next(below: words.count))
      case 3 where !words.isEmpty && !other.isEmpty:
        words[random.next(below: words.count)] = other[random.next(below: other.count)]
      default: break
      }
      lines.append(words.joined(separator: " "))
    }
    let text = lines.joined(separator: "\n")
    let source = Source(name: "damaged.talea", text: text)
    let told = messages(about: source)
    let again = messages(about: source)
    #expect(told == again)
    if !told.isEmpty { #expect(told.contains("error:") || told.contains("warning:")) }
  }
}

@Suite("Resolving large patches") struct LargePatchTests {
  @Test func aChainOfTenThousandEffectsResolvesAtOnce() throws {
    let chain = String(repeating: "gain 0dB -> lowpass 2kHz -> ", count: 10_000)
    let duration = try ContinuousClock().measure {
      let graph = try resolved("in -> \(chain)out").graph
      #expect(graph.actors.count == 20_002)
      #expect(graph.actors[20_000].address == "lowpass_10000")
    }
    #expect(duration < .seconds(10))
  }

  @Test func aThousandInstancesThatFollowOneControlResolveAtOnce() throws {
    let instances = (1...1_000).map { "v\($0) = voice $tone\nin -> v\($0) -> out" }.joined(separator: "\n")
    let duration = try ContinuousClock().measure {
      let graph = try resolved(
        """
        control tone = 2kHz in 200Hz..12kHz
        def voice(f=1kHz, late=3ms) { in -> lowpass f -> [late] -> lowpass (f / 2) -> gain -3dB -> out }
        \(instances)
        """
      ).graph
      #expect(graph.actors.count == 3_002)
      #expect(graph.controls.count == 1_001)
    }
    #expect(duration < .seconds(10))
  }

  @Test func noMoreMessagesAreShownThanAnyoneReads() {
    let lines = (1...5_000).map { "n\($0) = gian -3dB" }.joined(separator: "\n")
    let messages = told(lines + "\nin -> out")
    #expect(messages.count == SyntaxLimits.errors + 1)
    #expect(messages.last == "too many messages; what else is wrong is not shown")
  }

  @Test func manyWarningsKeepNothingFromPlaying() throws {
    let spares = (1...100).map { "n\($0) = gain -3dB" }.joined(separator: "\n")
    let resolved = try resolved(spares + "\nin -> out")
    #expect(resolved.warnings.count == SyntaxLimits.errors + 1)
    #expect(resolved.warnings.allSatisfy { $0.severity == .warning })
    let messages = told(spares + "\nin -> gian -> out")
    #expect(messages.last == "there is no node or effect named `gian`")
  }
}
