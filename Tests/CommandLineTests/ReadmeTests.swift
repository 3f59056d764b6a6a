import Foundation
import Testing

/// Runs what the documents tell people to run.
@Suite("documents") struct ReadmeTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static func text(_ name: String) throws -> String { try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8) }

  /// The lines of the README that start the program.
  static let commands: [String] = {
    ((try? text("README.md")) ?? "").split(separator: "\n").filter { $0.hasPrefix("    talea ") }.map { line in
      line.split(separator: "#")[0].trimmingCharacters(in: .whitespaces)
    }
  }()

  @Test func theReadmeShowsCommands() { #expect(Self.commands.count >= 8) }

  @Test(arguments: commands)
  func aCommandOfTheReadmeWorks(_ command: String) throws {
    let rig = Rig()
    let scratch = rig.scratch
    for folder in ["patches", "samples"] {
      try FileManager.default.createSymbolicLink(atPath: scratch[folder], withDestinationPath: "\(Self.root)/\(folder)")
    }
    try FileManager.default.copyItem(atPath: "\(Self.root)/samples/voice.wav", toPath: scratch["in.wav"])
    // What runs until it is interrupted runs for a moment.
    let ending = command.hasPrefix("talea live") ? " --duration 500ms --period 1024" : ""
    var environment = rig.environment()
    environment["XDG_RUNTIME_DIR"] = scratch.path
    var line = command + ending
    if command.hasPrefix("talea ctl"), let live = Self.commands.last(where: { $0.hasPrefix("talea live") }) {
      // It speaks to the session that was started before it.
      line = """
        \(live) --duration 4s --period 1024 & \
        for n in $(seq 100); do talea ctl status >status 2>&1 && grep -q playing status && break; sleep 0.1; done; \
        \(command); status=$?; wait; exit $status
        """
    }
    let run = Tool.shell(line, in: scratch.path, environment: environment)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func thePatchOfTheReadmeIsRight() throws {
    let scratch = Scratch()
    let blocks = try Self.text("README.md").components(separatedBy: "```")
    scratch.write(String(blocks[1]), to: "readme.talea")
    let run = scratch.talea("check", "readme.talea")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
  }

  @Test func theExplanationOfTheReadmeIsWhatIsPrinted() throws {
    let scratch = Scratch()
    let blocks = try Self.text("README.md").components(separatedBy: "```")
    scratch.write(String(blocks[1]), to: "echo.talea")
    let run = scratch.talea("explain", "echo.talea")
    // What it costs is another number on every machine.
    let lines = run.outputText.split(separator: "\n").filter { !$0.hasPrefix("cost on this machine") }
    #expect(lines.count > 10)
    let readme = try Self.text("README.md")
    for line in lines { #expect(readme.contains(line), "\(line)") }
  }

  @Test func theMessageOfTheReadmeIsWhatIsPrinted() throws {
    let scratch = Scratch()
    scratch.write(
      "patch \"x\"\ndamp = lowpass 2kHz\nregen = gain 50%\nin -> damp -> out\ndamp -> regen -> damp\n", to: "echo.talea")
    let run = scratch.talea("check", "echo.talea")
    #expect(run.status == 2)
    #expect(try Self.text("README.md").contains(run.errors), "\(run.errors)")
  }

  @Test func theCatalogueOfEffectsIsFresh() throws {
    let run = Scratch().talea("effects", "--markdown")
    #expect(run.outputText == (try Self.text("docs/effects.md")), "run `make docs`")
  }

  @Test func localLinksOfTheDocumentsLeadSomewhere() throws {
    for document in [
      "README.md", "docs/judging.md", "docs/live.md", "docs/architecture.md", "docs/patch-language.md", "docs/embedding.md",
      "docs/adding-an-effect.md",
    ] {
      let folder = document.hasPrefix("docs/") ? "docs/" : ""
      for part in try Self.text(document).components(separatedBy: "](").dropFirst() {
        let link = part.prefix { $0 != ")" && $0 != "#" }
        guard !link.isEmpty, !link.hasPrefix("http") else { continue }
        #expect(FileManager.default.fileExists(atPath: "\(Self.root)/\(folder)\(link)"), "\(document): \(link)")
      }
    }
  }

  @Test func everyTestThatAPromiseNamesExists() throws {
    let table = try #require(try Self.text("README.md").components(separatedBy: "| promise | test |").last)
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") }
    #expect(rows.count >= 4)
    let files = try FileManager.default.subpathsOfDirectory(atPath: "\(Self.root)/Tests").filter { $0.hasSuffix(".swift") }
    let sources = try files.map { try Self.text("Tests/\($0)") }
    for row in rows {
      let quoted = row.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      // Suites begin with a capital letter; commands do not.
      let names = quoted.map(\.element).filter { $0.first?.isUppercase == true }
      #expect(!names.isEmpty, "\(row)")
      for name in names {
        let parts = name.split(separator: ".")
        let isThere = sources.contains { source in
          source.contains("struct \(parts[0]) {") && parts.dropFirst().allSatisfy { source.contains("func \($0)(") }
        }
        #expect(isThere, "no test is named \(name)")
      }
    }
  }
}
