import Signal

/// Effects with their arguments and lists, made into vertices.
extension Resolution {
  /// - Parameter address: the local one; it is taken already.
  func makeActor(
    _ type: EffectType, _ call: EffectCall, address: String, isDeclared: Bool, at span: SourceSpan, in scope: Scope
  ) -> Node {
    let spec = type.spec
    let bound = bind(call.arguments, to: spec.arguments, of: call.name, in: scope)
    var configuration = EffectConfiguration(structural: bound.structural)
    var parameters = bound.parameters
    var openSeeds = bound.openSeeds.map { (item: Int?.none, name: $0) }
    bindList(of: call, spec, into: &configuration, &parameters, &openSeeds, in: scope)

    // A seed that the patch leaves open is the actor's place among the actors of the text, so that no two are alike.
    let place = network.effectCount + 1
    for seed in openSeeds {
      if let item = seed.item {
        configuration.items[item].structural[seed.name] = .integer(place * 1_000 + item)
      } else {
        configuration.structural[seed.name] = .integer(place)
      }
    }
    let vertex = append(
      Network.Vertex(
        address: scope.prefix + address, kind: .effect(type), configuration: configuration, parameters: parameters,
        span: call.span))

    let node = Node(address, effect: call.name.value, .actor, at: span, isDeclared: isDeclared)
    node.inputs = spec.inputs.enumerated().map {
      Node.Terminal(name: $1.name, vertex: vertex, port: $0, isOptional: $1.isOptional)
    }
    node.outputs = spec.outputs.enumerated().map { Node.Terminal(name: $1.name, vertex: vertex, port: $0) }
    if spec.list?.itemsArePorts == true {
      for (index, item) in configuration.items.enumerated() {
        var terminal = Node.Terminal(name: item.label ?? "\(index + 1)", vertex: vertex, port: spec.inputs.count + index)
        terminal.alias = item.label == nil ? nil : "\(index + 1)"
        node.inputs.append(terminal)
      }
    }
    for (index, parameter) in parameters.enumerated() {
      for name in [parameter.parameter.name] + parameter.parameter.aliases {
        node.parameters.append((name, .parameter(vertex: vertex, index: index)))
      }
    }
    return node
  }

  func append(_ vertex: Network.Vertex) -> Int {
    network.vertices.append(vertex)
    if case .effect = vertex.kind { network.effectCount += 1 }
    return network.vertices.count - 1
  }

  private func bindList(
    of call: EffectCall, _ spec: EffectSpec, into configuration: inout EffectConfiguration,
    _ parameters: inout [Network.Parameter], _ openSeeds: inout [(item: Int?, name: String)], in scope: Scope
  ) {
    let effect = call.name
    guard let list = spec.list else {
      if call.braces != nil { report(.bracesWithoutList(effect.value), at: effect.span) }
      return
    }
    guard case .items(let items)? = call.braces else {
      if call.braces != nil {
        report(.bracesWithoutList(effect.value), at: effect.span)
      } else if list.count.lowerBound > 0 {
        report(.listMissing(effect.value, kinds: list.words), at: effect.span)
      }
      return
    }
    if !list.count.contains(items.count) {
      report(.listCount(effect.value, takes: list.count, got: items.count), at: effect.span)
    }
    var labels: [String: SourceSpan] = [:]
    for (index, item) in items.enumerated() {
      if let label = item.label, let first = labels.updateValue(label.span, forKey: label.value) {
        let place = place(first, seenFrom: label.span)
        report(.taken(label.value, by: "an item of this list", place: place), at: label.span)
      }
      let prefixes = item.label.map { ["\($0.value).", "\(index + 1)."] } ?? ["\(index + 1)."]
      let first = parameters.count
      var bound = BoundArguments()
      var kind = 0
      if let row = list.rowOf {
        bound.parameters = bindRow(item, of: row, effect, prefixes, in: scope)
        if let length = configuration.items.first?.parameterCount, length != bound.parameters.count {
          report(.rowsUneven(first: length, this: bound.parameters.count), at: item.span)
        }
      } else {
        guard let found = itemKind(item, in: list, of: effect) else { continue }
        kind = found.kind
        let callee = item.kind ?? Spanned(item.label?.value ?? effect.value, item.span)
        bound = bind(found.arguments, to: list.items[kind].arguments, of: callee, prefixes: prefixes, in: scope)
      }
      parameters += bound.parameters
      openSeeds += bound.openSeeds.map { (configuration.items.count, $0) }
      configuration.items.append(
        EffectConfiguration.Item(
          kind: kind, label: item.label?.value, firstParameter: first, parameterCount: bound.parameters.count,
          structural: bound.structural))
    }
  }

  /// The kind of an item and its arguments. A list whose items are bare values may start one with a constant's name,
  /// which reads like a kind.
  private func itemKind(
    _ item: Braces.Item, in list: ListSpec, of effect: Spanned<String>
  ) -> (kind: Int, arguments: [Argument])? {
    guard let word = item.kind else {
      if let bare = list.items.firstIndex(where: { $0.name.isEmpty }) { return (bare, item.arguments) }
      report(.itemWithoutKind(effect.value, kinds: list.words), at: item.arguments.first?.value.span ?? item.span)
      return nil
    }
    if let kind = list.items.firstIndex(where: { $0.name == word.value }) { return (kind, item.arguments) }
    if let bare = list.items.firstIndex(where: { $0.name.isEmpty }) {
      return (bare, [Argument(value: .name(word))] + item.arguments)
    }
    report(.unknownItem(word.value, of: effect.value, available: list.words), at: word.span)
    return nil
  }

  private func bindRow(
    _ item: Braces.Item, of spec: ParameterSpec, _ effect: Spanned<String>, _ prefixes: [String], in scope: Scope
  ) -> [Network.Parameter] {
    var values = item.arguments
    if let word = item.kind { values.insert(Argument(value: .name(word)), at: 0) }
    return values.enumerated().map { index, argument in
      if let key = argument.key { report(.keyInRow, at: key.span) }
      return parameter(
        spec, argument.value, calleeSpan: effect.span, prefixes: prefixes, name: "\(index + 1)", in: scope)
    }
  }
}

extension ListSpec {
  /// The words that may start an item.
  var words: [String] { items.map(\.name).filter { !$0.isEmpty } }
}
