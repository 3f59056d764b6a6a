extension Parser {
  /// Whether an argument can start at the present token.
  var startsArgument: Bool {
    switch kind {
    case .word, .number, .string, .dollar, .openParenthesis, .plus, .minus, .times, .slash, .dot, .bad: true
    default: false
    }
  }

  /// `argument = [ name "=" ] value`
  mutating func arguments() throws(Abandoned) -> [Argument] {
    var arguments: [Argument] = []
    while startsArgument {
      if kind == .word, kind(after: 1) == .equals {
        let key = Spanned(text(token), span(token))
        advance()
        advance()
        guard startsArgument, !(kind == .word && kind(after: 1) == .equals) else {
          throw abandon(.keyAfter(key.value), at: span(from: key.span))
        }
        arguments.append(Argument(key: key, value: try value()))
      } else {
        let value = try value()
        if arguments.last?.key != nil { throw abandon(.positionalAfterKey, at: value.span) }
        arguments.append(Argument(value: value))
      }
    }
    return arguments
  }

  /// `list = "{" [ item ] { separator [ item ] } "}"`
  mutating func list() throws(Abandoned) -> [Braces.Item] {
    let isClosed = isClosedBrace
    let opener = span(advance())
    var items: [Braces.Item] = []
    while true {
      skipSeparators()
      if isClosed && kind == .closeBrace || kind == .end || hasTooManyErrors { break }
      if !isClosed, startsStatement {
        // The line belongs to what follows the list; its separator ends the statement that the list stands in.
        position -= 1
        break
      }
      let start = position
      do {
        items.append(try item())
      } catch {
        if position == start, kind != .openBrace { advance() }
        skipToSeparator()
      }
    }
    if isClosed { _ = advance(over: .closeBrace) } else { report(.unclosed(opener: "{"), at: opener) }
    return items
  }

  /// Whether the line at hand reads as a statement rather than an item of a list that was left open.
  private var startsStatement: Bool {
    guard kind == .word, position > 0, tokens[position - 1].kind == .newline else { return false }
    if kind(after: 1) == .equals || keywords.contains(text(token)) { return true }
    for token in tokens[position...].prefix(200) {
      switch token.kind {
      case .arrow: return true
      case .newline, .semicolon, .end: return false
      default: break
      }
    }
    return false
  }

  /// `item = [ name ":" ] [ name ] { argument }`, not empty
  private mutating func item() throws(Abandoned) -> Braces.Item {
    let start = span(token)
    var item = Braces.Item(arguments: [], span: start)
    if kind == .word, kind(after: 1) == .colon {
      item.label = try newName("a label")
      advance()
      if isAtSeparator { throw expected("an item after its label") }
    }
    if kind == .word, kind(after: 1) != .equals {
      if keywords.contains(text(token)) { throw abandonHere(.keywordAsName(text(token))) }
      item.kind = Spanned(text(token), span(token))
      advance()
    }
    item.arguments = try arguments()
    item.span = span(from: start)
    switch kind {
    case .arrow: throw abandonHere(.arrowInList)
    case .openBrace: throw abandonHere(.bracesInList)
    default: break
    }
    if item.kind == nil, item.arguments.isEmpty { throw expected("an item of the list") }
    try endOfStatement(after: "an item of the list")
    return item
  }
}
