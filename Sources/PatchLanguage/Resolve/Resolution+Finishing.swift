import Signal

/// The ranges of controls, and the graph as the compiler takes it.
extension Resolution {
  /// Puts the values of `def` parameters that shape the graph in the place of those parameters.
  func fixStructuralParameters() {
    func replaced(_ expression: ControlExpression) -> ControlExpression {
      expression.replacingControls { index in
        let control = network.controls[index]
        return control.isFixed ? .constant(control.control.value) : .control(index)
      }
    }
    guard network.controls.contains(where: \.isFixed) else { return }
    for index in network.controls.indices {
      network.controls[index].control.expression = network.controls[index].control.expression.flatMap { expression in
        let result = replaced(expression)
        if case .constant(let value) = result {
          network.controls[index].control.value = value
          return nil
        }
        return result
      }
    }
    for vertex in network.vertices.indices {
      for index in network.vertices[vertex].parameters.indices {
        let parameter = network.vertices[vertex].parameters[index].parameter
        guard case .expression(let expression) = parameter.driver else { continue }
        let result = replaced(expression)
        if case .constant(let value) = result {
          network.vertices[vertex].parameters[index].parameter.driver = .value(value)
          if !parameter.spec.range.contains(value) {
            let mistake = ValueMistake.outOfRange(
              parameter.spec.name, takes: parameter.spec.range, parameter.spec.quantity, got: value, literal: nil)
            if let span = parameter.span { report(mistake, at: span) }
          }
        } else {
          network.vertices[vertex].parameters[index].parameter.driver = .expression(result)
        }
      }
    }
  }

  /// Checks that controls cannot take what follows them out of its range, and gives a range to those that have none.
  func boundControls() {
    let writtenRanges = network.controls.map(\.control.range)
    inferRanges()
    for index in network.controls.indices {
      let control = network.controls[index].control
      if let midi = network.controls[index].midiSpan, !isTurnable(control) {
        report(.midiWithoutRange(network.controls[index].name, control.quantity), at: midi)
      }
      guard let expression = control.expression, let range = writtenRanges[index] else { continue }
      check(expression, range, control.quantity, network.controls[index].name, at: control.span, writtenRanges)
    }
    for vertex in network.vertices {
      for parameter in vertex.parameters.map(\.parameter) {
        guard case .expression(let expression) = parameter.driver else { continue }
        check(expression, parameter.spec.range, parameter.spec.quantity, parameter.spec.name, at: parameter.span, writtenRanges)
      }
    }
  }

  private func check(
    _ expression: ControlExpression, _ range: ClosedRange<Double>, _ quantity: Quantity, _ name: String,
    at span: SourceSpan?, _ writtenRanges: [ClosedRange<Double>?]
  ) {
    guard let span else { return }
    let free = freeControls(of: expression)
    let names = free.map {
      network.controls[$0].isDefinitionParameter ? network.controls[$0].name : "$" + network.controls[$0].name
    }
    let isDirect = free.count == 1 && expression.isBareControl
    func refuse(_ value: Double, atStart: Bool) {
      if value.isNaN || (value.isInfinite && quantity != .level) {
        report(.drivenNowhere(name, controls: names), at: span)
      } else if atStart, isDirect, let control = free.first, let argument = network.controls[control].argumentSpan {
        // The argument of an instance, passed on as it is.
        let mistake = ValueMistake.outOfRange(network.controls[control].name, takes: range, quantity, got: value, literal: nil)
        report(mistake, at: argument)
      } else {
        let mistake = ValueMistake.drivenOutside(
          name, takes: range, quantity, reaches: value, controls: names, atStart: atStart, isDirect: isDirect)
        report(mistake, at: span)
      }
    }
    let formula = expanded(expression)
    var values = network.controls.map(\.control.value)
    let start = formula.value(values)
    guard range.contains(start) else { return refuse(start, atStart: true) }
    // Every corner of the ranges is reached by setting controls; within them a formula may reach more, and is then held
    // at the end of the parameter's range.
    let ranged = free.filter { writtenRanges[$0] != nil }.prefix(8)
    var divisors = formula.divisors.map { (formula: $0, lower: $0.value(values), upper: $0.value(values)) }
    for corner in 0..<(1 << ranged.count) {
      for (bit, control) in ranged.enumerated() {
        let ends = writtenRanges[control]!
        values[control] = corner >> bit & 1 == 0 ? ends.lowerBound : ends.upperBound
      }
      let reached = formula.value(values)
      guard range.contains(reached) else { return refuse(reached, atStart: false) }
      for index in divisors.indices {
        let value = divisors[index].formula.value(values)
        divisors[index].lower = min(divisors[index].lower, value)
        divisors[index].upper = max(divisors[index].upper, value)
      }
    }
    // Between two corners of different sign a divisor passes through zero.
    if divisors.contains(where: { $0.lower <= 0 && $0.upper >= 0 }) { refuse(.nan, atStart: false) }
  }

  /// The formula over controls that can be set, without those that follow them.
  private func expanded(_ expression: ControlExpression) -> ControlExpression {
    expression.replacingControls { index in
      network.controls[index].control.expression.map(expanded) ?? .control(index)
    }
  }

  /// The controls that can be set themselves, behind those that follow others; each once.
  private func freeControls(of expression: ControlExpression) -> [Int] {
    var result: [Int] = []
    for index in expression.controlsRead {
      let found = network.controls[index].control.expression.map(freeControls) ?? [index]
      for control in found where !result.contains(control) { result.append(control) }
    }
    return result
  }

  /// Whether a knob can move through the control's range: a level may begin at silence.
  private func isTurnable(_ control: Graph.Control) -> Bool {
    guard let range = control.range, range.upperBound.isFinite else { return false }
    return range.lowerBound.isFinite || control.quantity == .level
  }

  /// A control without a range takes that of the parameters which follow it as it is: none of them could go further.
  private func inferRanges() {
    var readers = [[(range: ClosedRange<Double>, scale: Scale)]](repeating: [], count: network.controls.count)
    for vertex in network.vertices {
      for parameter in vertex.parameters.map(\.parameter) {
        guard case .expression(let expression) = parameter.driver else { continue }
        let spec = parameter.spec
        switch expression {
        case .control(let index): readers[index].append((spec.range, spec.scale))
        case .decibels(.control(let index)):
          let (lower, upper) = (spec.range.lowerBound, spec.range.upperBound)
          let ends = (lower.isFinite ? Math.amplitude(decibels: lower) : 0, Math.amplitude(decibels: upper))
          readers[index].append((ends.0...max(ends.0, ends.1), .linear))
        default: break
        }
      }
    }
    // Followers stand after what they follow, so their ranges are known first.
    for index in network.controls.indices.reversed() {
      var control = network.controls[index].control
      if control.range == nil, let first = readers[index].first {
        let lower = readers[index].map(\.range.lowerBound).max()!
        let upper = readers[index].map(\.range.upperBound).min()!
        if lower <= upper {
          control.range = lower...upper
          if !network.controls[index].hasWrittenScale { control.scale = first.scale }
          network.controls[index].control = control
        }
      }
      if case .control(let followed)? = control.expression, let range = control.range {
        readers[followed].append((range, control.scale))
      }
    }
  }

  // MARK: The graph

  func finishedGraph(_ patch: Patch) -> Graph {
    var controlIndex: [Int: Int] = [:]
    for (index, control) in network.controls.enumerated() where !control.isFixed && !control.isDriven {
      controlIndex[index] = controlIndex.count
    }
    func renumbered(_ expression: ControlExpression) -> ControlExpression {
      expression.replacingControls { .control(controlIndex[$0] ?? 0) }
    }
    var graph = Graph(title: patch.title?.value, isUnaligned: patch.isUnaligned, sources: sources)
    for (index, control) in network.controls.enumerated() where controlIndex[index] != nil {
      var control = control.control
      control.expression = control.expression.map(renumbered)
      graph.controls.append(control)
    }

    var actorIndex: [Int: Int] = [:]
    // The output comes last, the inputs stand first as they were made.
    let order =
      network.vertices.indices.filter { !network.vertices[$0].isOutput }
      + network.vertices.indices.filter { network.vertices[$0].isOutput }
    for index in order where !network.vertices[index].isUnused {
      let vertex = network.vertices[index]
      let kind: Graph.Actor.Kind
      switch vertex.kind {
      case .effect(let type): kind = .effect(type)
      case .input: kind = .input
      case .output: kind = .output
      case .junction: continue
      }
      actorIndex[index] = graph.actors.count
      let parameters = vertex.parameters.map { parameter in
        var parameter = parameter.parameter
        if case .expression(let expression) = parameter.driver { parameter.driver = .expression(renumbered(expression)) }
        return parameter
      }
      graph.actors.append(
        Graph.Actor(
          address: vertex.address, kind: kind, configuration: vertex.configuration, parameters: parameters, span: vertex.span))
    }
    for wire in network.wires {
      guard let from = actorIndex[wire.from], let to = actorIndex[wire.to] else { continue }
      let target: Graph.Edge.Target
      switch wire.target {
      case .port(let index): target = .port(index)
      case .parameter(let index): target = .parameter(index)
      case .control: continue
      }
      graph.edges.append(
        Graph.Edge(
          from: from, outputPort: wire.outputPort, outputChannel: wire.outputChannel, to: to, target: target,
          inputChannel: wire.inputChannel, tokens: wire.tokens, isUnaligned: wire.isUnaligned, span: wire.span,
          tokenSpan: wire.tokenSpan, fromSpan: wire.fromSpan, toSpan: wire.toSpan, arrow: wire.arrow))
    }
    return graph
  }
}

extension Network.Vertex {
  fileprivate var isOutput: Bool { if case .output = kind { true } else { false } }
}

extension Network.Control {
  /// Whether something that shapes the graph has fixed its value.
  fileprivate var isFixed: Bool { structuralUse != nil }
}

extension ControlExpression {
  /// Whether the value is that of one control, apart from its unit.
  fileprivate var isBareControl: Bool {
    switch self {
    case .control, .decibels(.control): true
    default: false
    }
  }
}
