import Foundation
import Testing

@testable import PatchLanguage

@Suite("Text and JSON") struct RoundTripTests {
  /// Reads what was written and compares; nil where a mistake was found.
  private func reread(_ text: String, _ comment: String) -> Patch? {
    let parsed = parse(Source(name: comment, text: text))
    #expect(parsed.diagnostics.isEmpty, "\(render(parsed.diagnostics, sources: parsed.patch.sources))")
    return parsed.diagnostics.isEmpty ? parsed.patch : nil
  }

  private func expectLossless(_ patch: Patch, _ comment: String) {
    guard let fromText = reread(patch.text, comment), let fromJSON = reread(patch.json, comment) else { return }
    #expect(structure(of: fromText) == structure(of: fromJSON), "\(comment): \(patch.text)")
    #expect(fromText.text == patch.text)
    #expect(fromJSON.text == patch.text)
    #expect(fromText.json == fromJSON.json)
  }

  @Test func anyPatchSurvivesBothForms() {
    for seed in 0..<500 as Range<UInt64> {
      var generator = RandomPatch(seed: seed)
      expectLossless(generator.patch(), "seed \(seed)")
    }
  }

  static let patches: [String] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.appending(path: "patches")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".talea") }.sorted().map { folder.appending(path: $0).path }
  }()

  @Test(arguments: patches) func everyShippedPatchSurvivesBothForms(path: String) throws {
    let source = Source(name: path, bytes: Array(try Data(contentsOf: URL(filePath: path))))
    let patch = try parsePatch(source)
    expectLossless(patch, path)
    // Printing changes layout alone.
    let printed = try #require(reread(patch.text, path))
    #expect(structure(of: printed) == structure(of: patch))
  }

  @Test(arguments: BrokenPatchTests.names.filter { $0.hasSuffix(".talea") })
  func whatCanBeReadOfABrokenPatchSurvivesBothForms(name: String) throws {
    let bytes = try Data(contentsOf: BrokenPatchTests.folder.appending(path: name))
    expectLossless(parseText(Source(name: name, bytes: Array(bytes))).patch, name)
  }

  @Test func layoutBreaksLongLinesOnly() throws {
    let text = """
      patch "Layout"

      control tone = 3.2kHz in 200Hz..12kHz log "Echo tone"

      let beat = 60s / (96 - 2)

      def voice(freq=220Hz, level=-6dB) {
        in -> lowpass freq -> gain level -> out
      }

      bands = eq { highpass 80Hz; mid: peak 2.5kHz +3dB q=1.4; highshelf 10kHz +2dB }
      long = eq {
        highpass 80Hz
        mid: peak 2.5kHz +3dB q=1.4
        other: peak 3.5kHz +3dB q=1.4
        highshelf 10kHz +2dB
      }
      os = oversample 4x { drive 12dB }
      split = multiband 120Hz 2kHz {
        gain -1dB
        in -> out
        drive 3dB -> lowpass 8kHz
      }

      in -> bands -> [64 samples, unaligned] -> oversample 2x { drive 3dB -> lowpass 8kHz } -> long ->
        gain -3dB -> out:2

      """
    #expect(try parsePatch(Source(name: "t", text: text)).text == text)
  }

  @Test func jsonIsReadableAndStable() throws {
    let patch = try parsePatch(
      Source(
        name: "t", text: "patch \"T\" unaligned\nlet b = (60s + 1s) / 96\nin -> gain +3dB q=4:1 -> [1 sample] -> m.2:1 -> out"))
    #expect(
      patch.json == """
        {
          "talea": 1,
          "title": "T",
          "unaligned": true,
          "statements": [
            {
              "let": "b",
              "value": {
                "divide": [
                  { "group": { "add": [{ "number": 60, "unit": "s" }, { "number": 1, "unit": "s" }] } },
                  { "number": 96 }
                ]
              }
            },
            {
              "connect": [
                { "node": "in" },
                {
                  "effect": "gain",
                  "arguments": [
                    { "number": "+3", "unit": "dB" },
                    { "key": "q", "value": { "ratio": [4, 1] } }
                  ]
                },
                { "tokens": { "number": 1, "unit": "sample" } },
                { "node": "m", "port": "2", "channel": 1 },
                { "node": "out" }
              ]
            }
          ]
        }

        """)
  }

  @Test func aFileIsReadInWhicheverFormItHas() throws {
    struct Files: SourceLoader {
      func load(_ path: String) throws(SourceFailure) -> Source {
        switch path {
        case "a.json": return Source(name: path, text: "\n {\"talea\": 1, \"title\": \"A\", \"statements\": []}")
        case "a.talea": return Source(name: path, text: "patch \"A\"")
        default: throw SourceFailure("there is no such file")
        }
      }
    }
    #expect(try loadPatch("a.json", loader: Files()).title?.value == "A")
    #expect(try loadPatch("a.talea", loader: Files()).title?.value == "A")
    #expect { try loadPatch("b.talea", loader: Files()) } throws: {
      render($0 as! PatchFailure) == "error: `b.talea` cannot be read: there is no such file\n"
    }
  }

  @Test func escapesAndSurrogatesInJSONAreRead() throws {
    let patch = try parsePatchJSON(
      Source(name: "t", text: #"{"talea":1,"title":"a\u00e9\uD83C\uDF9A\/\b\f\n\r\t\"\\","statements":[]}"#))
    #expect(patch.title?.value == "aé🎚/\u{8}\u{C}\n\r\t\"\\")
  }
}
