import Signal

/// Arguments, matched with the tables of effects and of list items.
extension Resolution {
  /// What the arguments of one effect or list item come to.
  struct BoundArguments {
    var parameters: [Network.Parameter] = []
    var structural: [String: StructuralValue] = [:]
    /// Seeds that the patch leaves to the actor's place in the text.
    var openSeeds: [String] = []
  }

  /// Finds the place of each argument: positional ones in order, then by key. Mistakes are said and skipped.
  func assigned(_ arguments: [Argument], to names: [String], of callee: Spanned<String>) -> [Int: Expression] {
    var assigned: [Int: Expression] = [:]
    var position = 0
    var hasKeys = false
    for argument in arguments {
      guard let key = argument.key else {
        if hasKeys {
          report(.positionalAfterKey, at: argument.value.span)
        } else if position == names.count {
          report(.tooMany(callee.value, names: names), at: argument.value.span)
        } else if position < names.count {
          assigned[position] = argument.value
        }
        position += 1
        continue
      }
      hasKeys = true
      guard let index = names.firstIndex(of: key.value) else {
        report(.unknownArgument(key.value, of: callee.value, available: names), at: key.span)
        continue
      }
      if assigned.updateValue(argument.value, forKey: index) != nil { report(.givenTwice(key.value), at: key.span) }
    }
    return assigned
  }

  /// - Parameters:
  ///   - callee: the effect's or the item's word, with its place.
  ///   - prefixes: what stands before the parameters' names, the address first, then aliases: `2.` and `mid.`.
  func bind(
    _ arguments: [Argument], to specs: [ArgumentSpec], of callee: Spanned<String>, prefixes: [String] = [""], in scope: Scope
  ) -> BoundArguments {
    let assigned = assigned(arguments, to: specs.map(\.name), of: callee)
    var bound = BoundArguments()
    var missing: [String] = []
    for (index, spec) in specs.enumerated() {
      switch spec {
      case .parameter(let spec):
        var other: String?
        if let expression = assigned[index], !arguments.contains(where: { $0.key?.value == spec.name }) {
          other = otherArgument(for: expression, than: index, specs, assigned, in: scope)
        }
        bound.parameters.append(
          parameter(spec, assigned[index], other: other, calleeSpan: callee.span, prefixes: prefixes, in: scope))
      case .structural(let spec):
        if let expression = assigned[index] {
          bound.structural[spec.name] = structural(spec, expression, in: scope) ?? spec.fallback
        } else if case .seed = spec.kind {
          bound.openSeeds.append(spec.name)
        } else if let value = spec.defaultValue {
          bound.structural[spec.name] = value
        } else {
          missing.append(spec.name)
          bound.structural[spec.name] = spec.fallback
        }
      }
    }
    if !missing.isEmpty {
      let example = "\(callee.value) \(missing.map { "\($0)=…" }.joined(separator: " "))"
      report(.missing(callee.value, names: missing, example: example), at: callee.span)
    }
    return bound
  }

  func parameter(
    _ spec: ParameterSpec, _ expression: Expression?, other: String? = nil, calleeSpan: SourceSpan, prefixes: [String],
    name: String? = nil, in scope: Scope
  ) -> Network.Parameter {
    let own = name ?? spec.name
    let driver = expression.flatMap { self.driver(spec, $0, other: other, in: scope) }
    let initial = spec.defaultValue ?? (spec.range.lowerBound.isFinite ? spec.range.lowerBound : min(0, spec.range.upperBound))
    let parameter = Graph.Parameter(
      name: prefixes[0] + own, aliases: prefixes.dropFirst().map { $0 + own }, spec: spec, driver: driver ?? .value(initial),
      span: expression?.span ?? calleeSpan)
    return Network.Parameter(
      parameter: parameter, isWritten: expression != nil, isMissing: expression == nil && spec.defaultValue == nil)
  }

  private func driver(
    _ spec: ParameterSpec, _ expression: Expression, other: String?, in scope: Scope
  ) -> Graph.Parameter.Driver? {
    guard let value = evaluate(expression, in: scope) else { return nil }
    if value.dimension == .samples, spec.quantity == .time, let frames = value.constant {
      // The range in seconds depends on the rate; that a time is not negative does not.
      guard frames < 0, spec.range.lowerBound >= 0 else { return .samples(frames) }
      report(.negativeSamples(spec.name), at: expression.span)
      return nil
    }
    guard let own = fitted(value, to: spec.quantity, name: spec.name, expression, other: other) else { return nil }
    guard let number = own.constant else { return .expression(own.content) }
    guard spec.range.contains(number) else {
      report(outOfRange(spec.name, spec.range, spec.quantity, number, expression), at: expression.span)
      return nil
    }
    return .value(number)
  }

  /// For a positional value that does not fit its place: the key of the only free argument that takes such a value.
  private func otherArgument(
    for expression: Expression, than index: Int, _ specs: [ArgumentSpec], _ assigned: [Int: Expression], in scope: Scope
  ) -> String? {
    guard case .number(let literal) = expression, let unit = literal.unit, let quantity = Unit.named(unit.value)?.quantity,
      quantity != .number
    else { return nil }
    let takers = specs.enumerated().filter { assigned[$0.offset] == nil && $0.element.parameter?.quantity == quantity }
    return takers.count == 1 ? takers[0].element.name : nil
  }

  // MARK: Structural values

  private func structural(_ spec: StructuralSpec, _ expression: Expression, in scope: Scope) -> StructuralValue? {
    if case .word(let allowed) = spec.kind { return word(spec.name, allowed, expression, in: scope) }
    if case .sound = spec.kind { return sound(spec.name, expression, in: scope) }
    guard let value = structuralValue(expression, of: quoted(spec.name), in: scope), let number = value.constant else {
      return nil
    }
    switch spec.kind {
    case .integer(let range): return integer(spec.name, range, value, expression).map { .integer($0) }
    case .seed: return integer(spec.name, nil, value, expression).map { .integer($0) }
    case .quantity(let quantity, let range):
      guard let own = fitted(value, to: quantity, name: spec.name, expression)?.constant else { return nil }
      guard range.contains(own) else {
        report(outOfRange(spec.name, range, quantity, own, expression), at: expression.span)
        return nil
      }
      return .quantity(own, quantity)
    case .anyQuantity:
      guard case .quantity(let quantity) = value.dimension else {
        report(.samplesWithoutPlace(spec.name), at: expression.span)
        return nil
      }
      return .quantity(number, quantity)
    case .word, .sound: return nil
    }
  }

  /// Reads each file once.
  private func sound(_ name: String, _ expression: Expression, in scope: Scope) -> StructuralValue? {
    guard case .string(let written) = expression else {
      report(.notASound(name), at: expression.span)
      return nil
    }
    let path = path(written.value, usedBy: scope.fileName)
    if let known = usedSounds[path] { return .sound(known) }
    do throws(SourceFailure) {
      let sound = try loader.loadSound(path)
      usedSounds[path] = sound
      return .sound(sound)
    } catch {
      report(.badSound(path: written.value, tried: path, reason: error.reason), at: written.span)
      return nil
    }
  }

  private func word(_ name: String, _ allowed: [String], _ expression: Expression, in scope: Scope) -> StructuralValue? {
    switch expression {
    case .name(let word) where allowed.contains(word.value): return .word(word.value)
    case .name(let word): report(.unknownWord(word.value, argument: name, allowed: allowed), at: word.span)
    case .control(let control): report(.structural(quoted(name), reader: "$" + control.value), at: control.span)
    default: report(.notAWord(name, allowed: allowed), at: expression.span)
    }
    return nil
  }

  private func integer(_ name: String, _ range: ClosedRange<Int>?, _ value: Value, _ expression: Expression) -> Int? {
    guard value.dimension == .quantity(.number), let number = value.constant, let whole = Int(exactly: number) else {
      report(.notWhole(name, takes: range), at: expression.span)
      return nil
    }
    if let range, !range.contains(whole) {
      report(.integerOutOfRange(name, takes: range, got: number), at: expression.span)
      return nil
    }
    if range == nil, whole < 0 {
      report(.notWhole(name, takes: nil), at: expression.span)
      return nil
    }
    return whole
  }
}

extension StructuralSpec {
  /// A legal value to go on with after a mistake.
  fileprivate var fallback: StructuralValue {
    if let defaultValue { return defaultValue }
    return switch kind {
    case .integer(let range): .integer(range.lowerBound)
    case .word(let words): .word(words.first ?? "")
    case .quantity(let quantity, let range): .quantity(range.lowerBound, quantity)
    case .anyQuantity: .quantity(0, .number)
    case .seed: .integer(0)
    case .sound: .sound(.impulse)
    }
  }
}
