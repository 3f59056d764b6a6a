import PatchLanguage

/// The facts of a file's `expected` object. It is a remark of the writer, so that what does not look like a fact is left out.
func publishedFacts(_ node: JSONNode) -> [GraphFact] {
  guard case .object(let members) = node.content else { return [] }
  return members.compactMap { member in
    guard case .object(let fields) = member.value.content else { return nil }
    func text(_ key: String) -> String {
      guard case .string(let text)? = fields.first(where: { $0.key.value == key })?.value.content else { return "" }
      return text
    }
    guard let value = fields.first(where: { $0.key.value == "value" })?.value else { return nil }
    return GraphFact(key: member.key.value, value: JSONValue(value), source: text("source"), status: text("status"))
  }
}

extension JSONValue {
  init(_ node: JSONNode) {
    switch node.content {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let digits): self = .number(digits)
    case .string(let text): self = .string(text)
    case .array(let nodes): self = .array(nodes.map { JSONValue($0) })
    case .object(let members): self = .object(members.map { Member($0.key.value, JSONValue($0.value)) })
    }
  }
}
