import PatchLanguage
import Testing

@Suite("Messages") struct RenderTests {
  private func show(_ text: String, _ start: Int, _ end: Int, color: Bool = false) -> String {
    let source = Source(name: "patches/echo.talea", text: text)
    let diagnostic = Diagnostic(.error, "a message", at: SourceSpan(source: 0, start: start, end: end), notes: ["help: a note"])
    return render(PatchFailure([diagnostic], sources: [source]), color: color)
  }

  @Test func showTheLineAndTheTokenAsTheDesignDoes() {
    let line = "damp -> regen -> damp"
    let source = Source(name: "patches/echo.talea", text: String(repeating: "\n", count: 13) + line + "\n")
    let diagnostic = Diagnostic(
      .error, "this loop has no delay token, so none of its actors can fire first",
      at: SourceSpan(source: 0, start: 21, end: 26),
      notes: [
        "loop: damp -> regen -> damp",
        "help: put at least 1 token on one of its edges, for example `regen -> [1 sample] -> damp`",
      ])
    #expect(
      render(PatchFailure([diagnostic], sources: [source])) == """
        error: this loop has no delay token, so none of its actors can fire first
          --> patches/echo.talea:14:9
           |
        14 | damp -> regen -> damp
           |         ^^^^^
           = loop: damp -> regen -> damp
           = help: put at least 1 token on one of its edges, for example `regen -> [1 sample] -> damp`

        """)
  }

  @Test func countCharactersAndShowTabsAsFourColumns() {
    #expect(show("\ta\tbc", 3, 5).contains(":1:4\n   |\n 1 |     a    bc\n   |          ^^\n"))
  }

  @Test func alignUnderWideAndCombinedCharacters() {
    #expect(show("音e\u{301}😀x", 10, 11).contains(":1:4\n   |\n 1 | 音e\u{301}😀x\n   |      ^\n"))
  }

  @Test func markTheFirstLineOfALongSpanAndAtLeastOneColumn() {
    #expect(show("ab\ncd", 1, 5).contains(" 1 | ab\n   |  ^\n"))
    #expect(show("ab\r\ncd", 4, 4).contains(":2:1\n   |\n 2 | cd\n   | ^\n"))
    #expect(show("ab\n", 3, 3).contains(":2:1\n   |\n 2 |\n   | ^\n"))
    #expect(show("", 0, 0).contains(":1:1\n   |\n 1 |\n   | ^\n"))
    #expect(show("a\rb", 2, 3).contains(":2:1\n   |\n 2 | b\n   | ^\n"))
  }

  @Test func keepLongLinesReadable() {
    let text = show(String(repeating: "abc ", count: 1_000), 2_000, 2_003)
    #expect(text.contains(":1:2001\n"))
    for line in text.split(separator: "\n") { #expect(line.count < 180) }
  }

  @Test func neverPassControlCharactersToATerminal() {
    let text = show("\u{1B}[31mred \u{202E}x", 0, 1)
    #expect(!text.unicodeScalars.contains("\u{1B}"))
    #expect(!text.unicodeScalars.contains("\u{202E}"))
  }

  @Test func areColouredOnRequestOnly() {
    #expect(show("ab", 0, 1, color: true).contains("\u{1B}[1;31merror\u{1B}[0m"))
    #expect(!show("ab", 0, 1).contains("\u{1B}"))
  }

  @Test func standInOrderOfTextAndAreCounted() {
    let source = Source(name: "a", text: "one\ntwo\n")
    let text = render(
      [
        Diagnostic(.warning, "second", at: SourceSpan(source: 0, start: 4, end: 7)),
        Diagnostic(.error, "first", at: SourceSpan(source: 0, start: 0, end: 3)),
        Diagnostic(.error, "placeless", at: nil),
      ], sources: [source])
    #expect(
      text == """
        error: first
          --> a:1:1
           |
         1 | one
           | ^^^

        warning: second
          --> a:2:1
           |
         2 | two
           | ^^^

        error: placeless

        2 errors, 1 warning

        """)
  }
}
