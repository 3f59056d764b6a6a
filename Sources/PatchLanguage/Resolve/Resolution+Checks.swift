import Signal

/// What a body lacks.
extension Resolution {
  func checkBody(_ scope: Scope, _ statements: [Statement], _ ports: BodyPorts, _ span: SourceSpan) {
    for node in scope.nodeOrder where !node.isUsed {
      for vertex in node.vertices { network.vertices[vertex].isUnused = true }
    }
    for node in scope.nodeOrder where !scope.meantNodes.contains(node.name) {
      guard node.isUsed else {
        if node.kind != .unknown { report(.unusedNode(node.name), at: node.span) }
        continue
      }
      for input in node.inputs where !input.isOptional {
        guard !network.vertices[input.vertex].fed.contains(input.port) else { continue }
        let isOnly = node.inputs.count == 1 || input.name == "in"
        let isStart = !node.isDeclared && isOnly
        report(
          .unconnected(node.name, input: isOnly ? nil : input.name, inline: isStart ? node.effectName : nil), at: node.span)
        // It was meant to be another one, or is to be written anew: its arguments are not at issue.
        if isStart { acceptMissing(of: node) }
      }
      if !node.isSource, !node.outputs.isEmpty, ports.hasOutput { report(.leadsNowhere(node.name), at: node.span) }
    }
    if !ports.hasOutput {
      var place = span
      for case .connection(let connection) in statements { place = connection.lastSpan ?? place }
      report(.noOutput(body: scope.bodyPhrase), at: place)
    }
  }

  /// Parameters without a value are no further mistake.
  func acceptMissing(of node: Node) {
    for vertex in node.vertices {
      for index in network.vertices[vertex].parameters.indices { network.vertices[vertex].parameters[index].isMissing = false }
    }
  }

  func checkUnusedControls(of scope: Scope) {
    guard !hasErrors else { return }
    for named in scope.valueOrder where named.isControl && !named.isUsed {
      report(.unusedControl(named.name.value), at: named.name.span)
    }
  }

  /// Something must sound at `out`. Anything wrong before may be the cause, so it is said only where nothing else was.
  func checkReachability() {
    guard !hasErrors, let output = network.vertices.firstIndex(where: { if case .output = $0.kind { true } else { false } })
    else { return }
    var isReached = network.vertices.map(\.isSource)
    var open = isReached.indices.filter { isReached[$0] }
    var next = [[Int]](repeating: [], count: network.vertices.count)
    for wire in network.wires { if case .port = wire.target { next[wire.from].append(wire.to) } }
    while let vertex = open.popLast() {
      for target in next[vertex] where !isReached[target] {
        isReached[target] = true
        open.append(target)
      }
    }
    if !isReached[output], let last = network.wires.last(where: { $0.to == output && $0.target == .port(0) }) {
      report(.nothingReachesOut, at: last.toSpan)
    }
  }
}

extension Scope {
  fileprivate var bodyPhrase: String {
    switch kind {
    case .patch: "this patch"
    case .instance(let name): quoted(name)
    case .region(let region): "this \(quoted(region.rawValue))"
    }
  }
}

extension Connection {
  /// Where its last node stands.
  fileprivate var lastSpan: SourceSpan? {
    switch elements.last {
    case .endpoint(let endpoint): endpoint.span
    case .call(let call): call.name.span
    case .edge(let mark): mark.span
    case nil: nil
    }
  }
}

extension Network.Vertex {
  /// Whether sound starts here.
  fileprivate var isSource: Bool {
    switch kind {
    case .input: true
    case .effect(let type): type.spec.isGenerator || (type.spec.inputs.isEmpty && type.spec.list?.itemsArePorts != true)
    case .output, .junction: false
    }
  }
}
