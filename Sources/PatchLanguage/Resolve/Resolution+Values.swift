import Signal

/// Expressions and named values.
extension Resolution {
  /// nil where something is wrong, which is then said.
  func evaluate(_ expression: Expression, in scope: Scope) -> Value? {
    switch expression {
    case .number(let literal): return value(of: literal)
    case .ratio(let left, let right, let span):
      guard left.unit == nil, right.unit == nil else { return refuse(.ratioWithUnits, at: span) }
      guard right.value != 0 else { return refuse(.divisionByZero, at: right.span) }
      return Value(.number, left.value / right.value)
    case .name(let name): return constant(name, in: scope)
    case .control(let name): return control(name, in: scope)
    case .string(let text): return refuse(.textAsValue, at: text.span)
    case .group(let inner, _): return evaluate(inner, in: scope)
    case .negation(let inner, _):
      return evaluate(inner, in: scope).map { Value($0.dimension, .negated($0.content)) }
    case .binary(let operation, let left, let right, let span):
      let (a, b) = (evaluate(left, in: scope), evaluate(right, in: scope))
      guard let a, let b else { return nil }
      guard let value = Value.combined(operation, a, b) else {
        return refuse(.doNotMeet(operation, a.dimension, b.dimension), at: span)
      }
      if operation == .divide, b.constant == 0 { return refuse(.divisionByZero, at: right.span) }
      if value.constant?.isFinite == false { return refuse(.isInfinite, at: span) }
      return value
    }
  }

  private func refuse(_ mistake: ValueMistake, at span: SourceSpan) -> Value? {
    report(mistake, at: span)
    return nil
  }

  private func value(of literal: NumberLiteral) -> Value? {
    guard let unit = literal.unit else { return Value(.number, literal.value) }
    if Unit.sampleWords.contains(unit.value) { return Value(.samples, .constant(literal.value)) }
    guard let known = Unit.named(unit.value) else {
      let candidates = Unit.all.map(\.symbol) + Unit.sampleWords
      report(.unknownUnit(unit.value, number: literal.text, candidates: candidates), at: unit.span)
      return nil
    }
    return Value(known.quantity, known.baseValue(literal.value))
  }

  private func constant(_ name: Spanned<String>, in scope: Scope) -> Value? {
    guard let named = scope.value(named: name.value) else {
      if scope.isLost(name.value) { return nil }
      let known = scope.chain.flatMap(\.valueOrder).map { $0.isControl ? "$" + $0.name.value : $0.name.value }
      report(.unknownConstant(name.value, candidates: known), at: name.span)
      return nil
    }
    guard !named.isControl else {
      named.isUsed = true
      report(.writtenAsConstant(name.value), at: name.span)
      return nil
    }
    return read(named, at: name.span)
  }

  private func control(_ name: Spanned<String>, in scope: Scope) -> Value? {
    guard let named = scope.value(named: name.value) else {
      if scope.isLost(name.value) { return nil }
      let known = scope.chain.flatMap(\.valueOrder).filter(\.isControl).map(\.name.value)
      report(.unknownControl(name.value, candidates: known), at: name.span)
      return nil
    }
    guard named.isControl else {
      let isParameter = if case .parameter = named.kind { true } else { false }
      report(.writtenAsControl(name.value, isParameter: isParameter), at: name.span)
      return nil
    }
    return read(named, at: name.span)
  }

  /// Evaluates it when it is read for the first time, so that the order of statements does not matter.
  func read(_ named: NamedValue, at span: SourceSpan) -> Value? {
    named.isUsed = true
    return settle(named, readAt: span)
  }

  @discardableResult
  func settle(_ named: NamedValue, readAt span: SourceSpan) -> Value? {
    switch named.state {
    case .read(let value): return value
    case .beingRead:
      let start = valuesBeingRead.firstIndex { $0 === named }!
      let cycle = valuesBeingRead[start...] + [named]
      report(.valueCycle(cycle.map { $0.isControl ? "$" + $0.name.value : $0.name.value }), at: span)
      return nil
    case .unread:
      named.state = .beingRead
      valuesBeingRead.append(named)
      let value = evaluateStatement(of: named)
      valuesBeingRead.removeLast()
      named.state = .read(value)
      return value
    }
  }

  private func evaluateStatement(of named: NamedValue) -> Value? {
    switch named.kind {
    case .constant(let expression): evaluate(expression, in: named.scope)
    case .control(let statement): makeControl(named, statement)
    case .parameter(let defaultValue): makeParameter(named, defaultValue)
    }
  }

  /// A value that must stand still: what shapes the graph. The parameter of a `def` is fixed by being read so.
  ///
  /// - Parameter what: names what is shaped, such as `tokens`.
  func structuralValue(_ expression: Expression, of what: String, in scope: Scope) -> Value? {
    guard let value = evaluate(expression, in: scope) else { return nil }
    if value.constant != nil { return value }
    for index in value.content.controlsRead {
      if network.controls[index].isFixable {
        network.controls[index].structuralUse = expression.span
      } else {
        // A parameter of a `def` that follows a control: the argument is at fault, not the definition.
        let control = network.controls[index]
        if control.isDefinitionParameter, let argument = control.argumentSpan {
          report(.structural(quoted(control.name), reader: reader(of: index)), at: argument)
        } else {
          report(.structural(what, reader: reader(of: index)), at: expression.span)
        }
        return nil
      }
    }
    let fixed = value.content.replacingControls { .constant(network.controls[$0].control.value) }
    return Value(value.dimension, fixed)
  }

  /// The control as the patch spells it; for the parameter of a `def`, the control that its argument names.
  private func reader(of index: Int) -> String {
    let control = network.controls[index]
    guard control.isDefinitionParameter else { return "$" + control.name }
    return control.control.expression?.controlsRead.first.map(reader) ?? control.name
  }
}

extension Unit {
  /// Divides by whole numbers rather than multiplying by rounded fractions, so that `35%` is the number nearest to 0.35.
  func baseValue(_ written: Double) -> Double {
    factor < 1 ? written / (1 / factor).rounded() : written * factor
  }
}
