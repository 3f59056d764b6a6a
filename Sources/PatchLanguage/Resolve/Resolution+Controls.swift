import Signal

/// Controls, and the parameters of instances.
extension Resolution {
  func makeControl(_ named: NamedValue, _ statement: ControlStatement) -> Value? {
    let scope = named.scope
    let start = evaluate(statement.value, in: scope)
    let ends = statement.range.map { range in
      (structuralValue(range.lower, of: "a range", in: scope), structuralValue(range.upper, of: "a range", in: scope))
    }
    guard let start else { return nil }
    guard case .quantity(var quantity) = start.dimension else {
      report(.samplesWithoutPlace(named.name.value), at: statement.value.span)
      return nil
    }
    // `control x = 0 in -50%..50%` is a percentage although its start is written bare.
    if quantity == .number, ends?.0?.dimension == .quantity(.ratio) || ends?.1?.dimension == .quantity(.ratio) {
      quantity = .ratio
    }

    let range = controlRange(statement, ends, quantity, name: named.name.value)
    if start.constant == nil {
      if let written = statement.range {
        report(.rangeOfFollower(named.name.value), at: written.lower.span.joined(with: written.upper.span))
      }
      if let midi = statement.midi { report(.midiOfFollower(named.name.value), at: midi.span) }
      if let argument = named.argument { report(.argumentOfFollower(named.name.value), at: argument.value.span) }
      return appendControl(named, quantity, start.content, range: nil, statement: statement)
    }
    if let range, let value = start.constant, !range.contains(value) {
      report(.startsOutside(control: named.name.value, quantity, start: value, range: range), at: statement.value.span)
    }
    let given = named.argument.flatMap { argumentOfInstance($0, named.name.value, quantity, range) }
    return appendControl(named, quantity, given ?? start.content, range: range, statement: statement)
  }

  private func controlRange(
    _ statement: ControlStatement, _ ends: (Value?, Value?)?, _ quantity: Quantity, name: String
  ) -> ClosedRange<Double>? {
    let isLog = statement.scale?.value == "log"
    guard let written = statement.range, let lowerEnd = ends?.0, let upperEnd = ends?.1 else { return nil }
    guard let lower = fitted(lowerEnd, to: quantity, name: name, written.lower)?.constant,
      let upper = fitted(upperEnd, to: quantity, name: name, written.upper)?.constant
    else { return nil }
    let span = written.lower.span.joined(with: written.upper.span)
    guard lower < upper else {
      report(.rangeReversed(quantity, lower: lower, upper: upper), at: span)
      return nil
    }
    if isLog, lower <= 0 {
      report(.logThroughZero, at: span)
      return nil
    }
    return lower...upper
  }

  /// A parameter of a `def`: its default gives the quantity that an argument must have.
  func makeParameter(_ named: NamedValue, _ defaultValue: Expression) -> Value? {
    guard let start = evaluate(defaultValue, in: named.scope) else { return nil }
    guard case .quantity(let quantity) = start.dimension else {
      report(.samplesWithoutPlace(named.name.value), at: defaultValue.span)
      return nil
    }
    let given = named.argument.flatMap { argumentOfInstance($0, named.name.value, quantity, nil) }
    return appendControl(named, quantity, given ?? start.content, range: nil, statement: nil)
  }

  private func argumentOfInstance(
    _ argument: (value: Expression, scope: Scope), _ name: String, _ quantity: Quantity, _ range: ClosedRange<Double>?
  ) -> ControlExpression? {
    guard let value = evaluate(argument.value, in: argument.scope),
      let own = fitted(value, to: quantity, name: name, argument.value)
    else { return nil }
    if let number = own.constant, let range, !range.contains(number) {
      report(outOfRange(name, range, quantity, number, argument.value), at: argument.value.span)
      return nil
    }
    return own.content
  }

  private func appendControl(
    _ named: NamedValue, _ quantity: Quantity, _ content: ControlExpression, range: ClosedRange<Double>?,
    statement: ControlStatement?
  ) -> Value {
    let scope = named.scope
    let scale: Scale = statement?.scale?.value == "log" ? .log : .linear
    let isConstant = if case .constant = content { true } else { false }
    let control = Graph.Control(
      address: scope.prefix + named.name.value, label: statement?.label?.value, quantity: quantity,
      value: content.value(network.controls.map(\.control.value)), range: range, scale: scale,
      midi: isConstant ? statement?.midi?.value : nil, expression: isConstant ? nil : content,
      span: named.argument?.value.span ?? named.name.span)
    let isOfInstance = if case .instance = scope.kind { true } else { false }
    network.controls.append(
      Network.Control(
        control: control, name: named.name.value, isInstanceParameter: isOfInstance,
        isDefinitionParameter: statement == nil, hasWrittenScale: statement?.scale != nil,
        midiSpan: isConstant ? statement?.midi?.span : nil,
        argumentSpan: named.argument?.value.span))
    return Value(.quantity(quantity), .control(network.controls.count - 1))
  }

  // MARK: What an argument takes

  /// The value as `quantity` takes it; refusals are said.
  ///
  /// - Parameter other: the key of the only other argument that takes such a value, to offer it.
  func fitted(_ value: Value, to quantity: Quantity, name: String, _ expression: Expression, other: String? = nil) -> Value? {
    guard let own = value.fitted(to: quantity) else {
      if value.dimension == .samples, quantity == .time {
        report(value.constant == nil ? .movingSamples(name) : .samplesWithoutPlace(name), at: expression.span)
        return nil
      }
      let mistake = ValueMistake.wrongQuantity(
        name, takes: quantity, got: value.dimension, literal: bareLiteral(expression), other: other)
      report(mistake, at: expression.span)
      return nil
    }
    if quantity == .level, value.dimension == .quantity(.ratio), let number = value.constant, number < 0 {
      report(.negativeLevel(name), at: expression.span)
      return nil
    }
    return own
  }

  func outOfRange(
    _ name: String, _ range: ClosedRange<Double>, _ quantity: Quantity, _ number: Double, _ expression: Expression
  ) -> ValueMistake {
    .outOfRange(name, takes: range, quantity, got: number, literal: bareLiteral(expression))
  }

  /// The digits of a number written without a unit.
  private func bareLiteral(_ expression: Expression) -> String? {
    if case .number(let literal) = expression, literal.unit == nil { literal.text } else { nil }
  }
}
