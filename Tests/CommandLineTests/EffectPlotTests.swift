import Foundation
import Testing

@Suite("pictures of effects") struct EffectPlotTests {
  let scratch = Scratch()

  private static let folder = "\(ReadmeTests.root)/docs/plots"

  /// The pictures that docs/effects.md links, by the effects beside which they stand.
  private static let linked: [String: String] = {
    let pages = (try? String(contentsOfFile: "\(ReadmeTests.root)/docs/effects.md", encoding: .utf8)) ?? ""
    return pages.components(separatedBy: "\n### ").dropFirst().reduce(into: [:]) { links, page in
      guard let link = page.components(separatedBy: "](plots/").dropFirst().first else { return }
      links[String(page.prefix { $0 != "\n" })] = String(link.prefix { $0 != ")" })
    }
  }()

  @Test func everyPictureOfTheCatalogueIsThereAndSmall() throws {
    #expect(Self.linked.count >= 45)
    for (effect, file) in Self.linked {
      #expect(file == effect + ".svg")
      let picture = FileManager.default.contents(atPath: "\(Self.folder)/\(file)") ?? Data()
      #expect((1_000..<25_000).contains(picture.count), "\(file): \(picture.count) bytes; run `make effect-plots`")
    }
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: Self.folder)) == Set(Self.linked.values))
  }

  @Test(arguments: ["lowpass", "crossover3", "allpass", "compressor", "spring"])
  func aPictureIsWhatTheEffectDoesToday(effect: String) throws {
    #expect(scratch.talea("effects", effect, "--plots", ".").status == 0)
    let file = try #require(Self.linked[effect])
    #expect(scratch.data(file) == FileManager.default.contents(atPath: "\(Self.folder)/\(file)"), "run `make effect-plots`")
  }

  @Test func anEffectWithoutAPictureSaysSo() {
    let run = scratch.talea("effects", "noise", "--plots", ".")
    #expect(run.status == 2)
    #expect(run.errors == "error: `noise` has no picture in docs/effects.md\n")
  }
}
