/// Reads a patch in its JSON form as far as it goes. Spans point into the JSON text.
///
/// A mistake in the JSON itself ends the reading; a statement that is well-formed JSON but no statement is left out, and
/// the others are read.
///
/// - Parameter index: the place that `source` will have among the sources that spans point into.
public func parseJSON(_ source: Source, index: Int = 0) -> ParsedPatch {
  var patch = Patch(sources: [source])
  if let refusal = refusal(of: source, index: index, limit: SyntaxLimits.jsonBytes) {
    return ParsedPatch(patch: patch, diagnostics: [refusal])
  }
  var reader = JSONReader(source, index: index)
  var shape = JSONShape(index: index)
  do {
    let document = try reader.document()
    try? shape.read(document, into: &patch)
  } catch {
    shape.report(error.diagnostic)
  }
  return ParsedPatch(patch: patch, diagnostics: inOrder(shape.diagnostics, of: source), lostNames: shape.lostNames)
}

/// Reads a patch in its JSON form.
///
/// - Throws: every mistake in it at once.
public func parsePatchJSON(_ source: Source) throws(PatchFailure) -> Patch { try parseJSON(source).get() }

extension JSONShape {
  fileprivate mutating func read(_ document: JSONNode, into patch: inout Patch) throws(Abandoned) {
    let fields = try fields(document, "a patch")
    check(fields, known: ["$schema", "talea", "title", "unaligned", "statements"])
    let version = try required("talea", of: fields)
    guard case .number(String(patchFormatVersion)) = version.content else { throw abandon(.unknownVersion, at: version.span) }
    if let title = fields["title"] { patch.title = try string(title) }
    if let mark = fields["unaligned"] { patch.isUnaligned = try bool(mark) }
    patch.statements = try statements(required("statements", of: fields), isTopLevel: true)
  }

  /// Leaves out what is none, and notes the names that it would have made.
  private mutating func statements(_ node: JSONNode, isTopLevel: Bool, depth: Int = 0) throws(Abandoned) -> [Statement] {
    var statements: [Statement] = []
    for node in try array(node) {
      do {
        statements.append(try statement(node, isTopLevel: isTopLevel, depth: depth))
      } catch {
        guard case .object(let members) = node.content else { continue }
        for member in members {
          if ["control", "let", "as", "def", "node"].contains(member.key.value), case .string(let name) = member.value.content {
            lostNames.insert(name)
          }
        }
      }
    }
    return statements
  }

  private mutating func statement(_ node: JSONNode, isTopLevel: Bool, depth: Int) throws(Abandoned) -> Statement {
    let fields = try fields(node, "a statement")
    let kind = try kind(fields, among: ["control", "let", "use", "def", "node", "connect"])
    if !isTopLevel, kind == "control" || kind == "use" { throw abandon(.onlyAtTopLevel(kind), at: firstByte(fields.span)) }
    switch kind {
    case "control":
      check(fields, known: ["control", "value", "range", "scale", "midi", "label"])
      return .control(try control(fields))
    case "let":
      check(fields, known: ["let", "value"])
      return .constant(
        name: try newName(required("let", of: fields)), value: try expression(required("value", of: fields), .whole))
    case "use":
      check(fields, known: ["use", "as"])
      return .use(path: try string(required("use", of: fields)), name: try newName(required("as", of: fields)))
    case "def":
      check(fields, known: ["def", "parameters", "body"])
      return .definition(try definition(fields, depth: depth))
    case "node":
      check(fields, known: ["node", "effect", "arguments", "items", "statements"])
      let name = try newName(required("node", of: fields))
      let call = try call(fields, depth: depth)
      if reservedNodes.contains(call.name.value) { throw abandon(.reservedAsEffect(call.name.value), at: call.name.span) }
      return .declaration(name: name, effect: call)
    default:
      check(fields, known: ["connect"])
      return .connection(try connection(fields, depth: depth))
    }
  }

  private mutating func control(_ fields: Fields) throws(Abandoned) -> ControlStatement {
    let name = try newName(required("control", of: fields))
    var control = ControlStatement(name: name, value: try expression(required("value", of: fields), .argument))
    if let range = fields["range"] {
      let (lower, upper) = try pair(range)
      control.range = (try expression(lower, .argument), try expression(upper, .argument))
    }
    if let scale = fields["scale"] {
      let word = try string(scale)
      if word.value != "log", word.value != "linear" { throw abandon(.scaleWord(word.value), at: word.span) }
      control.scale = word
    }
    if let midi = fields["midi"] { control.midi = try midiController(midi) }
    if let label = fields["label"] { control.label = try string(label) }
    return control
  }

  private mutating func midiController(_ node: JSONNode) throws(Abandoned) -> Spanned<MIDIController> {
    let fields = try fields(node, "a MIDI controller")
    check(fields, known: ["cc", "channel"])
    let number = try wholeNumber(required("cc", of: fields), "a controller's number", MIDIController.numbers)
    let channel = try fields["channel"].map { node throws(Abandoned) in
      try wholeNumber(node, "a MIDI channel", MIDIController.channels)
    }
    return Spanned(MIDIController(number: number, channel: channel), node.span)
  }

  private mutating func wholeNumber(_ node: JSONNode, _ what: String, _ range: ClosedRange<Int>) throws(Abandoned) -> Int {
    guard case .number(let digits) = node.content else {
      throw abandon(.wrongJSONKind("a number", found: node.kind), at: node.span)
    }
    guard let number = Int(digits), range.contains(number) else { throw abandon(.notWhole(what, range, digits), at: node.span) }
    return number
  }

  private mutating func definition(_ fields: Fields, depth: Int) throws(Abandoned) -> DefinitionStatement {
    if depth == SyntaxLimits.braces { throw abandon(.nestedTooDeep, at: firstByte(fields.span)) }
    let name = try newName(required("def", of: fields))
    var parameters: [DefinitionStatement.Parameter] = []
    if let list = fields["parameters"] {
      for node in try array(list) {
        let fields = try self.fields(node, "a parameter")
        check(fields, known: ["name", "default"])
        let name = try newName(required("name", of: fields))
        parameters.append(.init(name: name, defaultValue: try expression(required("default", of: fields), .whole)))
      }
    }
    let body = try statements(required("body", of: fields), isTopLevel: false, depth: depth + 1)
    for case .connection(let connection) in body where connection.elements.count == 1 {
      throw abandon(.shortConnection, at: connection.span)
    }
    return DefinitionStatement(name: name, parameters: parameters, body: body)
  }

  // MARK: Effects

  private mutating func call(_ fields: Fields, depth: Int) throws(Abandoned) -> EffectCall {
    let name = try word(required("effect", of: fields))
    let region = Region(rawValue: name.value)
    if keywords.contains(name.value), region == nil { throw abandon(.keywordAsName(name.value), at: name.span) }
    var call = EffectCall(name: name, span: fields.span)
    if let list = fields["arguments"] { call.arguments = try arguments(list) }
    if let body = fields["statements"] {
      guard let region else { throw abandon(.bodyOfEffect(name.value), at: body.span) }
      if depth == SyntaxLimits.braces { throw abandon(.nestedTooDeep, at: firstByte(fields.span)) }
      let statements = try statements(body, isTopLevel: false, depth: depth + 1)
      let connections = statements.compactMap { if case .connection(let connection) = $0 { connection } else { nil } }
      for connection in connections
      where connection.elements.count == 1 && !region.allowsSingleEffects(chains: connections.count) {
        throw abandon(.shortConnection, at: connection.span)
      }
      call.braces = .statements(statements)
    } else if let region {
      throw abandon(.regionWithoutBody(region), at: name.span)
    }
    if let list = fields["items"] {
      if let region { throw abandon(.itemsOfRegion(region), at: list.span) }
      var items: [Braces.Item] = []
      for node in try array(list) { items.append(try item(node)) }
      call.braces = .items(items)
    }
    return call
  }

  private mutating func arguments(_ node: JSONNode) throws(Abandoned) -> [Argument] {
    var arguments: [Argument] = []
    for node in try array(node) {
      let fields = try fields(node, "an argument")
      if let key = fields["key"] {
        check(fields, known: ["key", "value"])
        arguments.append(Argument(key: try word(key), value: try expression(required("value", of: fields), .argument)))
      } else {
        if arguments.last?.key != nil { throw abandon(.positionalAfterKey, at: node.span) }
        arguments.append(Argument(value: try expression(node, .argument)))
      }
    }
    return arguments.grouped
  }

  private mutating func item(_ node: JSONNode) throws(Abandoned) -> Braces.Item {
    let fields = try fields(node, "an item")
    check(fields, known: ["label", "kind", "arguments"])
    var item = Braces.Item(arguments: [], span: node.span)
    if let label = fields["label"] { item.label = try newName(label) }
    if let kind = fields["kind"] { item.kind = try name(kind) }
    if let list = fields["arguments"] { item.arguments = try arguments(list) }
    // In text the first word of an item is its kind.
    if item.kind == nil, let first = item.arguments.first, first.key == nil, case .name(let name) = first.value {
      item.kind = name
      item.arguments.removeFirst()
    }
    if item.kind == nil, item.arguments.isEmpty { throw abandon(.missingKey("kind", of: fields.what), at: firstByte(node.span)) }
    return item
  }

  // MARK: Chains

  private mutating func connection(_ fields: Fields, depth: Int) throws(Abandoned) -> Connection {
    let list = try required("connect", of: fields)
    var elements: [Connection.Element] = []
    var isAfterEdge = false
    for (index, node) in try array(list).enumerated() {
      let element = try element(node, depth: depth)
      if case .edge = element {
        if isAfterEdge { throw abandon(.marksWithoutNode, at: node.span) }
        if index == 0 { throw abandon(.edgeAtEnd, at: node.span) }
        isAfterEdge = true
      } else {
        isAfterEdge = false
      }
      elements.append(element)
    }
    if isAfterEdge { throw abandon(.edgeAtEnd, at: list.span) }
    if elements.count < (depth == 0 ? 2 : 1) { throw abandon(.shortConnection, at: list.span) }
    return Connection(elements: elements, span: fields.span)
  }

  private mutating func element(_ node: JSONNode, depth: Int) throws(Abandoned) -> Connection.Element {
    let fields = try fields(node, "an element of a chain")
    switch try kind(fields, among: ["node", "effect", "tokens", "unaligned"]) {
    case "node":
      check(fields, known: ["node", "port", "channel"])
      return .endpoint(try endpoint(fields))
    case "effect":
      check(fields, known: ["effect", "arguments", "items", "statements"])
      let call = try call(fields, depth: depth)
      if call.arguments.isEmpty, call.braces == nil { return .endpoint(.init(node: call.name, span: node.span)) }
      if reservedNodes.contains(call.name.value) { throw abandon(.argumentsOfNode(call.name.value), at: call.name.span) }
      return .call(call)
    default:
      check(fields, known: ["tokens", "unaligned"])
      var mark = Connection.EdgeMark(tokens: nil, isUnaligned: false, span: node.span)
      if let tokens = fields["tokens"] { mark.tokens = try expression(tokens, .brackets) }
      if let flag = fields["unaligned"] { mark.isUnaligned = try bool(flag) }
      if mark.tokens == nil, !mark.isUnaligned { throw abandon(.missingKey("tokens", of: "an edge"), at: firstByte(node.span)) }
      return .edge(mark)
    }
  }

  private mutating func endpoint(_ fields: Fields) throws(Abandoned) -> Connection.Endpoint {
    var endpoint = Connection.Endpoint(node: try name(required("node", of: fields)), span: fields.span)
    if let node = fields["port"] {
      let port = try string(node)
      let parts = port.value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      // Two numbers with a point between them would read as one number.
      let hasFraction = zip(parts, parts.dropFirst()).contains {
        $0.utf8.allSatisfy(isDigit) && $1.utf8.first.map(isDigit) == true
      }
      guard parts.allSatisfy(isNameOrDigits), !hasFraction else { throw abandon(.noName(port.value), at: port.span) }
      endpoint.port = port
    }
    if let node = fields["channel"] {
      if case .number(let digits) = node.content {
        endpoint.channel = Spanned(digits, node.span)
      } else {
        endpoint.channel = try string(node)
      }
      let channel = endpoint.channel!.value
      guard isNameOrDigits(channel) else { throw abandon(.badChannel(channel), at: node.span) }
    }
    return endpoint
  }

  private func isNameOrDigits(_ text: String) -> Bool { isName(text) || !text.isEmpty && text.utf8.allSatisfy(isDigit) }
}
