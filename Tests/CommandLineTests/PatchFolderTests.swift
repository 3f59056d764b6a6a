import Foundation
import Testing

/// What lies in `patches/` over what lies in `samples/`, as someone new to the program would try it.
@Suite("The patches and the samples") struct PatchFolderTests {
  let scratch = Scratch()

  static let patches = names(in: "patches", ending: ".talea")
  static let samples = names(in: "samples", ending: ".wav")

  static func names(in folder: String, ending: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(ReadmeTests.root)/\(folder)")) ?? []
    return files.filter { $0.hasSuffix(ending) }.sorted()
  }

  @Test func areThere() {
    #expect(Self.patches.count >= 12)
    #expect(Self.samples.count >= 5)
  }

  @Test(arguments: patches) func everyPatchPlaysEverySample(patch: String) throws {
    for sample in Self.samples {
      let input = "\(ReadmeTests.root)/samples/\(sample)"
      let run = scratch.talea("process", input, sample, "--patch", "\(ReadmeTests.root)/patches/\(patch)")
      #expect(run.status == 0, "\(sample): \(run.errors)")
      #expect(!run.errors.contains("it still sounded"), "\(sample): \(run.errors)")
      #expect(!run.errors.contains("NaN"), "\(sample): \(run.errors)")
      let sound = try scratch.sound(sample)
      #expect(try sound.frameCount >= Sound(path: input).frameCount)
      #expect(sound.channels.contains { $0.contains { $0 != 0 } })
    }
  }
}
