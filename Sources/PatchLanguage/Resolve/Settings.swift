import Signal

/// What of a resolved patch may be given another value, before it starts or while it runs.
public enum ChangeTarget: Sendable, Hashable {
  /// Index into `Graph.controls`.
  case control(Int)
  /// Index into `Graph.actors` and the actor's parameters.
  case parameter(actor: Int, index: Int)
}

/// A new value for a control or a parameter, checked.
public struct Setting: Sendable, Hashable {
  public enum Value: Sendable, Hashable {
    /// Base units.
    case base(Double)
    /// A time counted in frames of the actor's own edge.
    case samples(Double)
  }

  public var target: ChangeTarget
  public var value: Value

  public init(target: ChangeTarget, value: Value) {
    self.target = target
    self.value = value
  }
}

extension Graph {
  /// Reads `plate.decay=3s`.
  ///
  /// - Parameter name: what messages call the text, such as `--set`.
  /// - Throws: an unknown or bound target, a value of the wrong dimension or out of range.
  public func setting(_ text: String, name: String) throws(PatchFailure) -> Setting {
    let source = Source(name: name, text: text)
    let count = source.bytes.count
    guard let equals = source.bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0, equals + 1 < count else {
      let mistake = SettingMistake.notASetting.diagnostic(at: SourceSpan(source: 0, start: 0, end: count))
      throw PatchFailure([mistake], sources: [source])
    }
    return try setting(
      target: SourceSpan(source: 0, start: 0, end: equals), value: SourceSpan(source: 0, start: equals + 1, end: count),
      in: source)
  }

  /// Reads a target and its value from two places of a text.
  ///
  /// - Throws: as `setting(_:name:)`.
  public func setting(target: SourceSpan, value: SourceSpan, in source: Source) throws(PatchFailure) -> Setting {
    let address = String(decoding: source.bytes[target.start..<target.end], as: UTF8.self)
    guard let found = self.target(address) else {
      let mistake = mistake(about: address).diagnostic(at: target)
      throw PatchFailure([mistake], sources: [source])
    }
    let (takes, range) = facts(of: found)
    let reading = SettingValue(name: address, quantity: takes, range: range, isParameter: isParameter(found))
    let outcome = reading.read(Array(source.bytes[value.start..<value.end]))
    switch outcome {
    case .success(let value): return Setting(target: found, value: value)
    case .failure(let failure):
      let shifted = failure.diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        diagnostic.span = diagnostic.span.map {
          SourceSpan(source: 0, start: value.start + $0.start, end: value.start + $0.end)
        }
        return diagnostic
      }
      throw PatchFailure(shifted, sources: [source])
    }
  }

  /// The patch with the setting as its value from the start.
  public func applying(_ setting: Setting) -> Graph {
    var graph = self
    switch (setting.target, setting.value) {
    case (.control(let index), .base(let value)), (.control(let index), .samples(let value)):
      graph.controls[index].value = value
    case (.parameter(let actor, let index), .base(let value)):
      graph.actors[actor].parameters[index].driver = .value(value)
    case (.parameter(let actor, let index), .samples(let frames)):
      graph.actors[actor].parameters[index].driver = .samples(frames)
    }
    return graph
  }

  // MARK: Targets

  /// A control or parameter that nothing else drives.
  private func target(_ address: String) -> ChangeTarget? {
    if let index = controls.firstIndex(where: { $0.address == address && $0.expression == nil }) { return .control(index) }
    guard let (actor, index) = parameter(address) else { return nil }
    switch actors[actor].parameters[index].driver {
    case .value, .samples: return .parameter(actor: actor, index: index)
    case .expression, .signal: return nil
    }
  }

  private func parameter(_ address: String) -> (actor: Int, index: Int)? {
    for (index, actor) in actors.enumerated() where address.hasPrefix(actor.address + ".") {
      let name = address.dropFirst(actor.address.count + 1)
      if let parameter = actor.parameters.firstIndex(where: { $0.name == name || $0.aliases.contains(String(name)) }) {
        return (index, parameter)
      }
    }
    return nil
  }

  private func facts(of target: ChangeTarget) -> (Quantity, ClosedRange<Double>?) {
    switch target {
    case .control(let index): (controls[index].quantity, controls[index].range)
    case .parameter(let actor, let index):
      (actors[actor].parameters[index].spec.quantity, actors[actor].parameters[index].spec.range)
    }
  }

  private func isParameter(_ target: ChangeTarget) -> Bool { if case .parameter = target { true } else { false } }

  // MARK: Why there is no such target

  private func mistake(about address: String) -> SettingMistake {
    if let control = controls.first(where: { $0.address == address }), let expression = control.expression {
      return .follows(address, names(expression))
    }
    if let (actor, index) = parameter(address) {
      switch actors[actor].parameters[index].driver {
      case .expression(let expression): return .follows(address, names(expression))
      default: return .driven(address)
      }
    }
    if let structural = structuralArgument(address) { return .structural(structural) }
    let actor = actors.first { $0.address == address }
    let available = actor.map { actor in actor.parameters.map { "\(actor.address).\($0.name)" } } ?? []
    return .unknown(
      address, near: suggestion(for: address, among: addresses), candidates: settableAddresses,
      parametersOfNode: actor == nil ? nil : available)
  }

  private func names(_ expression: ControlExpression) -> [String] {
    var result: [String] = []
    for index in expression.controlsRead {
      let found = controls[index].expression.map(names) ?? [controls[index].address]
      for name in found where !result.contains(name) { result.append(name) }
    }
    return result
  }

  private func structuralArgument(_ address: String) -> String? {
    for actor in actors where address.hasPrefix(actor.address + ".") {
      guard case .effect(let type) = actor.kind else { continue }
      let name = address.dropFirst(actor.address.count + 1)
      if type.spec.arguments.contains(where: { $0.structural?.name == String(name) }) { return String(name) }
    }
    return nil
  }

  /// Everything that `setting` takes.
  public var settableAddresses: [String] { addresses.filter { target($0) != nil } }

  private var addresses: [String] {
    controls.map(\.address) + actors.flatMap { actor in actor.parameters.map { "\(actor.address).\($0.name)" } }
  }
}
