import Signal

/// A connection whose nodes are known.
struct Chain {
  struct Reference {
    /// nil where there is none, which was said.
    var node: Node?
    var port: Spanned<String>?
    /// From 0.
    var channel: Int?
    var span: SourceSpan
  }
  enum Element {
    case node(Reference)
    case edge(Connection.EdgeMark)
  }

  var elements: [Element]
}

/// Connections: what their nodes mean, and the wires between them.
extension Resolution {
  /// Finds the nodes of a connection, and makes those that are written in place.
  func chain(_ connection: Connection, in scope: Scope) -> Chain {
    Chain(
      elements: connection.elements.map { element in
        switch element {
        case .edge(let mark): .edge(mark)
        case .endpoint(let endpoint):
          .node(
            Chain.Reference(
              node: node(endpoint, in: scope), port: endpoint.port, channel: endpoint.channel.flatMap(channel),
              span: endpoint.span))
        case .call(let call): .node(Chain.Reference(node: inlineNode(call, in: scope), span: call.span))
        }
      })
  }

  private func node(_ endpoint: Connection.Endpoint, in scope: Scope) -> Node? {
    let name = endpoint.node
    if name.value == "in" || name.value == "out" { return scope.nodes[name.value] }
    if scope.declaredNames[name.value] != nil { return .some(declaredNode(name, in: scope)) }
    if scope.isLost(name.value) { return nil }
    if scope.definition(named: name.value) != nil || catalog[name.value] != nil {
      return inlineNode(EffectCall(name: name, span: endpoint.span), in: scope)
    }
    let outside = scope.parent?.chain.contains { $0.declaredNames[name.value] != nil } == true ? scope.bodyWord : nil
    let candidates = scope.declaredOrder + ["in", "out"] + effectNames(in: scope)
    report(.unknownNode(name.value, candidates: candidates, outside: outside), at: name.span)
    if let meant = suggestion(for: name.value, among: candidates) { scope.meantNodes.insert(meant) }
    return nil
  }

  /// A stand-in until every declaration has been made: the node of that name is looked up when the chain is connected.
  private func declaredNode(_ name: Spanned<String>, in scope: Scope) -> Node {
    Node(name.value, effect: "", .declared, at: name.span, isDeclared: true)
  }

  private func inlineNode(_ call: EffectCall, in scope: Scope) -> Node? {
    if let place = scope.declaredNames[call.name.value] {
      var number = 1
      while scope.declaredNames["\(call.name.value)\(number)"] != nil { number += 1 }
      let mistake = NameMistake.nodeWithArguments(
        call.name.value, place: self.place(place, seenFrom: call.name.span), proposal: "\(call.name.value)\(number)")
      report(mistake, at: call.name.span)
      return nil
    }
    if scope.isLost(call.name.value) { return nil }
    let node = makeNode(call, address: scope.freshAddress(call.name.value), isDeclared: false, in: scope)
    scope.nodeOrder.append(node)
    return node
  }

  private func channel(_ written: Spanned<String>) -> Int? {
    switch written.value {
    case "left": return 0
    case "right": return 1
    default:
      if let number = Int(written.value), number > 0, number <= 1 << 16 { return number - 1 }
      report(.unknownChannel(written.value), at: written.span)
      return nil
    }
  }

  // MARK: Wires

  func connect(_ chain: Chain, in scope: Scope) {
    var last: Chain.Reference?
    var mark: Connection.EdgeMark?
    let nodeCount = chain.elements.count { if case .node = $0 { true } else { false } }
    var index = 0
    for element in chain.elements {
      switch element {
      case .edge(let next):
        if last == nil || mark != nil || index == nodeCount { report(.edgeWithoutNodes, at: next.span) }
        mark = next
      case .node(var next):
        if next.node?.kind == .declared { next.node = scope.nodes[next.node!.name] }
        index += 1
        let isMiddle = index > 1 && index < nodeCount
        if let last { wire(last, mark, next, isFromMiddle: index > 2, isToMiddle: isMiddle, in: scope) }
        next.node?.isUsed = true
        last = next
        mark = nil
      }
    }
  }

  private enum Entry {
    case port(Network.Inlet)
    case parameter(vertex: Int, index: Int)
    case control(Int)
  }

  private func wire(
    _ from: Chain.Reference, _ mark: Connection.EdgeMark?, _ to: Chain.Reference, isFromMiddle: Bool, isToMiddle: Bool,
    in scope: Scope
  ) {
    from.node?.isSource = true
    let source = exit(of: from, isMiddle: isFromMiddle)
    let target = entry(of: to, isMiddle: isToMiddle)
    let tokens = mark?.tokens.flatMap { self.tokens($0, in: scope) }
    guard let target else { return }
    if case .port(let inlet) = target.entry { network.vertices[inlet.vertex].fed.insert(inlet.port) }
    guard let source else {
      // Something leads there, though it is not known what.
      if case .parameter(let vertex, let index) = target.entry { network.vertices[vertex].parameters[index].isMissing = false }
      return
    }
    var wire = Network.Wire(
      from: source.terminal.vertex, outputPort: source.terminal.port, outputChannel: source.channel, to: 0, target: .port(0),
      inputChannel: target.channel, tokens: tokens, isUnaligned: scope.isUnaligned || mark?.isUnaligned == true,
      span: from.span.joined(with: to.span), tokenSpan: mark?.tokens == nil ? nil : mark?.span, fromSpan: from.span,
      toSpan: to.span)
    if from.span != to.span {
      wire.arrow = Graph.Arrow(from: from.span, to: to.span, depth: scope.prefix.count { $0 == "." })
    }
    switch target.entry {
    case .port(let inlet): (wire.to, wire.target) = (inlet.vertex, .port(inlet.port))
    case .parameter(let vertex, let index): (wire.to, wire.target) = (vertex, .parameter(index))
    case .control(let index): (wire.to, wire.target) = (-1, .control(index))
    }
    network.wires.append(wire)
  }

  /// Where the sound leaves a node; nil where that is wrong or unknown, which is said.
  private func exit(of reference: Chain.Reference, isMiddle: Bool) -> (terminal: Node.Terminal, channel: Int?)? {
    guard let node = reference.node else { return nil }
    switch node.kind {
    case .unknown, .declared: return nil
    case .output:
      report(.outAsSource, at: reference.span)
      return nil
    case .input, .actor, .instance: break
    }
    let isNamedInput = reference.port.map { port in node.inputs.contains { $0.isNamed(port.value) } } ?? false
    if let port = reference.port {
      if let terminal = node.outputs.first(where: { $0.isNamed(port.value) }) { return (terminal, reference.channel) }
      // In the middle of a chain a port may belong to the other side, where it is also said if it belongs to none.
      if isMiddle {
        guard isNamedInput else { return nil }
      } else {
        let others = node.inputs.map(\.name) + node.parameters.map(\.name)
        let mistake = NameMistake.unknownPort(
          port.value, node: node.name, role: .source, available: node.outputs.map(\.name), others: others)
        report(mistake, at: port.span)
        return nil
      }
    }
    guard let first = node.outputs.first else {
      // Of a definition this was said where it stands.
      if node.kind == .actor { report(.hasNoOutput(node.name), at: reference.span) }
      return nil
    }
    let main = node.outputs.first { $0.name == (node.kind == .input ? "in" : "out") }
    if main == nil, node.outputs.count > 1 {
      report(.whichPort(node.name, isTarget: false, ports: node.outputs.map(\.name)), at: reference.span)
      return nil
    }
    return (main ?? first, isNamedInput ? nil : reference.channel)
  }

  /// Where a connection enters a node; nil where that is wrong or unknown, which is said.
  private func entry(of reference: Chain.Reference, isMiddle: Bool) -> (entry: Entry, channel: Int?)? {
    guard let node = reference.node else { return nil }
    switch node.kind {
    case .unknown, .declared: return nil
    case .input:
      report(.inAsTarget, at: reference.span)
      return nil
    case .output, .actor, .instance: break
    }
    func inlet(_ terminal: Node.Terminal) -> Entry { .port(Network.Inlet(vertex: terminal.vertex, port: terminal.port)) }
    let isNamedOutput = reference.port.map { port in node.outputs.contains { $0.isNamed(port.value) } } ?? false
    if let port = reference.port {
      if let terminal = node.inputs.first(where: { $0.isNamed(port.value) }) { return (inlet(terminal), reference.channel) }
      if let found = node.parameters.first(where: { $0.name == port.value }) {
        return parameterEntry(found.reference, port, of: node, reference, isMiddle: isMiddle)
      }
      if node.wrongParameters.contains(port.value) { return nil }
      if !(isMiddle && isNamedOutput) {
        let (inputs, outputs) = (node.inputs.map(\.name), node.outputs.map(\.name))
        let mistake: NameMistake =
          isMiddle
          ? .unknownPort(port.value, node: node.name, role: .middle, available: inputs + outputs, others: [])
          : .unknownPort(
            port.value, node: node.name, role: .target, available: inputs + node.parameters.map(\.name), others: outputs)
        report(mistake, at: port.span)
        feed(node)
        return nil
      }
    }
    guard let first = node.inputs.first else {
      report(.hasNoInput(node.name), at: reference.span)
      return nil
    }
    let main = node.inputs.first { $0.name == (node.kind == .output ? "out" : "in") }
    let needed = node.inputs.filter { !$0.isOptional }
    if main == nil, needed.count > 1 {
      report(.whichPort(node.name, isTarget: true, ports: node.inputs.map(\.name)), at: reference.span)
      feed(node)
      return nil
    }
    return (inlet(main ?? needed.first ?? first), isNamedOutput ? nil : reference.channel)
  }

  /// Whatever is not connected to it may be what a mistake meant.
  private func feed(_ node: Node) {
    for input in node.inputs { network.vertices[input.vertex].fed.insert(input.port) }
    acceptMissing(of: node)
  }

  private func parameterEntry(
    _ parameter: Node.ParameterReference, _ port: Spanned<String>, of node: Node, _ reference: Chain.Reference, isMiddle: Bool
  ) -> (entry: Entry, channel: Int?)? {
    if isMiddle { report(.parameterInChain(port.value, node: node.name), at: reference.span) }
    if reference.channel != nil { report(.channelOfParameter(port.value), at: reference.span) }
    switch parameter {
    case .parameter(let vertex, let index): return (.parameter(vertex: vertex, index: index), nil)
    case .control(let index): return (.control(index), nil)
    }
  }

  // MARK: Initial tokens

  private func tokens(_ expression: Expression, in scope: Scope) -> Graph.Edge.Tokens? {
    guard let value = structuralValue(expression, of: "initial tokens", in: scope), let amount = value.constant else {
      return nil
    }
    func refuse(_ mistake: StructureMistake) -> Graph.Edge.Tokens? {
      report(mistake, at: expression.span)
      return nil
    }
    let isTime = value.dimension == .quantity(.time)
    guard isTime || value.dimension == .samples else {
      if case .number(let literal) = expression, literal.unit == nil { return refuse(.tokensWithoutUnit(literal.text)) }
      return refuse(.tokensOfQuantity(value.dimension))
    }
    if amount < 0 { return refuse(.tokensNegative) }
    if amount > (isTime ? TokenLimits.seconds : Double(TokenLimits.frames)) { return refuse(.tooManyTokens) }
    if isTime { return .seconds(amount) }
    guard let frames = Int(exactly: amount) else { return refuse(.tokensNotWhole(amount)) }
    return .frames(frames)
  }
}
