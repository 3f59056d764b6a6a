import Signal

/// What drives the parameters, checked on the flat graph.
extension Resolution {
  func checkDrivers() {
    var drivers: [Network.Inlet: Network.Wire] = [:]
    for wire in network.wires {
      guard case .parameter(let index) = wire.target else { continue }
      let parameter = network.vertices[wire.to].parameters[index]
      let name = parameter.parameter.name
      if wire.tokens != nil { report(.tokensOnControlEdge(name), at: wire.tokenSpan ?? wire.span) }
      if let other = drivers.updateValue(wire, forKey: Network.Inlet(vertex: wire.to, port: index)) {
        let place = place(other.toSpan, seenFrom: wire.toSpan)
        if other.toSpan != wire.toSpan {
          report(.twoDrivers(name, place: place), at: wire.toSpan)
        } else {
          report(.twoDrivers(name, place: self.place(wire.fromSpan, seenFrom: wire.toSpan)), at: wire.toSpan)
        }
      } else if parameter.isWritten, let span = parameter.parameter.span {
        let mistake = StructureMistake.drivenAndWritten(name, value: text(at: span), place: place(span, seenFrom: wire.toSpan))
        report(mistake, at: wire.toSpan)
      }
      network.vertices[wire.to].parameters[index].parameter.driver = .signal
      network.vertices[wire.to].parameters[index].isMissing = false
    }
    reportMissing()
    for vertex in network.vertices.indices { fitSweep(vertex) }
  }

  private func reportMissing() {
    for vertex in network.vertices {
      guard case .effect(let type) = vertex.kind else { continue }
      let missing = vertex.parameters.filter(\.isMissing).map(\.parameter)
      for (span, group) in grouped(missing) {
        // Parameters of list items are missing from their item.
        let isOfItem = group[0].name.contains(".")
        let names = group.map { String($0.name.split(separator: ".").last!) }
        let callee = isOfItem ? text(at: span) : type.spec.name
        let example = "\(callee) " + zip(names, group).map { "\($0)=\($1.spec.exampleText)" }.joined(separator: " ")
        report(.missing(callee, names: names, example: example), at: span)
      }
    }
  }

  private func grouped(_ parameters: [Graph.Parameter]) -> [(SourceSpan, [Graph.Parameter])] {
    var groups: [(SourceSpan, [Graph.Parameter])] = []
    for parameter in parameters {
      guard let span = parameter.span else { continue }
      if groups.last?.0 == span { groups[groups.count - 1].1.append(parameter) } else { groups.append((span, [parameter])) }
    }
    return groups
  }

  // MARK: Generators that move between two values

  /// Brings what a generator moves between (`from=400Hz to=4kHz`) to the quantity and the scale of what it drives.
  private func fitSweep(_ vertex: Int) {
    guard case .effect(let type) = network.vertices[vertex].kind else { return }
    let ends = type.spec.arguments.compactMap { argument -> String? in
      if case .anyQuantity? = argument.structural?.kind { argument.name } else { nil }
    }
    guard !ends.isEmpty else { return }
    let wires = network.wires.filter {
      if $0.from == vertex, case .parameter = $0.target { true } else { false }
    }
    guard let first = wires.first, case .parameter(let index) = first.target else { return }
    let leader = network.vertices[first.to].parameters[index].parameter
    network.vertices[vertex].configuration.drivenScale = leader.spec.scale
    let source = network.vertices[vertex].address

    for wire in wires.dropFirst() {
      guard case .parameter(let other) = wire.target else { continue }
      let spec = network.vertices[wire.to].parameters[other].parameter.spec
      if spec.quantity != leader.spec.quantity || spec.scale != leader.spec.scale {
        let mistake = StructureMistake.sweepScales(
          source: source, "\(network.vertices[first.to].address).\(leader.name)", leader.spec.scale,
          "\(network.vertices[wire.to].address).\(spec.name)", spec.scale)
        return report(mistake, at: wire.toSpan)
      }
    }
    let written = network.vertices[vertex].configuration.structural
    for end in ends {
      guard case .quantity(let value, let quantity)? = written[end] else { continue }
      guard let fitted = Value(quantity, value).fitted(to: leader.spec.quantity)?.constant else {
        let target = "\(network.vertices[first.to].address).\(leader.name)"
        let mistake = StructureMistake.sweepOfOther(source: source, quantity, target: target, leader.spec.quantity)
        return report(mistake, at: first.toSpan)
      }
      network.vertices[vertex].configuration.structural[end] = .quantity(fitted, leader.spec.quantity)
      for wire in wires {
        guard case .parameter(let index) = wire.target else { continue }
        let spec = network.vertices[wire.to].parameters[index].parameter.spec
        let target = "\(network.vertices[wire.to].address).\(network.vertices[wire.to].parameters[index].parameter.name)"
        if !spec.range.contains(fitted) {
          let mistake = StructureMistake.sweepOutside(
            source: source, target: target, spec.range, spec.quantity, value: fitted)
          return report(mistake, at: wire.toSpan)
        }
        if spec.scale == .log, fitted <= 0 {
          return report(.sweepThroughZero(source: source, target: target), at: wire.toSpan)
        }
      }
    }
  }
}

extension ParameterSpec {
  /// A value to show in an example.
  fileprivate var exampleText: String {
    let usual: Double =
      switch quantity {
      case .number: 1
      case .ratio: 0.5
      case .frequency: 1_000
      case .time: 0.1
      case .level: -6
      case .angle: 90
      case .pitch: 7
      }
    return quantity.text(min(max(usual, range.lowerBound), range.upperBound))
  }
}
