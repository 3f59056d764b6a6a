import PatchLanguage

/// Plain values of a graph's file.
extension GraphFileReader {
  /// The members of an object, by key.
  struct Fields {
    var members: [JSONNode.Member]
    var span: SourceSpan
    /// What the object is, as messages name it.
    var what: String

    subscript(key: String) -> JSONNode? { members.first { $0.key.value == key }?.value }
  }

  mutating func object(_ node: JSONNode, _ what: String) throws(Abandoned) -> Fields {
    guard case .object(let members) = node.content else {
      throw abandon(.wrongKind(wanted: "an object for \(what)", found: node.kind), at: node.span)
    }
    return Fields(members: members, span: node.span, what: what)
  }

  /// Reports keys that look like a known one mistyped. Others are free for the writer's own remarks.
  mutating func check(_ fields: Fields, known: [String]) {
    let absent = known.filter { fields[$0] == nil }
    for member in fields.members where !known.contains(member.key.value) {
      guard let near = suggestion(for: member.key.value, among: absent) else { continue }
      report(.mistypedKey(member.key.value, near: near, of: fields.what), at: member.key.span)
    }
  }

  mutating func required(_ key: String, of fields: Fields) throws(Abandoned) -> JSONNode {
    if let node = fields[key] { return node }
    // The opening brace stands for what is missing in an object of many lines.
    let brace = SourceSpan(source: fields.span.source, start: fields.span.start, end: fields.span.start + 1)
    throw abandon(.missingKey(key, of: fields.what), at: brace)
  }

  mutating func string(_ node: JSONNode) throws(Abandoned) -> String {
    guard case .string(let text) = node.content else {
      throw abandon(.wrongKind(wanted: "a string", found: node.kind), at: node.span)
    }
    return text
  }

  mutating func name(_ node: JSONNode, of what: String) throws(Abandoned) -> String {
    let name = try string(node)
    if name.isEmpty { throw abandon(.emptyName(of: what), at: node.span) }
    return name
  }

  mutating func array(_ node: JSONNode) throws(Abandoned) -> [JSONNode] {
    guard case .array(let nodes) = node.content else {
      throw abandon(.wrongKind(wanted: "an array", found: node.kind), at: node.span)
    }
    return nodes
  }

  /// A whole number from 0 up.
  mutating func number(_ node: JSONNode, _ what: String) throws(Abandoned) -> Int {
    guard case .number(let digits) = node.content else {
      throw abandon(.wrongKind(wanted: "a whole number for \(what)", found: node.kind), at: node.span)
    }
    guard digits.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
      throw abandon(.notWhole(digits, of: what), at: node.span)
    }
    guard let value = Int(digits) else {
      throw abandon(digits.hasPrefix("-") ? .negative(digits, of: what) : .beyondRange(digits, of: what), at: node.span)
    }
    if value < 0 { throw abandon(.negative(digits, of: what), at: node.span) }
    return value
  }

  /// One number, or a list with one per phase.
  mutating func numbers(_ node: JSONNode, _ what: String) throws(Abandoned) -> (value: [Int], isList: Bool) {
    switch node.content {
    case .number: return ([try number(node, what)], false)
    case .array(let nodes):
      if nodes.isEmpty { throw abandon(.noPhases(of: what), at: node.span) }
      var list: [Int] = []
      for node in nodes { list.append(try number(node, "a phase of \(what)")) }
      return (list, true)
    default:
      throw abandon(.wrongKind(wanted: "a whole number or a list of them for \(what)", found: node.kind), at: node.span)
    }
  }
}
