import Foundation
import Testing

@testable import PatchLanguage

/// Every sentence in the sources of messages is told by a fixture, so that none is written and never read.
@Suite("Sentences of messages") struct MessageCoverageTests {
  /// Told by `FuzzTests`, since the file would be large; and what the reader refuses before it can be said of a text.
  static let exceptions: Set<String> = [
    "a patch is at most \\(limit) bytes long", "brackets stand between two nodes, one pair on an edge",
  ]

  @Test(arguments: [
    "Messages/SyntaxMistake.swift", "Resolve/NameMessages.swift", "Resolve/ValueMessages.swift",
    "Resolve/StructureMessages.swift",
  ])
  func areEachToldByAFixture(file: String) throws {
    let url = BrokenPatchTests.folder.appending(path: "../../../../Sources/PatchLanguage/" + file)
    let source = try String(contentsOf: url, encoding: .utf8)
    let start = try #require(source.range(of: "var message: String {"))
    let end = try #require(source.range(of: "var notes: [String] {"))
    let sentences = Self.literals(in: source[start.upperBound..<end.lowerBound]).filter { $0.count > 12 }
    #expect(sentences.count > 15)
    let told = try BrokenPatchTests.names.map {
      try String(contentsOf: BrokenPatchTests.expectationURL($0), encoding: .utf8)
    }.joined()
    for sentence in sentences where !Self.exceptions.contains(sentence) {
      let pattern = try Regex(Self.pattern(of: sentence))
      #expect(told.contains(pattern), "no fixture tells: \(sentence)")
    }
  }

  /// The string literals of Swift code, outermost ones only.
  static func literals(in code: Substring) -> [String] {
    var literals: [String] = []
    var rest = code
    while let quote = rest.firstIndex(of: "\"") {
      var at = rest.index(after: quote)
      var depth = 0
      let start = at
      while depth > 0 || rest[at] != "\"" {
        if depth == 0, rest[at] == "\\" {
          at = rest.index(after: at)
          if rest[at] == "(" { depth = 1 }
        } else if depth > 0 {
          if rest[at] == "(" { depth += 1 }
          if rest[at] == ")" { depth -= 1 }
        }
        at = rest.index(after: at)
      }
      literals.append(String(rest[start..<at]))
      rest = rest[rest.index(after: at)...]
    }
    return literals
  }

  /// What the sentence looks like when its interpolations are filled in.
  static func pattern(of sentence: String) -> String {
    var pattern = ""
    var rest = Substring(sentence)
    while let first = rest.first {
      if rest.hasPrefix("\\(") {
        rest.removeFirst(2)
        var depth = 1
        while depth > 0 {
          let character = rest.removeFirst()
          if character == "(" { depth += 1 }
          if character == ")" { depth -= 1 }
        }
        pattern += ".*"
      } else {
        if rest.hasPrefix("\\") { rest.removeFirst() }
        pattern += NSRegularExpression.escapedPattern(for: String(rest.first ?? first))
        rest.removeFirst()
      }
    }
    return pattern
  }
}
