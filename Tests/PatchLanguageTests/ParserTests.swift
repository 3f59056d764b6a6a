import Testing

@testable import PatchLanguage

@Suite("The parser") struct ParserTests {
  private func statements(_ text: String) throws -> [Statement] { try parsePatch(Source(name: "t.talea", text: text)).statements }

  private func messages(_ text: String) -> [String] {
    parseText(Source(name: "t.talea", text: text)).diagnostics.map(\.message)
  }

  private func kinds(_ text: String) throws -> [String] {
    try statements(text).map { statement in
      switch statement {
      case .control(let control): "control \(control.name.value)"
      case .constant(let name, _): "let \(name.value)"
      case .use(let path, let name): "use \(path.value) as \(name.value)"
      case .definition(let definition): "def \(definition.name.value)"
      case .declaration(let name, let effect): "\(name.value) = \(effect.name.value)"
      case .connection(let connection): "connection of \(connection.elements.count)"
      }
    }
  }

  @Test func readsTheDubEcho() throws {
    let text = """
      # dub-echo.talea: a filtered echo on a feedback edge
      patch "Dub echo"

      control feedback = 45% in 0%..95%
      control tone     = 3.2kHz in 200Hz..12kHz log "Echo tone"

      trim  = gain -3dB
      bands = eq { highpass 80Hz; peak 2.5kHz +3dB q=1.4; highshelf 10kHz +2dB }
      damp  = lowpass $tone
      regen = gain $feedback
      plate = reverb decay=2.2s mix=25%

      in -> trim -> bands -> plate -> out
      bands -> [375ms] -> damp -> regen -> plate
      regen -> [375ms] -> damp
      """
    #expect(
      try kinds(text) == [
        "control feedback", "control tone", "trim = gain", "bands = eq", "damp = lowpass", "regen = gain", "plate = reverb",
        "connection of 5", "connection of 5", "connection of 3",
      ])
  }

  @Test(arguments: ["\r\n", "\r", "\n"]) func readsEveryKindOfLineEnd(end: String) throws {
    let lines = ["\u{FEFF}a\t=\tgain -3dB", "in -> a ->", "", "  out # rest", ""]
    #expect(try kinds(lines.joined(separator: end)) == ["a = gain", "connection of 3"])
  }

  @Test func readsEveryStatement() throws {
    let text = """
      patch "All" unaligned
      let beat = 60s / 96
      use "plate.talea" as plate
      def voice(freq=220Hz, level=-6dB) { o = oscillator freq; in -> o -> gain level -> out }
      os = oversample 4x { drive 12dB }
      mb = multiband 1kHz { gain 1dB; in -> out }
      in -> oversample 2x { drive 3dB -> lowpass 8kHz } -> m.2:1
      in.side:left -> [64 samples, unaligned] -> lookup { mid: peak 2.5kHz; 1 0; drums: -3dB } -> out
      sweep -> bands.mid.cutoff
      """
    #expect(
      try kinds(text) == [
        "let beat", "use plate.talea as plate", "def voice", "os = oversample", "mb = multiband",
        "connection of 3", "connection of 4",
        "connection of 2",
      ])
  }

  @Test func reportsIndependentErrorsInOneRun() {
    let found = messages(
      """
      a = gain -3..
      b = eq { peak 1kHz 2 * 3; highpass ->; lowpass 3kHz }
      let x = (1 + 2
      in a b -> out
      c = gain "loud
      in -> a -> out
      """)
    #expect(found.count == 6, "\(found)")
  }

  @Test func aChainGetsItsEnds() throws {
    for text in [
      "gain -3dB -> reverb decay=2s", "in -> gain -3dB -> reverb decay=2s -> out", "gain -3dB -> reverb decay=2s -> out",
    ] {
      let patch = try parseChain(text)
      guard case .connection(let chain)? = patch.statements.first else { Issue.record("no chain"); return }
      #expect(chain.elements.count == 4)
      #expect(chain.elements.first.map { if case .endpoint(let e) = $0 { e.node.value } else { "" } } == "in")
      #expect(chain.elements.last.map { if case .endpoint(let e) = $0 { e.node.value } else { "" } } == "out")
    }
  }

  @Test func aLostStatementNamesWhatItWouldHaveMade() {
    let parsed = parseText(Source(name: "t", text: "a = gain 3 4.\ncontrol c = \nuse \"x\" as\nlet l = *\nin -> a -> out"))
    #expect(parsed.lostNames == ["a", "c", "l"])
    #expect(parsed.patch.statements.count == 1)
  }
}
