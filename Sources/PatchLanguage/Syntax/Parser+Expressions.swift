import Signal

extension Parser {
  /// `value = literal | name | "$" name | string | "(" expression ")"`: what an argument can be, with its sign attached.
  mutating func value() throws(Abandoned) -> Expression {
    if kind == .plus || kind == .minus {
      guard kind(after: 1) == .number, isAttached(after: 1) else { throw abandonHere(.bareOperator(text(token))) }
      return try literal()
    }
    operationCount = 0
    return try primary(isArgument: true)
  }

  /// An expression that is no part of another one.
  mutating func wholeExpression() throws(Abandoned) -> Expression {
    operationCount = 0
    return try expression()
  }

  /// `expression = term { ( "+" | "-" ) term }`
  private mutating func expression() throws(Abandoned) -> Expression {
    var left = try term()
    while kind == .plus || kind == .minus {
      try countOperation()
      let sign: Expression.Operator = advance().kind == .plus ? .add : .subtract
      let right = try term()
      left = .binary(sign, left, right, left.span.joined(with: right.span))
    }
    return left
  }

  /// `term = factor { ( "*" | "/" ) factor }`
  private mutating func term() throws(Abandoned) -> Expression {
    var left = try factor()
    while kind == .times || kind == .slash {
      try countOperation()
      let sign: Expression.Operator = advance().kind == .times ? .multiply : .divide
      let right = try factor()
      left = .binary(sign, left, right, left.span.joined(with: right.span))
    }
    return left
  }

  /// `factor = "-" factor | literal | primary`; a sign attached to a number belongs to the number.
  private mutating func factor() throws(Abandoned) -> Expression {
    switch kind {
    case .plus where kind(after: 1) == .number && isAttached(after: 1): return try literal()
    case .minus:
      if kind(after: 1) == .number, isAttached(after: 1) { return try literal() }
      try countOperation()
      let start = span(advance())
      let operand = try factor()
      return .negation(operand, start.joined(with: operand.span))
    default: return try primary(isArgument: false)
    }
  }

  private mutating func countOperation() throws(Abandoned) {
    operationCount += 1
    if operationCount > SyntaxLimits.operations { throw abandonHere(.expressionTooLong) }
  }

  /// Where an expression goes on without an operator: often a unit apart from its number.
  mutating func expectedInExpression(_ end: String) -> Abandoned {
    let last = tokens[position - 1]
    if kind == .word, last.kind == .number, last.digitsEnd == last.end, Unit.named(text(token)) != nil {
      return abandonHere(.detachedUnit(number: text(last), unit: text(token)))
    }
    return expected("an operator or \(end)")
  }

  private mutating func primary(isArgument: Bool) throws(Abandoned) -> Expression {
    switch kind {
    case .number: return try literal()
    case .string: return .string(string())
    case .word:
      let word = text(token)
      if reservedNodes.contains(word) { throw abandonHere(.nodeAsValue(word)) }
      if keywords.contains(word) { throw abandonHere(.keywordAsName(word)) }
      return .name(Spanned(word, span(advance())))
    case .dollar:
      guard kind(after: 1) == .word, isAttached(after: 1) else {
        advance()
        throw expected("the name of a control after `$`")
      }
      let start = span(advance())
      let name = advance()
      return .control(Spanned(text(name), start.joined(with: span(name))))
    case .openParenthesis:
      try countOperation()
      let opener = span(advance())
      let inner = try expression()
      guard advance(over: .closeParenthesis) else {
        if isAtSeparator { throw abandon(.unclosed(opener: "("), at: opener) }
        throw expectedInExpression("`)`")
      }
      return .group(inner, span(from: opener))
    case .dot where kind(after: 1) == .number && isAttached(after: 1):
      let start = span(advance())
      let number = span(advance())
      throw abandon(.leadingPoint(written(start.joined(with: number))), at: start.joined(with: number))
    case .plus, .minus, .times, .slash:
      if isArgument { throw abandonHere(.bareOperator(text(token))) }
      throw expected("a value")
    default: throw expected("a value")
    }
  }

  /// `literal = number [ unit ] | number ":" number | number ( "sample" | "samples" )`, with an attached sign.
  private mutating func literal() throws(Abandoned) -> Expression {
    let first = number()
    if kind == .dot, isAttached(after: 0) {
      var end = span(advance())
      if kind == .word, isAttached(after: 0) { end = span(token) }
      let unit = SourceSpan(source: index, start: tokens[position - 1].end, end: end.end)
      throw abandon(.trailingPoint(digits: first.text, unit: written(unit)), at: first.span.joined(with: end))
    }
    if kind == .colon, isAttached(after: 0) {
      advance()
      guard kind == .number, isAttached(after: 0) else { throw expected("the second number of a ratio") }
      let second = number()
      let whole = first.span.joined(with: second.span)
      if first.unit != nil || second.unit != nil { throw abandon(.badRatio, at: whole) }
      return .ratio(first, second, whole)
    }
    guard first.unit == nil, kind == .word, kind(after: 1) != .equals else { return .number(first) }
    let word = text(token)
    if Unit.sampleWords.contains(word) {
      var counted = first
      counted.unit = Spanned(word, span(token))
      counted.span = first.span.joined(with: span(advance()))
      return .number(counted)
    }
    // A single letter may be the name of a constant.
    if word.utf8.count > 1, Unit.named(word) != nil { throw abandonHere(.detachedUnit(number: first.text, unit: word)) }
    return .number(first)
  }

  /// A sign, digits and an attached unit. The lexer has made sure that the value is finite.
  private mutating func number() -> NumberLiteral {
    var start = token.start
    if kind == .plus || kind == .minus { start = advance().start }
    let read = advance()
    let text = String(decoding: source.bytes[start..<read.digitsEnd], as: UTF8.self)
    var unit: Spanned<String>?
    if read.digitsEnd < read.end {
      let unitSpan = SourceSpan(source: index, start: read.digitsEnd, end: read.end)
      unit = Spanned(written(unitSpan), unitSpan)
    }
    let span = SourceSpan(source: index, start: start, end: read.end)
    return NumberLiteral(text: text, value: Double(text)!, unit: unit, span: span)
  }
}
