import Signal

/// The inputs and the output that a body of statements names, before anything in it is resolved.
struct BodyPorts {
  /// `in` for the plain one, else the word after the point; in the order of the text.
  var inputs: [String] = []
  var hasOutput = false

  init(of statements: [Statement]) {
    for case .connection(let connection) in statements {
      for case .endpoint(let endpoint) in connection.elements {
        if endpoint.node.value == "out" { hasOutput = true }
        let port = endpoint.port?.value ?? "in"
        if endpoint.node.value == "in", !inputs.contains(port) { inputs.append(port) }
      }
    }
  }
}

/// Bodies of statements: patches, instances and regions.
extension Resolution {
  /// First, so that everything may be used before the line that declares it.
  ///
  /// - Parameter arguments: the values given to the controls and parameters of an instance.
  func collectNames(
    _ statements: [Statement], parameters: [DefinitionStatement.Parameter] = [], into scope: Scope,
    arguments: [String: (value: Expression, scope: Scope)] = [:]
  ) {
    func add(_ name: Spanned<String>, _ kind: NamedValue.Kind) {
      if let first = scope.values[name.value] {
        return report(.taken(name.value, by: first.phrase, place: place(first.name.span, seenFrom: name.span)), at: name.span)
      }
      let named = NamedValue(name, kind, scope: scope)
      if case .constant = kind {} else { named.argument = arguments[name.value] }
      scope.values[name.value] = named
      scope.valueOrder.append(named)
    }
    func add(_ name: Spanned<String>, _ body: Definition.Body) {
      if let first = scope.definitions[name.value] {
        let place = place(first.name.span, seenFrom: name.span)
        return report(.taken(name.value, by: "a definition", place: place), at: name.span)
      }
      scope.definitions[name.value] = Definition(name, body, scope: scope)
      scope.definitionOrder.append(scope.definitions[name.value]!)
    }
    for parameter in parameters { add(parameter.name, .parameter(parameter.defaultValue)) }
    for statement in statements {
      switch statement {
      case .control(let control): add(control.name, .control(control))
      case .constant(let name, let value): add(name, .constant(value))
      case .use(let path, let name): add(name, .file(path: path))
      case .definition(let definition): add(definition.name, .statements(definition))
      case .declaration(let name, _): scope.takenAddresses.insert(name.value)
      case .connection: break
      }
    }
  }

  /// Makes the actors of a body and connects them. The vertices of `in` and `out` exist already.
  func populate(
    _ scope: Scope, with statements: [Statement], ports: BodyPorts, inputs: [String: Int], output: Int?, span: SourceSpan
  ) {
    let input = Node("in", effect: "in", .input, at: span, isDeclared: false)
    input.outputs = ports.inputs.map { Node.Terminal(name: $0, vertex: inputs[$0]!, port: 0) }
    scope.nodes["in"] = input
    let end = Node("out", effect: "out", .output, at: span, isDeclared: false)
    end.inputs = output.map { [Node.Terminal(name: "out", vertex: $0, port: 0)] } ?? []
    scope.nodes["out"] = end

    for named in scope.valueOrder { settle(named, readAt: named.name.span) }
    var chains: [Chain] = []
    // Declared names are known before the first connection is read; their actors are made in the order of the text.
    let declared = declaredNames(statements, scope)
    for (index, statement) in statements.enumerated() {
      switch statement {
      case .declaration(let name, let call):
        guard declared.contains(index) else {
          // The name is taken; what is wrong within the second declaration is still said.
          let end = network.end
          _ = makeNode(call, address: scope.freshAddress(name.value), isDeclared: true, in: scope)
          network.cut(to: end)
          continue
        }
        let node = makeNode(call, address: name.value, isDeclared: true, nameSpan: name.span, in: scope)
        scope.nodes[name.value] = node
        scope.nodeOrder.append(node)
      case .connection(let connection):
        chains.append(chain(connection, in: scope))
      default: break
      }
    }
    for chain in chains { connect(chain, in: scope) }
    for definition in scope.definitionOrder where !definition.isUsed { checkUnused(definition) }
    checkBody(scope, statements, ports, span)
  }

  /// The indices of the declarations whose name is new; the others are said to be taken.
  private func declaredNames(_ statements: [Statement], _ scope: Scope) -> Set<Int> {
    var result: Set<Int> = []
    for (index, statement) in statements.enumerated() {
      guard case .declaration(let name, _) = statement else { continue }
      if let first = scope.declaredNames[name.value] {
        report(.taken(name.value, by: "a node", place: place(first, seenFrom: name.span)), at: name.span)
      } else {
        scope.declaredNames[name.value] = name.span
        scope.declaredOrder.append(name.value)
        result.insert(index)
      }
    }
    return result
  }

  /// What `name = effect …` or an effect in a chain makes.
  func makeNode(
    _ call: EffectCall, address: String, isDeclared: Bool, nameSpan: SourceSpan? = nil, in scope: Scope
  ) -> Node {
    let start = network.vertices.count
    let node = newNode(call, address: address, isDeclared: isDeclared, nameSpan: nameSpan, in: scope)
    node.vertices = start..<network.vertices.count
    return node
  }

  private func newNode(
    _ call: EffectCall, address: String, isDeclared: Bool, nameSpan: SourceSpan?, in scope: Scope
  ) -> Node {
    let span = nameSpan ?? call.name.span
    func unknown() -> Node { Node(address, effect: call.name.value, .unknown, at: span, isDeclared: isDeclared) }
    if network.vertices.count >= Self.maximumActors {
      if !isTooLarge { report(.tooManyActors(limit: Self.maximumActors), at: call.name.span) }
      isTooLarge = true
      return unknown()
    }
    switch Region(rawValue: call.name.value) {
    case .oversample:
      return makeOversampled(call, address: address, isDeclared: isDeclared, at: span, in: scope) ?? unknown()
    case .multiband: return makeBands(call, address: address, isDeclared: isDeclared, at: span, in: scope) ?? unknown()
    case nil: break
    }
    if let definition = scope.definition(named: call.name.value) {
      definition.isUsed = true
      return makeInstance(of: definition, call, address: address, isDeclared: isDeclared, at: span, in: scope) ?? unknown()
    }
    if let type = catalog[call.name.value] {
      return makeActor(type, call, address: address, isDeclared: isDeclared, at: span, in: scope)
    }
    if scope.isLost(call.name.value) { return unknown() }
    report(.unknownEffect(call.name.value, candidates: effectNames(in: scope)), at: call.name.span)
    return unknown()
  }

  func effectNames(in scope: Scope) -> [String] {
    scope.chain.flatMap(\.definitionOrder).map(\.name.value) + catalog.names
  }

  /// So that a few lines of nested definitions cannot ask for more memory than there is.
  static let maximumActors = 1 << 16
  static let maximumDepth = 64
}

extension NamedValue {
  fileprivate var phrase: String {
    switch kind {
    case .constant: "a constant"
    case .control: "a control"
    case .parameter: "a parameter"
    }
  }
}
