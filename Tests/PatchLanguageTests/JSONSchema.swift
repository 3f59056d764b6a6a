import Foundation

@testable import PatchLanguage

/// Checks JSON against a JSON Schema (draft 2020-12), as far as `docs/patch.schema.json` uses it. A keyword that is not
/// known here is a mistake, so that nothing in the schema goes unchecked.
struct JSONSchema {
  let root: JSONNode

  static let keywords: Set<String> = [
    "$schema", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties", "items",
    "prefixItems", "minItems", "maxItems", "minimum", "maximum", "const", "enum", "pattern", "allOf", "anyOf", "oneOf", "not",
  ]

  /// The first thing that does not fit, with its path; nil where all does.
  func mismatch(_ node: JSONNode) -> String? { mismatch(node, root, "$") }

  /// Keywords that this validator does not know.
  var unknownKeywords: [String] { unknownKeywords(of: root) }

  private func unknownKeywords(of schema: JSONNode) -> [String] {
    schema.members.flatMap { key, value -> [String] in
      if !Self.keywords.contains(key) { return [key] }
      switch key {
      case "properties", "$defs": return value.members.flatMap { unknownKeywords(of: $0.1) }
      case "items", "not": return unknownKeywords(of: value)
      case "allOf", "anyOf", "oneOf", "prefixItems": return value.elements.flatMap { unknownKeywords(of: $0) }
      default: return []
      }
    }
  }

  private func mismatch(_ node: JSONNode, _ schema: JSONNode, _ path: String) -> String? {
    for (key, rule) in schema.members {
      if let problem = mismatch(node, key, rule, in: schema, path) { return problem }
    }
    return nil
  }

  private func mismatch(_ node: JSONNode, _ key: String, _ rule: JSONNode, in schema: JSONNode, _ path: String) -> String? {
    func failures(_ schemas: [JSONNode]) -> [String] { schemas.compactMap { mismatch(node, $0, path) } }
    switch key {
    case "$ref":
      let name = String(rule.string!.dropFirst("#/$defs/".count))
      return mismatch(node, root["$defs"]![name]!, path)
    case "type": return node.isOfType(rule.string!) ? nil : "\(path) is no \(rule.string!)"
    case "const": return node == rule ? nil : "\(path) is not the constant"
    case "enum": return rule.elements.contains(node) ? nil : "\(path) is none of the words"
    case "pattern":
      guard let text = node.string else { return nil }
      return text.range(of: rule.string!, options: .regularExpression) != nil ? nil : "\(path) does not match \(rule.string!)"
    case "minimum": return node.number.map { $0 < rule.number! } == true ? "\(path) is too small" : nil
    case "maximum": return node.number.map { $0 > rule.number! } == true ? "\(path) is too large" : nil
    case "allOf": return failures(rule.elements).first
    case "anyOf": return failures(rule.elements).count < rule.elements.count ? nil : "\(path) fits none of its kinds"
    case "oneOf":
      let problems = failures(rule.elements)
      return problems.count == rule.elements.count - 1
        ? nil : "\(path) fits \(rule.elements.count - problems.count) of its kinds: \(problems.joined(separator: ", "))"
    case "not": return mismatch(node, rule, path) == nil ? "\(path) is what it may not be" : nil
    case "required":
      guard node.isOfType("object") else { return nil }
      return rule.elements.first { node[$0.string!] == nil }.map { "\(path) lacks \($0.string!)" }
    case "properties":
      for (name, inner) in rule.members {
        if let value = node[name], let problem = mismatch(value, inner, path + "." + name) { return problem }
      }
      return nil
    case "additionalProperties":
      let known = schema["properties"]!.members.map(\.0)
      return node.members.first { !known.contains($0.0) }.map { "\(path) has \($0.0)" }
    case "items", "prefixItems":
      let rules = key == "items" ? node.elements.map { _ in rule } : rule.elements
      for (index, pair) in zip(node.elements, rules).enumerated() {
        if let problem = mismatch(pair.0, pair.1, path + "[\(index)]") { return problem }
      }
      return nil
    case "minItems": return node.isOfType("array") && Double(node.elements.count) < rule.number! ? "\(path) is too short" : nil
    case "maxItems": return node.isOfType("array") && Double(node.elements.count) > rule.number! ? "\(path) is too long" : nil
    default: return nil
    }
  }
}

extension JSONNode: Equatable {
  public static func == (a: JSONNode, b: JSONNode) -> Bool {
    switch (a.content, b.content) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): Double(a) == Double(b)
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a.count == b.count && a.allSatisfy { member in b.contains { $0.key.value == member.key.value && $0.value == member.value } }
    default: false
    }
  }

  var members: [(String, JSONNode)] {
    if case .object(let members) = content { members.map { ($0.key.value, $0.value) } } else { [] }
  }
  var elements: [JSONNode] { if case .array(let nodes) = content { nodes } else { [] } }
  var string: String? { if case .string(let text) = content { text } else { nil } }
  var number: Double? { if case .number(let digits) = content { Double(digits) } else { nil } }
  subscript(key: String) -> JSONNode? { members.first { $0.0 == key }?.1 }

  func isOfType(_ name: String) -> Bool {
    switch content {
    case .null: name == "null"
    case .bool: name == "boolean"
    case .number(let digits): name == "number" || name == "integer" && Double(digits).map { $0 == $0.rounded() } == true
    case .string: name == "string"
    case .array: name == "array"
    case .object: name == "object"
    }
  }

  static func read(_ text: String) throws -> JSONNode {
    var reader = JSONReader(Source(name: "json", text: text), index: 0)
    return try reader.document()
  }
}
