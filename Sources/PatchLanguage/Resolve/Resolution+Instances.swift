import Signal

/// A definition whose instance is being made.
struct ActiveDefinition {
  /// nil for the patch itself.
  var definition: Definition?
  /// The file that it stands for, or that the patch came from.
  var path: String?
  /// As a chain of definitions shows it.
  var name: String
}

/// A file that `use` names.
struct UsedFile {
  var parsed: ParsedPatch
  /// Its place among the sources.
  var index: Int
}

/// Instances of `def` and `use`.
extension Resolution {
  /// The whole patch.
  func populateRoot(with parsed: ParsedPatch) {
    let patch = parsed.patch
    let name = patch.sources[0].name
    let scope = Scope(kind: .patch, parent: nil, prefix: "", fileName: name, isUnaligned: patch.isUnaligned)
    scope.lostNames = parsed.lostNames
    if parsed.hasErrors { partialSources.insert(0) }
    activeDefinitions = [ActiveDefinition(definition: nil, path: path(name, usedBy: ""), name: name)]
    let ports = BodyPorts(of: patch.statements)
    collectNames(patch.statements, into: scope)
    var inputs: [String: Int] = [:]
    for name in ports.inputs {
      inputs[name] = append(Network.Vertex(address: name == "in" ? "in" : "in.\(name)", kind: .input))
    }
    let output = ports.hasOutput ? append(Network.Vertex(address: "out", kind: .output)) : nil
    populate(
      scope, with: patch.statements, ports: ports, inputs: inputs, output: output,
      span: SourceSpan(source: 0, start: 0, end: 0))
    checkUnusedControls(of: scope)
  }

  /// nil where it is wrong and that was said.
  func makeInstance(
    of definition: Definition, _ call: EffectCall, address: String, isDeclared: Bool, at span: SourceSpan, in scope: Scope
  ) -> Node? {
    if call.braces != nil { report(.bracesWithoutList(call.name.value), at: call.name.span) }
    guard let body = body(of: definition, at: call.name.span) else { return nil }
    activeDefinitions.append(body.active)
    defer { activeDefinitions.removeLast() }
    if activeDefinitions.count > Self.maximumDepth {
      report(.nestedTooDeep(limit: Self.maximumDepth), at: call.name.span)
      return nil
    }

    let names = body.parameters.isEmpty ? body.statements.controlNames : body.parameters.map(\.name.value)
    let given = assigned(call.arguments, to: names, of: call.name)
    let arguments = Dictionary(uniqueKeysWithValues: given.map { (names[$0.key], (value: $0.value, scope: scope)) })
    let inner = Scope(
      kind: .instance(of: definition.name.value), parent: body.parent, prefix: "\(scope.prefix)\(address).",
      fileName: body.fileName, isUnaligned: body.isUnaligned)
    inner.lostNames = body.lostNames
    collectNames(body.statements, parameters: body.parameters, into: inner, arguments: arguments)

    let ports = BodyPorts(of: body.statements)
    func junction(_ name: String) -> Int {
      append(Network.Vertex(address: inner.prefix + name, kind: .junction, span: call.span))
    }
    let inputs = Dictionary(uniqueKeysWithValues: ports.inputs.map { ($0, junction($0)) })
    let output = ports.hasOutput ? junction("out") : nil
    populate(inner, with: body.statements, ports: ports, inputs: inputs, output: output, span: body.span)

    let node = Node(address, effect: call.name.value, .instance, at: span, isDeclared: isDeclared)
    node.inputs = ports.inputs.map { Node.Terminal(name: $0, vertex: inputs[$0]!, port: 0) }
    node.outputs = output.map { [Node.Terminal(name: "out", vertex: $0, port: 0)] } ?? []
    for named in inner.valueOrder {
      if case .constant = named.kind { continue }
      if case .read(.some(let value)) = named.state, case .control(let index) = value.content {
        node.parameters.append((named.name.value, .control(index)))
      } else {
        node.wrongParameters.insert(named.name.value)
      }
    }
    return node
  }

  /// An instance that belongs to nothing, for what it finds wrong: a definition is checked also where it is not used.
  func checkUnused(_ definition: Definition) {
    let end = network.end
    let call = EffectCall(name: definition.name, span: definition.name.span)
    _ = makeInstance(
      of: definition, call, address: definition.name.value, isDeclared: true, at: definition.name.span, in: definition.scope)
    network.cut(to: end)
  }

  private struct InstanceBody {
    var active: ActiveDefinition
    var statements: [Statement]
    var parameters: [DefinitionStatement.Parameter] = []
    var parent: Scope?
    var fileName: String
    var isUnaligned: Bool
    /// Where it is said what the body as a whole lacks.
    var span: SourceSpan
    var lostNames: Set<String> = []
  }

  private func body(of definition: Definition, at span: SourceSpan) -> InstanceBody? {
    switch definition.body {
    case .statements(let statement):
      let active = ActiveDefinition(definition: definition, path: nil, name: statement.name.value)
      guard isNew(active, at: span, { $0.definition === definition }) else { return nil }
      return InstanceBody(
        active: active, statements: statement.body, parameters: statement.parameters, parent: definition.scope,
        fileName: definition.scope.fileName, isUnaligned: definition.scope.isUnaligned, span: statement.name.span)
    case .file(let written):
      let path = path(written.value, usedBy: definition.scope.fileName)
      let active = ActiveDefinition(definition: definition, path: path, name: path)
      guard isNew(active, at: written.span, { $0.path == path }) else { return nil }
      guard let file = usedFile(at: path, written: written) else { return nil }
      let patch = file.parsed.patch
      return InstanceBody(
        active: active, statements: patch.statements, fileName: path, isUnaligned: patch.isUnaligned,
        span: SourceSpan(source: file.index, start: 0, end: 0), lostNames: file.parsed.lostNames)
    }
  }

  /// Reads each file once, and reports what is wrong with its spelling.
  private func usedFile(at path: String, written: Spanned<String>) -> UsedFile? {
    if let known = usedFiles[path] { return known }
    do throws(SourceFailure) {
      let source = try loader.load(path)
      let index = sources.count
      sources.append(Source(name: path, bytes: source.bytes))
      let parsed = parse(sources[index], index: index)
      for diagnostic in parsed.diagnostics { report(diagnostic) }
      if parsed.hasErrors { partialSources.insert(index) }
      usedFiles[path] = UsedFile(parsed: parsed, index: index)
      return usedFiles[path]
    } catch {
      report(.missingFile(path: written.value, tried: path, reason: error.reason), at: written.span)
      return nil
    }
  }

  private func isNew(_ active: ActiveDefinition, at span: SourceSpan, _ isSame: (ActiveDefinition) -> Bool) -> Bool {
    guard let start = activeDefinitions.firstIndex(where: isSame) else { return true }
    report(.recursion((activeDefinitions[start...] + [active]).map(\.name)), at: span)
    return false
  }
}

extension [Statement] {
  /// The controls that a used file declares, which are its parameters.
  fileprivate var controlNames: [String] {
    var names: [String] = []
    for case .control(let control) in self where !names.contains(control.name.value) { names.append(control.name.value) }
    return names
  }
}
