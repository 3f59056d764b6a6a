extension JSONShape {
  /// With the parentheses that its text needs, so that both forms give equal patches.
  mutating func expression(_ node: JSONNode, _ place: Expression.Place) throws(Abandoned) -> Expression {
    let expression = try bareExpression(node).grouped(at: place)
    if expression.operationCount > SyntaxLimits.operations { throw abandon(.expressionTooLong, at: firstByte(node.span)) }
    return expression
  }

  private mutating func bareExpression(_ node: JSONNode) throws(Abandoned) -> Expression {
    let fields = try fields(node, "a value")
    let operators = Expression.Operator.all.map(\.jsonKey)
    let kinds = ["number", "ratio", "name", "control", "string", "negate"] + operators + ["group"]
    let kind = try kind(fields, among: kinds)
    check(fields, known: kind == "number" ? ["number", "unit"] : [kind])
    let content = try required(kind, of: fields)
    switch kind {
    case "number": return .number(try number(content, unit: fields["unit"], span: node.span))
    case "ratio":
      let (first, second) = try pair(content)
      let numbers = (try number(first, unit: nil, span: first.span), try number(second, unit: nil, span: second.span))
      if numbers.1.text.hasPrefix("-") || numbers.1.text.hasPrefix("+") { throw abandon(.badRatio, at: second.span) }
      return .ratio(numbers.0, numbers.1, node.span)
    case "name":
      let name = try name(content)
      if reservedNodes.contains(name.value) { throw abandon(.nodeAsValue(name.value), at: name.span) }
      return .name(name)
    case "control": return .control(try word(content))
    case "string": return .string(try string(content))
    case "negate": return .negation(try bareExpression(content), node.span)
    case "group": return .group(try bareExpression(content), node.span)
    default:
      let (left, right) = try pair(content)
      let sign = Expression.Operator.all.first { $0.jsonKey == kind }!
      return .binary(sign, try bareExpression(left), try bareExpression(right), node.span)
    }
  }

  /// Digits as a JSON number, or as a string where JSON has no such number.
  private mutating func number(_ node: JSONNode, unit: JSONNode?, span: SourceSpan) throws(Abandoned) -> NumberLiteral {
    let text: String
    switch node.content {
    case .number(let digits), .string(let digits): text = digits
    default: throw abandon(.wrongJSONKind("a number", found: node.kind), at: node.span)
    }
    var literal = NumberLiteral(text: text, value: 0, span: span)
    if let unit { literal.unit = try string(unit) }
    // A number is what the language reads as one.
    var lexer = Lexer(Source(name: "", text: String(text.drop { $0 == "+" || $0 == "-" })), index: 0)
    lexer.run()
    let signs = text.prefix { $0 == "+" || $0 == "-" }.count
    guard lexer.tokens.map(\.kind) == [.number, .end], lexer.tokens[0].digitsEnd == lexer.tokens[0].end, signs <= 1,
      lexer.tokens[0].end + signs == text.utf8.count, let value = Double(text)
    else { throw abandon(.badNumber(text), at: node.span) }
    if let unit = literal.unit {
      lexer = Lexer(Source(name: "", text: "1" + unit.value), index: 0)
      lexer.run()
      let isUnit = lexer.tokens.map(\.kind) == [.number, .end] && lexer.tokens[0].digitsEnd == 1
      guard isUnit, lexer.tokens[0].end == unit.value.utf8.count + 1, !unit.value.isEmpty else {
        throw abandon(.noUnit(unit.value), at: unit.span)
      }
    }
    literal.value = value
    return literal
  }
}
