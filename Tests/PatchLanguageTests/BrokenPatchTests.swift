import Foundation
import PatchLanguage
import Testing

/// Every file in `Fixtures/broken` that has a text of messages beside it, and what that text must be, to the letter.
///
/// With `TALEA_WRITE_EXPECTED=1` in the environment the texts are written anew, and the test fails so that such a run cannot
/// pass for a check: look at the difference, then run it again without.
@Suite("Broken patches") struct BrokenPatchTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/broken")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    // Files without a text of their own, such as those that others use, stand in folders.
    return files.filter { $0.hasSuffix(".talea") || $0.hasSuffix(".json") }.sorted()
  }()

  static let isWriting = ProcessInfo.processInfo.environment["TALEA_WRITE_EXPECTED"] == "1"

  /// The messages about a fixture, with its path as seen from its own folder.
  static func messages(aboutFile name: String) throws -> String {
    let bytes = try Data(contentsOf: folder.appending(path: name))
    let path = folder.appending(path: name).path
    let text = PatchLanguageTests.messages(about: Source(name: path, bytes: Array(bytes)))
    return text.replacing(folder.path + "/", with: "")
  }

  static func expectationURL(_ name: String) -> URL {
    folder.appending(path: name.prefix { $0 != "." } + ".txt")
  }

  @Test(arguments: names) func areExplainedToTheLetter(name: String) throws {
    let told = try Self.messages(aboutFile: name)
    let url = Self.expectationURL(name)
    if Self.isWriting {
      try told.write(to: url, atomically: true, encoding: .utf8)
      Issue.record("\(url.lastPathComponent) was written, not checked")
      return
    }
    let expected = try String(contentsOf: url, encoding: .utf8)
    #expect(told == expected, "\(name) is told as:\n\(told)")
    #expect(!told.isEmpty)
  }

  @Test func areManyAndEachHasItsText() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    let texts = files.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
    #expect(Self.names.count >= 30)
    #expect(texts == Self.names.map { String($0.prefix { $0 != "." }) }.sorted())
  }
}
