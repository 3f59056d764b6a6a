import Foundation
import Testing

@testable import PatchLanguage

@Suite("The published schema") struct SchemaTests {
  static let documents = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs")

  let schema: JSONSchema

  init() throws {
    let text = try String(contentsOf: Self.documents.appending(path: "patch.schema.json"), encoding: .utf8)
    schema = JSONSchema(root: try JSONNode.read(text))
  }

  @Test func usesOnlyKeywordsThatAreCheckedHere() {
    #expect(schema.unknownKeywords == [])
    #expect(schema.root["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
  }

  @Test func refersOnlyToItsOwnDefinitionsAndUsesAll() throws {
    func references(_ node: JSONNode) -> [String] {
      node.members.flatMap { $0.0 == "$ref" ? [$0.1.string!] : references($0.1) } + node.elements.flatMap(references)
    }
    let defined = schema.root["$defs"]!.members.map { "#/$defs/" + $0.0 }
    #expect(Set(references(schema.root)) == Set(defined))
  }

  @Test func acceptsWhateverIsWritten() throws {
    for seed in 0..<300 as Range<UInt64> {
      var generator = RandomPatch(seed: seed)
      let json = generator.patch().json
      let problem = schema.mismatch(try JSONNode.read(json))
      #expect(problem == nil, "seed \(seed)\n\(json)")
    }
  }

  @Test(arguments: RoundTripTests.patches) func acceptsEveryShippedPatch(path: String) throws {
    let patch = try parsePatch(Source(name: path, bytes: Array(try Data(contentsOf: URL(filePath: path)))))
    #expect(schema.mismatch(try JSONNode.read(patch.json)) == nil)
  }

  /// Patches in JSON with a member renamed, dropped, or swapped for another value.
  @Test func acceptsWhateverIsRead() throws {
    var random = SeededGenerator(seed: 5)
    var read = 0
    for seed in 0..<800 as Range<UInt64> {
      var generator = RandomPatch(seed: seed)
      let json = generator.patch().json
      let keys = [
        "number", "unit", "name", "key", "value", "kind", "label", "node", "effect", "port", "tokens", "group", "let", "as",
      ]
      let from = "\"\(keys.randomElement(using: &random)!)\": "
      let to = ["\"\(keys.randomElement(using: &random)!)\": ", from + "-3, \"x\": ", from + "\"in\", \"unit\": "]
      let mutant = json.replacing(from, with: to.randomElement(using: &random)!, maxReplacements: 1)
      guard let node = try? JSONNode.read(mutant) else { continue }
      if parseJSON(Source(name: "t", text: mutant)).diagnostics.isEmpty {
        read += 1
        let problem = schema.mismatch(node)
        #expect(problem == nil, "\(mutant)")
      }
    }
    #expect(read > 100)
  }

  @Test(arguments: [
    "[]", "{}", #"{"talea": 2, "statements": []}"#, #"{"talea": 1}"#, #"{"talea": 1, "statements": {}}"#,
    #"{"talea": 1, "statements": [], "tittle": "x"}"#, #"{"talea": 1, "title": 3, "statements": []}"#,
    #"{"talea": 1, "statements": [{}]}"#, #"{"talea": 1, "statements": [{"let": "a"}]}"#,
    #"{"talea": 1, "statements": [{"let": "in", "value": {"number": 1}}]}"#,
    #"{"talea": 1, "statements": [{"let": "a b", "value": {"number": 1}}]}"#,
    #"{"talea": 1, "statements": [{"let": "use", "value": {"number": 1}}]}"#,
    #"{"talea": 1, "statements": [{"let": "a", "value": {"number": "1x"}}]}"#,
    #"{"talea": 1, "statements": [{"let": "a", "value": {"number": 1, "name": "b"}}]}"#,
    #"{"talea": 1, "statements": [{"let": "a", "value": {"add": [{"number": 1}]}}]}"#,
    #"{"talea": 1, "statements": [{"let": "a", "value": {"ratio": [4, -1]}}]}"#,
    #"{"talea": 1, "statements": [{"control": "a", "value": {"number": 1}, "scale": "lag"}]}"#,
    #"{"talea": 1, "statements": [{"connect": []}]}"#,
    #"{"talea": 1, "statements": [{"connect": [{"node": "in", "effect": "gain"}, {"node": "out"}]}]}"#,
    #"{"talea": 1, "statements": [{"connect": [{"node": "in"}, {"node": "out", "channel": -1}]}]}"#,
    #"{"talea": 1, "statements": [{"connect": [{"node": "in"}, {"node": "out", "port": "a..b"}]}]}"#,
    #"{"talea": 1, "statements": [{"def": "a", "body": [{"control": "b", "value": {"number": 1}}]}]}"#,
    #"{"talea": 1, "statements": [{"node": "a", "effect": "eq", "items": [{"label": "x"}]}]}"#,
  ])
  func andTheReaderBothRefuseWhatIsNoPatch(json: String) throws {
    #expect(schema.mismatch(try JSONNode.read(json)) != nil)
    #expect(!parseJSON(Source(name: "t", text: json)).diagnostics.isEmpty)
  }
}
