import Testing

@testable import PatchLanguage

/// Whatever the bytes, reading ends with a patch or with messages that can be shown.
@Suite("Any bytes") struct FuzzTests {
  private func read(_ bytes: [UInt8]) {
    let source = Source(name: "fuzz", bytes: bytes)
    for parsed in [parseText(source), parseJSON(source)] {
      for diagnostic in parsed.diagnostics {
        let span = diagnostic.span!
        #expect(0 <= span.start && span.start <= span.end && span.end <= source.bytes.count)
      }
      #expect(parsed.diagnostics.count <= SyntaxLimits.errors + 1)
      #expect(render(parsed.diagnostics, sources: [source]).isEmpty == parsed.diagnostics.isEmpty)
      if parsed.diagnostics.isEmpty { #expect(parse(Source(name: "printed", text: parsed.patch.text)).diagnostics.isEmpty) }
    }
    _ = try? parseChain(String(decoding: bytes, as: UTF8.self))
  }

  @Test func ofNoiseAreReadOrExplained() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      read((0..<Int.random(in: 0..<200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  @Test func ofTheLanguageInAnyOrderAreReadOrExplained() {
    let words = [
      "in", "out", "->", "[", "]", "{", "}", "(", ")", "=", ";", "\n", " ", " ", "gain", "-3dB", "control", "let", "def", "use",
      "patch", "oversample", "multiband", "4x", "\"", "a", ":", "..", ".", "$", "+", "*", "/", "1", "2.5kHz", ",", "unaligned",
      "#", "\r", "é",
      "eq", "sample", "%", "\\", "log", "as", "\"t\"", "{\"talea\":1,\"statements\":[", "{\"connect\":[", "{\"node\":", "]}",
      "\"in\"",
    ]
    var random = SeededGenerator(seed: 2)
    for _ in 0..<3_000 {
      let text = (0..<Int.random(in: 1..<40, using: &random)).map { _ in words.randomElement(using: &random)! }
      read(Array(text.joined().utf8))
    }
  }

  @Test func ofAPatchWithMistakesAreReadOrExplained() {
    var random = SeededGenerator(seed: 3)
    for seed in 0..<400 as Range<UInt64> {
      var generator = RandomPatch(seed: seed)
      let patch = generator.patch()
      for text in [patch.text, patch.json] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
          let at = bytes.indices.randomElement(using: &random)!
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes.remove(at: at)
          case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
          case 2: bytes.insert(bytes.randomElement(using: &random)!, at: at)
          default: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...30, using: &random)))
          }
        }
        read(bytes)
      }
    }
  }

  @Test(arguments: [
    "(", "- ", "[", "{", "oversample 2x {", "in -> oversample 2x {", "def a {", "def a(b=", "eq { x: ", "1 + ", "1 * (",
    "{\"a\":", "[[",
    "in ->\n", "a.", "a:", "\"", "\\", "let a = (", "x = eq {", ";", "\n", "#", "-", "1", "é",
    "{\"talea\":1,\"statements\":[{\"let\":",
  ])
  func ofEndlessNestingAreExplained(piece: String) {
    for prefix in ["", "let a = ", "in -> ", "a = b "] {
      read(Array((prefix + String(repeating: piece, count: prefix.isEmpty ? 10_000 : 1_000)).utf8))
    }
  }

  @Test func beyondTheLimitAreRefused() {
    let text = Source(name: "t", bytes: [UInt8](repeating: 0x20, count: SyntaxLimits.bytes + 1))
    #expect(parseText(text).diagnostics.map(\.message) == ["a patch is at most 1048576 bytes long"])
    let json = Source(name: "t", bytes: [UInt8](repeating: 0x20, count: SyntaxLimits.jsonBytes + 1))
    #expect(parseJSON(json).diagnostics.map(\.message) == ["a patch is at most 16777216 bytes long"])
  }
}
