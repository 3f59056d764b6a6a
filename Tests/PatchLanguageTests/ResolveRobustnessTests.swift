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
