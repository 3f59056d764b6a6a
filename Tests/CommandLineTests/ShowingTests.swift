import Foundation
import Testing

@Suite("check, explain, graph, convert, effects") struct ShowingTests {
  let scratch = Scratch()
  private static let patches = ReadmeTests.root + "/patches"

  private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: patches)) ?? []).filter {
    $0.hasSuffix(".talea")
  }.sorted()

  @Test func checkIsSilentAboutGoodPatches() {
    let run = Tool.run(["check"] + Self.names.map { "\(Self.patches)/\($0)" }, in: scratch.path)
    #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty, "\(run.errors)")
    #expect(Self.names.count >= 12)
  }

  @Test func checkReportsEveryWrongPatchAndEndsWithStatus2() {
    scratch.write("in -> gian -3dB -> out\n", to: "a.talea")
    scratch.write("in -> lowpass 30kHz -> out\n", to: "b.talea")
    let run = scratch.talea("check", "a.talea", "b.talea", "missing.talea")
    #expect(run.status == 2)
    #expect(run.errors.contains("did you mean `gain`?"))
    #expect(run.errors.contains("b.talea:1:15") && run.errors.contains("Nyquist"), "\(run.errors)")
    #expect(run.errors.contains("missing.talea"))
    #expect(scratch.talea("check", "b.talea", "--rate", "96000").status == 0)
  }

  @Test func explainPrintsLoopsLatencyMemoryAndCost() {
    let run = scratch.talea("explain", "\(Self.patches)/tape.talea")
    #expect(run.status == 0, "\(run.errors)")
    for part in ["192kHz", "latency at out: 50 frames", "waits 50 frames", "memory:", "cost on this machine:", "schedule: in"] {
      #expect(run.outputText.contains(part), "\(part)")
    }
    let loop = scratch.talea("explain", "\(Self.patches)/hot-tube.talea").outputText
    #expect(loop.contains("runs frame by frame"))
  }

  @Test(arguments: names)
  func explainSpeaksJSON(name: String) throws {
    let run = scratch.talea("explain", "\(Self.patches)/\(name)", "--json", "--rate", "44100", "--channels", "1")
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
    #expect(object["sampleRate"] as? Int == 44_100)
    #expect((object["actors"] as? [Any])?.isEmpty == false)
    #expect((object["memory"] as? [String: Int])?["bytes"] ?? 0 > 0)
  }

  @Test func explainTakesAChain() {
    #expect(scratch.talea("explain", "gain -3dB -> lowpass 2kHz").status == 0)
  }

  @Test(arguments: names)
  func graphsNameEveryActor(name: String) {
    let dot = scratch.talea("graph", "\(Self.patches)/\(name)").outputText
    let mermaid = scratch.talea("graph", "\(Self.patches)/\(name)", "--format", "mermaid").outputText
    #expect(dot.hasPrefix("digraph") && dot.hasSuffix("}\n") && dot.contains("label=\"out\""))
    #expect(mermaid.contains("flowchart LR") && mermaid.contains("out"))
  }

  @Test func svgWithoutGraphvizSaysWhatToInstall() {
    // An empty PATH but for the shell's own commands has no `dot`.
    let run = Tool.shell("PATH=/nowhere \(Tool.path) graph 'gain -3dB' --format svg", in: scratch.path)
    #expect(run.status == 1)
    #expect(run.errors.contains("apt-get install graphviz"), "\(run.errors)")
  }

  @Test(arguments: names)
  func aPatchSurvivesJSONAndBack(name: String) throws {
    #expect(scratch.talea("convert", "\(Self.patches)/\(name)", "a.json").status == 0)
    #expect(scratch.talea("convert", "a.json", "b.talea").status == 0)
    #expect(scratch.talea("convert", "b.talea", "c.json").status == 0)
    #expect(scratch.data("a.json") == scratch.data("c.json") && !scratch.data("a.json").isEmpty)
  }

  @Test func convertKeepsAnExistingFile() {
    scratch.write("in -> out\n", to: "a.talea")
    scratch.write("mine", to: "b.json")
    let run = scratch.talea("convert", "a.talea", "b.json")
    #expect(run.status != 0 && run.errors.contains("--force"), "\(run.errors)")
    #expect(scratch.data("b.json") == Data("mine".utf8))
    #expect(scratch.talea("convert", "a.talea", "b.json", "--force").status == 0)
  }

  @Test func effectsPrintsOneInFullAndHelpsWithNames() {
    let page = scratch.talea("effects", "reverb")
    #expect(page.status == 0 && page.outputText.contains("decay") && page.outputText.contains("Example:"))
    let wrong = scratch.talea("effects", "revreb")
    #expect(wrong.status == 2 && wrong.errors.contains("did you mean `reverb`?"), "\(wrong.errors)")
  }

  @Test func convertPrintsTextOrJSON() throws {
    scratch.write("in -> gain -3dB -> out\n", to: "a.talea")
    #expect(scratch.talea("convert", "a.talea", "a.json").status == 0)
    #expect(scratch.talea("convert", "a.talea", "-").outputText == "in -> gain -3dB -> out\n")
    let json = try String(contentsOfFile: scratch["a.json"], encoding: .utf8)
    #expect(scratch.talea("convert", "a.talea", "-", "--json").outputText == json)
    #expect(scratch.talea("convert", "a.talea", "b.talea", "--json").status == 2)
  }

  @Test(arguments: [
    "effects", "effects reverb", "explain 'gain 0dB'", "graph 'gain 0dB' --format dot", "convert 'PATCH' -",
  ])
  func whatCannotBePrintedIsAFailure(command: String) {
    let patch = "\(Self.patches)/tape.talea"
    let run = Tool.shell("\(Tool.path) \(command.replacing("PATCH", with: patch)) >/dev/full", in: Self.patches)
    #expect(run.status == 1)
    #expect(run.errors == "error: standard output: cannot write: No space left on device\n")
  }
}
