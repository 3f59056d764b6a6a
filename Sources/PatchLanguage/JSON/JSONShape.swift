/// Takes JSON apart into what a patch needs, and says what does not fit.
struct JSONShape {
  /// Thrown once a mistake is reported.
  struct Abandoned: Error {}

  let index: Int
  private(set) var diagnostics: [Diagnostic] = []
  /// Names that statements left out would have given to something.
  var lostNames: Set<String> = []

  init(index: Int) { self.index = index }

  mutating func report(_ mistake: SyntaxMistake, at span: SourceSpan) { diagnostics.append(mistake.diagnostic(at: span)) }
  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func abandon(_ mistake: SyntaxMistake, at span: SourceSpan) -> Abandoned {
    report(mistake, at: span)
    return Abandoned()
  }

  // MARK: Plain values

  mutating func string(_ node: JSONNode) throws(Abandoned) -> Spanned<String> {
    guard case .string(let text) = node.content else {
      throw abandon(.wrongJSONKind("a string", found: node.kind), at: node.span)
    }
    return Spanned(text, node.span)
  }

  mutating func bool(_ node: JSONNode) throws(Abandoned) -> Bool {
    guard case .bool(let value) = node.content else {
      throw abandon(.wrongJSONKind("`true` or `false`", found: node.kind), at: node.span)
    }
    return value
  }

  mutating func array(_ node: JSONNode) throws(Abandoned) -> [JSONNode] {
    guard case .array(let nodes) = node.content else {
      throw abandon(.wrongJSONKind("an array", found: node.kind), at: node.span)
    }
    return nodes
  }

  /// Two nodes: the ends of a range, the operands of an operator.
  mutating func pair(_ node: JSONNode) throws(Abandoned) -> (JSONNode, JSONNode) {
    let nodes = try array(node)
    if nodes.count != 2 { throw abandon(.wrongJSONKind("an array of two", found: "one of \(nodes.count)"), at: node.span) }
    return (nodes[0], nodes[1])
  }

  // MARK: Names

  /// A word of the language.
  mutating func word(_ node: JSONNode) throws(Abandoned) -> Spanned<String> {
    let name = try string(node)
    guard isName(name.value) else { throw abandon(.noName(name.value), at: name.span) }
    return name
  }

  /// A word that is no keyword.
  mutating func name(_ node: JSONNode) throws(Abandoned) -> Spanned<String> {
    let name = try word(node)
    if keywords.contains(name.value) { throw abandon(.keywordAsName(name.value), at: name.span) }
    return name
  }

  /// A name that a statement gives to something.
  mutating func newName(_ node: JSONNode) throws(Abandoned) -> Spanned<String> {
    let name = try name(node)
    if reservedNodes.contains(name.value) { throw abandon(.reservedName(name.value), at: name.span) }
    return name
  }

  // MARK: Objects

  /// The members of an object, by key.
  struct Fields {
    var members: [JSONNode.Member]
    var span: SourceSpan
    /// What the object is, as messages name it.
    var what: String

    subscript(key: String) -> JSONNode? { members.first { $0.key.value == key }?.value }
  }

  mutating func fields(_ node: JSONNode, _ what: String) throws(Abandoned) -> Fields {
    guard case .object(let members) = node.content else {
      throw abandon(.wrongJSONKind("an object for \(what)", found: node.kind), at: node.span)
    }
    return Fields(members: members, span: node.span, what: what)
  }

  /// Reports every key that is none of `known`.
  mutating func check(_ fields: Fields, known: [String]) {
    for member in fields.members where !known.contains(member.key.value) {
      report(.unknownKey(member.key.value, of: fields.what, known: known), at: member.key.span)
    }
  }

  mutating func required(_ key: String, of fields: Fields) throws(Abandoned) -> JSONNode {
    guard let node = fields[key] else { throw abandon(.missingKey(key, of: fields.what), at: firstByte(fields.span)) }
    return node
  }

  /// The opening brace stands for what is missing in an object of many lines.
  func firstByte(_ span: SourceSpan) -> SourceSpan { SourceSpan(source: span.source, start: span.start, end: span.start + 1) }

  /// The one of `keys` that the object has, which decides what it is.
  mutating func kind(_ fields: Fields, among keys: [String]) throws(Abandoned) -> String {
    let found = keys.filter { fields[$0] != nil }
    if let first = found.first { return first }
    if let member = fields.members.first, let near = suggestion(for: member.key.value, among: keys) {
      throw abandon(.unknownKey(member.key.value, of: fields.what, known: [near]), at: member.key.span)
    }
    throw abandon(.shapeless(fields.what, keys: keys), at: firstByte(fields.span))
  }
}
