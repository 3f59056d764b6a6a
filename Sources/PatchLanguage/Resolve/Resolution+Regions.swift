import Signal

/// Regions: bodies of statements that stand where an effect may.
extension Resolution {
  /// `oversample 4x { … }`: the body as an instance, with `upsample` at its inputs and `downsample` at its output.
  func makeOversampled(
    _ call: EffectCall, address: String, isDeclared: Bool, at span: SourceSpan, in scope: Scope
  ) -> Node? {
    guard case .statements(let body)? = call.braces else { return nil }
    guard let up = catalog["upsample"], let down = catalog["downsample"] else {
      report(.unknownEffect(catalog["upsample"] == nil ? "upsample" : "downsample", candidates: []), at: call.name.span)
      return nil
    }
    let inner = Scope(
      kind: .region(.oversample), parent: scope, prefix: "\(scope.prefix)\(address).", fileName: scope.fileName,
      isUnaligned: scope.isUnaligned)
    let statements = withImpliedEnds(body, in: scope)
    collectNames(statements, into: inner)
    let ports = BodyPorts(of: statements)
    let node = Node(address, effect: "oversample", .instance, at: span, isDeclared: isDeclared)

    func resampler(_ type: EffectType, at address: String) -> Int {
      let bound = bind(call.arguments, to: type.spec.arguments, of: call.name, in: scope)
      return append(
        Network.Vertex(
          address: inner.prefix + address, kind: .effect(type),
          configuration: EffectConfiguration(structural: bound.structural), parameters: bound.parameters, span: call.span))
    }
    func junction(_ name: String) -> Int {
      append(Network.Vertex(address: "\(inner.prefix)\(name)", kind: .junction, span: call.span))
    }
    func wire(_ from: Int, _ to: Int) {
      network.wires.append(
        Network.Wire(
          from: from, outputPort: 0, to: to, target: .port(0), isUnaligned: scope.isUnaligned, span: call.span,
          fromSpan: call.span, toSpan: call.span))
    }
    var inputs: [String: Int] = [:]
    let upAddress = ports.inputs.isEmpty ? "" : inner.freshAddress("upsample")
    for name in ports.inputs {
      let vertex = resampler(up, at: name == "in" ? upAddress : "\(upAddress).\(name)")
      inputs[name] = junction(name)
      wire(vertex, inputs[name]!)
      node.inputs.append(Node.Terminal(name: name, vertex: vertex, port: 0))
    }
    let output = ports.hasOutput ? junction("out") : nil
    let downAddress = inner.freshAddress("downsample")
    populate(inner, with: statements, ports: ports, inputs: inputs, output: output, span: call.name.span)
    if let output {
      let vertex = resampler(down, at: downAddress)
      wire(output, vertex)
      node.outputs = [Node.Terminal(name: "out", vertex: vertex, port: 0)]
    }
    return node
  }
}

extension Resolution {
  /// The body of a region with the ends that one chain may leave out. A generator at its start takes no `in`.
  func withImpliedEnds(_ body: [Statement], in scope: Scope) -> [Statement] {
    let chains = body.compactMap { if case .connection(let chain) = $0 { chain } else { nil } }
    let start: Spanned<String>? =
      switch chains.first?.elements.first {
      case .endpoint(let endpoint): endpoint.node
      case .call(let call): call.name
      default: nil
      }
    var implied = Braces.bodyWithImpliedEnds(body)
    guard chains.count == 1, let start, let effect = effectName(of: start.value, in: body),
      catalog[effect]?.spec.inputs.isEmpty == true,
      scope.definition(named: effect) == nil,
      let index = implied.firstIndex(where: { if case .connection = $0 { true } else { false } }),
      case .connection(var chain) = implied[index]
    else { return implied }
    chain.elements.removeFirst()
    implied[index] = .connection(chain)
    return implied
  }

  /// The effect that a word in a chain of `body` means: that of the node declared there, or the word itself.
  private func effectName(of word: String, in body: [Statement]) -> String? {
    for case .declaration(let name, let call) in body where name.value == word { return call.name.value }
    return word
  }
}
