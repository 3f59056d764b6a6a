import DSP
import Foundation
import Signal
import Testing

@testable import PatchLanguage

/// `docs/patch-language.md` against the program. With `TALEA_WRITE_EXPECTED=1` its tables are written anew, and the test fails.
@Suite("The language reference") struct LanguageReferenceTests {
  static let url = SchemaTests.documents.appending(path: "patch-language.md")
  let text: String

  init() throws { text = try String(contentsOf: Self.url, encoding: .utf8) }

  /// The blocks in fences that start with the word `language`.
  private func blocks(_ language: String) -> [String] {
    text.components(separatedBy: "```" + language + "\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }

  @Test func showsPatchesThatAreRight() throws {
    #expect(blocks("talea").count >= 10)
    for (index, block) in blocks("talea").enumerated() {
      let source = Source(name: "example \(index + 1)", text: block)
      do {
        let resolved = try resolve(parse(source), catalog: .standard)
        #expect(resolved.warnings.isEmpty, "\(render(resolved.warnings, sources: [source]))")
      } catch {
        Issue.record("\(render(error))")
      }
    }
  }

  @Test func showsJSONThatIsRead() throws {
    for block in blocks("json") { _ = try parsePatchJSON(Source(name: "example", text: block)) }
    #expect(!blocks("json").isEmpty)
  }

  @Test func printsAGrammarThatTheReaderAccepts() throws {
    var grammar = Grammar()
    for (index, block) in blocks("ebnf").enumerated() { grammar.add(block, attached: index > 0) }
    let terminals = [
      "name": ["a", "gain", "x_1", "Tone"], "string": ["\"t\"", "\"\\\"q\\\\ \\u{1F39A}\""], "digits": ["0", "12", "007"],
      "unit": Unit.all.map(\.symbol), "controller": ["0", "074", "127"], "channel": ["1", "16"],
      "newline": ["\n", " # comment\r\n"],
    ]
    #expect(grammar.terminals == Set(terminals.keys))
    var random = SeededGenerator(seed: 7)
    for _ in 0..<1_500 {
      let sentence = grammar.sentence("file", &random, terminals: terminals) + "\n"
      let parsed = parseText(Source(name: "sentence", text: sentence))
      #expect(parsed.diagnostics.isEmpty, "\(sentence)\n\(render(parsed.diagnostics, sources: parsed.patch.sources))")
    }
  }

  @Test func listsTheUnitsTheLimitsAndEveryMessage() throws {
    var fresh = text
    for (name, content) in [("units", unitsTable), ("limits", limitsTable), ("messages", try messageTables())] {
      let start = try #require(fresh.range(of: "<!-- \(name) -->\n"))
      let end = try #require(fresh.range(of: "<!-- /\(name) -->"))
      fresh.replaceSubrange(start.upperBound..<end.lowerBound, with: content)
    }
    if BrokenPatchTests.isWriting {
      try fresh.write(to: Self.url, atomically: true, encoding: .utf8)
      Issue.record("the tables were written, not checked")
    } else {
      #expect(fresh == text, "run the tests with TALEA_WRITE_EXPECTED=1 and look at the difference")
    }
  }

  // MARK: Tables

  private var unitsTable: String {
    let meanings = [
      "Hz": "hertz", "kHz": "1000 Hz", "s": "seconds", "ms": "1/1000 s", "us": "1/1 000 000 s", "min": "60 s",
      "dB": "decibels of amplitude",
      "deg": "degrees", "st": "semitones", "ct": "cents, 1/100 st", "%": "1/100 of the whole", "x": "a factor",
    ]
    let examples = ["%": "35%", "x": "4x", "dB": "-3dB", "kHz": "2.5kHz", "ms": "375ms"]
    let rows = Unit.all.map { unit in
      let quantity = unit.symbol == "x" ? "a number" : unit.quantity.phrase
      return "| `\(unit.symbol)` | \(quantity) | \(meanings[unit.symbol]!) | `\(examples[unit.symbol] ?? "2" + unit.symbol)` |\n"
    }
    return "\n| unit | of | means | example |\n| --- | --- | --- | --- |\n" + rows.joined() + "\n"
  }

  private var limitsTable: String {
    """
    | a text | \(SyntaxLimits.bytes / 1024) KiB |
    | the same in JSON | \(SyntaxLimits.jsonBytes / 1024) KiB, \(SyntaxLimits.jsonDepth) arrays and objects within each other |
    | braces within braces | \(SyntaxLimits.braces) |
    | operators, signs and parentheses in one expression | \(SyntaxLimits.operations) |
    | initial tokens of one edge | \(Int(TokenLimits.seconds / 60)) minutes, \(TokenLimits.frames) samples |
    | messages in one run | \(SyntaxLimits.errors) |

    """
  }

  /// One message of a fixture.
  private struct Told {
    var message: String
    var line: String
    var notes: [String]
    var isJSON: Bool
    var isSpelling: Bool

    /// Equal for messages that differ in names and numbers alone.
    var kind: String {
      if message.hasPrefix("expected ") { return "expected" }
      let words = message.replacing(/`[^`]*`/, with: "`").replacing(/\d+(\.\d+)?[a-zA-Z%]*/, with: "0")
      return words.replacing(
        /an? (level|time|frequency|percentage|number|angle|interval|count of samples)\b( without a unit)?/, with: "a 0")
    }
  }

  private func told() throws -> [Told] {
    var all: [Told] = []
    for name in BrokenPatchTests.names {
      let bytes = Array(try Data(contentsOf: BrokenPatchTests.folder.appending(path: name)))
      let spelling = Set(parse(Source(name: name, bytes: bytes)).diagnostics.map(\.message))
      let told = try String(contentsOf: BrokenPatchTests.expectationURL(name), encoding: .utf8)
      for block in told.components(separatedBy: "\n\n") {
        let lines = block.split(separator: "\n").map(String.init)
        guard let first = lines.first, let colon = first.firstRange(of: ": ") else { continue }
        let shown = lines.firstIndex { $0.contains(/^ *\d+ \|/) }
        let severity = first[..<colon.lowerBound] == "warning" ? "warning: " : ""
        all.append(
          Told(
            message: severity + first[colon.upperBound...], line: shown.map { excerpt(lines[$0], mark: lines[$0 + 1]) } ?? "",
            notes: lines.filter { $0.contains(/^ +=/) }.map { String($0.drop { $0 != "=" }.dropFirst(2)) },
            isJSON: name.hasSuffix(".json"), isSpelling: spelling.contains(String(first[colon.upperBound...]))))
      }
    }
    return all
  }

  /// The line shown, or where it is long, what stands around the mark.
  private func excerpt(_ line: String, mark: String) -> String {
    let text = Array(line.drop { $0 != "|" }.dropFirst())
    let caret = mark.drop { $0 != "|" }.dropFirst().prefix { $0 != "^" }.count
    if text.count <= 80 { return String(text).trimmingCharacters(in: .whitespaces) }
    let start = max(0, caret - 30)
    let end = min(text.count, start + 70)
    let cut = String(text[start..<end]).trimmingCharacters(in: .whitespaces)
    return (start > 0 && !cut.hasPrefix("…") ? "…" : "") + cut + (end < text.count && !cut.hasSuffix("…") ? "…" : "")
  }

  private func messageTables() throws -> String {
    var shown: Set<String> = []
    // The shortest line tells most at a glance.
    let all = try told().sorted {
      ($0.line.isEmpty ? 1 : 0, $0.line.count, $0.line, $0.message) < (
        $1.line.isEmpty ? 1 : 0, $1.line.count, $1.line, $1.message
      )
    }
    func table(_ title: String, _ belongs: (Told) -> Bool) -> String {
      let rows = all.filter { belongs($0) && shown.insert($0.kind).inserted }.sorted { $0.message < $1.message }
      let lines = rows.map { "| \(cell($0.message)) | \(code($0.line)) | \($0.notes.map(cell).joined(separator: "<br>")) |\n" }
      return "\n### \(title)\n\n| message | told about | and adds |\n| --- | --- | --- |\n" + lines.joined()
    }
    let spelling = table("Spelling") { $0.isSpelling && !$0.isJSON }
    let meaning = table("Names, values and wiring") { !$0.isSpelling }
    return spelling + meaning + table("JSON") { $0.isJSON } + "\n"
  }

  private func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

  private func code(_ line: String) -> String { line.isEmpty ? "" : "`" + cell(line) + "`" }
}
