import Foundation
import Talea
import Testing

/// docs/coverage.md against the catalogue, and against the lists that other programs give of themselves.
@Suite("what others ship") struct CoverageTests {
  struct Row: Sendable {
    var theirs: [String]
    var ours: String
  }

  static let sections: [String: [Row]] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/coverage.md")
    let text = (try? String(contentsOf: root, encoding: .utf8)) ?? ""
    var sections: [String: [Row]] = [:]
    for part in text.components(separatedBy: "\n## ").dropFirst() {
      let lines = part.split(separator: "\n").map(String.init)
      sections[lines[0]] = lines.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") }.dropFirst().map { line in
        let cells = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
        return Row(theirs: codes(cells[0]).flatMap { $0.split(separator: " ").map(String.init) }, ours: cells[1])
      }
    }
    return sections
  }()

  /// What stands in backticks.
  static func codes(_ cell: String) -> [String] {
    cell.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
  }

  @Test(arguments: [
    ("SoX", "sox"), ("CamillaDSP", "camilladsp"), ("pedalboard", "pedalboard"), ("FFmpeg's filters for sound", "ffmpeg"),
    ("FunDSP", "fundsp"),
  ])
  func everyNameOfTheirsIsThereOnce(title: String, file: String) throws {
    let list = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/peers/\(file).txt")
    let names = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init)
    let told = try #require(Self.sections[title]).flatMap(\.theirs)
    #expect(names.count >= 29)
    #expect(Set(names).subtracting(told).sorted() == [])
    #expect(Set(told).subtracting(names).sorted() == [])
    #expect(Dictionary(grouping: told, by: \.self).filter { $0.value.count > 1 }.keys.sorted() == [])
  }

  @Test func everyNameOfOursIsInTheCatalogueAndEachNoHasItsReason() {
    let commands = Scratch().talea("--help").outputText
    let others: Set<String> = ["multiband", "oversample", "sidechain", "ladspa"]
    for (title, rows) in Self.sections {
      for row in rows {
        var isCovered = row.ours.hasPrefix("No: ") || row.ours.hasPrefix("No, ")
        if row.ours == "the effects of those names" {
          #expect(row.theirs.allSatisfy { Catalog.standard[$0] != nil }, "\(title): \(row.theirs)")
          continue
        }
        for code in Self.codes(row.ours) {
          let words = code.split(separator: " ").map(String.init)
          if words[0] == "talea" {
            #expect(commands.contains("\n  \(words[1]) "), "\(title): \(code)")
          } else if words[0].allSatisfy({ $0.isLetter || $0.isNumber }), words.count == 1 || words[1].contains("=") {
            let spec = Catalog.standard[words[0]]?.spec
            #expect(spec != nil || others.contains(words[0]), "\(title): \(code)")
            for word in words.dropFirst() {
              let key = String(word.prefix { $0 != "=" })
              #expect(spec?.arguments.contains { $0.name == key } == true, "\(title): \(code)")
            }
          }
          isCovered = true
        }
        #expect(isCovered, "\(title): \(row.theirs) has no counterpart and no reason")
      }
    }
  }
}
