import Foundation
import Talea
import Testing

/// What every pass of the compiler finds, held to files; `scripts/goldens` writes them anew.
@Suite("explain --pass") struct PassTests {
  static let folder = "\(ReadmeTests.root)/Tests/CommandLineTests/Fixtures/passes"
  static let patches = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".txt") }
    .map { String($0.dropLast(".txt".count)) }.sorted()
  let scratch = Scratch()

  /// The commands in a golden and what each printed.
  private func sections(_ patch: String) throws -> [(command: String, output: String)] {
    let text = try String(contentsOfFile: "\(Self.folder)/\(patch).txt", encoding: .utf8)
    return text.components(separatedBy: "# talea ").dropFirst().map { section in
      let end = section.firstIndex(of: "\n")!
      return (String(section[..<end]), String(section[section.index(after: end)...].dropLast()))
    }
  }

  @Test(arguments: patches)
  func everyPassPrintsItsResult(patch: String) throws {
    let sections = try sections(patch)
    #expect(sections.count == CompilerPass.allCases.count)
    for (command, output) in sections {
      let run = Tool.run(command.split(separator: " ").map(String.init), in: ReadmeTests.root)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.outputText == output, "\(command)")
    }
  }

  @Test func thereAreLoopsInTurnsLoopsOfOneTokenAndSeveralRates() {
    #expect(Self.patches == ["dub-echo", "hot-tube", "strings", "tape"])
  }

  @Test(arguments: patches)
  func everyPassSpeaksJSON(patch: String) throws {
    for (command, output) in try sections(patch) {
      let run = Tool.run(command.split(separator: " ").map(String.init) + ["--json"], in: ReadmeTests.root)
      #expect(run.status == 0, "\(run.errors)")
      let object = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
      #expect(command.hasSuffix("--pass \(object["pass"] as? String ?? "")"))
      // Every line of the text that is not empty, a caption or a heading is a row.
      let rows = object.values.compactMap { ($0 as? [Any])?.count }.reduce(0, +)
      let tables = output.components(separatedBy: "\n\n").count
      #expect(output.split(separator: "\n").count == rows + 2 * tables, "\(command)")
    }
  }

  @Test func anUnknownPassIsAnsweredWithTheirNames() {
    scratch.write("in -> gain -3dB -> out\n", to: "a.talea")
    let run = scratch.talea("explain", "a.talea", "--pass", "bufers")
    #expect(run.status == 2)
    #expect(
      run.errors.contains("no pass is named `bufers`; did you mean `buffers`? there are graph, rates, channels"), "\(run.errors)")
    let other = scratch.talea("explain", "a.talea", "--pass", "xyzzy")
    #expect(other.status == 2 && other.errors.contains("no pass is named `xyzzy`; there are graph"), "\(other.errors)")
  }

  @Test func aPatchThatCannotBeCompiledIsAnErrorInEveryPass() {
    scratch.write("a = gain -3dB\nin -> a -> out\na -> a\n", to: "a.talea")
    let run = scratch.talea("explain", "a.talea", "--pass", "nest")
    #expect(run.status == 2 && run.errors.contains("loop"), "\(run.errors)")
  }
}
