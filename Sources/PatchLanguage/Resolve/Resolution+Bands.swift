import Signal

/// `multiband 120Hz 2kHz { …; …; … }`: a crossover, a chain in each of its bands, and their sum.
extension Resolution {
  /// The crossovers by how many edges they have.
  private static let crossovers = [1: "crossover", 2: "crossover3", 3: "crossover4"]

  /// The crossover has the region's own address, so that `bands.lower` is its edge; a chain's addresses start with the name of
  /// its band: `bands.low.compressor`. What the chains lead to `out` is summed in the order of the bands.
  ///
  /// - Returns: nil where it is wrong and that was said.
  func makeBands(_ call: EffectCall, address: String, isDeclared: Bool, at span: SourceSpan, in scope: Scope) -> Node? {
    guard case .statements(let body)? = call.braces else { return nil }
    let edges = call.arguments.count
    guard let name = Self.crossovers[edges] else {
      report(.edgeCount(edges), at: call.arguments.last?.value.span ?? call.name.span)
      return nil
    }
    guard let type = catalog[name] else {
      report(.unknownEffect(name, candidates: []), at: call.name.span)
      return nil
    }
    let chains = body.compactMap { if case .connection(let chain) = $0 { chain } else { nil } }
    guard chains.count == edges + 1 else {
      report(.bandCount(edges: edges, bands: chains.count), at: call.name.span)
      return nil
    }

    let crossover = makeActor(
      type, EffectCall(name: call.name, arguments: call.arguments, span: call.span), address: address, isDeclared: isDeclared,
      at: span, in: scope)
    let inner = Scope(
      kind: .region(.multiband), parent: scope, prefix: "\(scope.prefix)\(address).", fileName: scope.fileName,
      isUnaligned: scope.isUnaligned)
    for case .declaration(let name, _) in body {
      report(.nodeInBands(name.value), at: name.span)
      inner.lostNames.insert(name.value)
    }
    collectNames(body.filter { if case .declaration = $0 { false } else { true } }, into: inner)
    for named in inner.valueOrder { settle(named, readAt: named.name.span) }

    let sum = append(Network.Vertex(address: inner.prefix + "out", kind: .junction, span: call.span))
    for (band, chain) in zip(crossover.outputs, chains) { connectBand(chain, from: band, to: sum, of: call, in: inner) }
    for definition in inner.definitionOrder where !definition.isUsed { checkUnused(definition) }

    let node = Node(address, effect: call.name.value, .instance, at: span, isDeclared: isDeclared)
    node.inputs = crossover.inputs
    node.outputs = [Node.Terminal(name: "out", vertex: sum, port: 0)]
    node.parameters = crossover.parameters
    return node
  }

  /// One chain as a body of its own between the crossover and the sum.
  private func connectBand(
    _ chain: Connection, from band: Node.Terminal, to sum: Int, of call: EffectCall, in region: Scope
  ) {
    let scope = Scope(
      kind: .region(.multiband), parent: region, prefix: "\(region.prefix)\(band.name).", fileName: region.fileName,
      isUnaligned: region.isUnaligned)
    let statements = withImpliedEnds([.connection(chain)], in: region)
    var ports = BodyPorts(of: statements)
    // A band has one input; that another is none of its names is said where it stands.
    ports.inputs.removeAll { $0 != "in" }
    func junction(_ name: String) -> Int {
      append(Network.Vertex(address: scope.prefix + name, kind: .junction, span: call.span))
    }
    func wire(_ from: Int, _ port: Int, _ to: Int) {
      network.wires.append(
        Network.Wire(
          from: from, outputPort: port, to: to, target: .port(0), isUnaligned: region.isUnaligned, span: call.span,
          fromSpan: call.span, toSpan: call.span))
    }
    var inputs: [String: Int] = [:]
    if !ports.inputs.isEmpty {
      inputs["in"] = junction("in")
      wire(band.vertex, band.port, inputs["in"]!)
    }
    let output = junction("out")
    populate(scope, with: statements, ports: ports, inputs: inputs, output: output, span: chain.span)
    wire(output, 0, sum)
  }
}
