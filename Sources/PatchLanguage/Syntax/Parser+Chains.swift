extension Parser {
  /// `connection = element "->" { element "->" } element`
  ///
  /// - Parameter mayStandAlone: whether one effect is a chain already, as in `oversample 4x { drive 12dB }`.
  mutating func connection(mayStandAlone: Bool) throws(Abandoned) -> Connection {
    let start = span(token)
    var elements = [try element()]
    while startsWithArrow(afterLineEnds: elements.count == 1) {
      let arrow = span(advance())
      try goOnAfter(arrow: arrow)
      let next = try element()
      if case .edge(let mark) = next {
        if case .edge = elements.last { throw abandon(.marksWithoutNode, at: mark.span) }
        guard kind == .arrow else {
          if isAtSeparator { throw abandon(.edgeAtEnd, at: mark.span) }
          throw expected("`->` after the brackets")
        }
      }
      elements.append(next)
    }
    let connection = Connection(elements: elements, span: span(from: start))
    if !isAtSeparator { throw isUnmatchedCloser ? unmatchedCloser() : expected("`->` or the end of the line") }
    if elements.count == 1, !mayStandAlone { throw abandon(.connectsNothing(written(connection.span)), at: connection.span) }
    return connection
  }

  /// Whether the chain goes on. A next line that starts with the arrow is told once a chain, and read as if it were right.
  private mutating func startsWithArrow(afterLineEnds tells: Bool) -> Bool {
    if kind != .newline { return kind == .arrow }
    let lineEnd = position
    while kind == .newline { advance() }
    guard kind == .arrow else {
      position = lineEnd
      return false
    }
    if tells { report(.arrowWithoutStart, at: span(token)) }
    return true
  }

  func written(_ span: SourceSpan) -> String { String(decoding: source.bytes[span.start..<span.end], as: UTF8.self) }

  /// A line that ends in an arrow goes on, past empty lines, unless what comes then is a statement of its own.
  private mutating func goOnAfter(arrow: SourceSpan) throws(Abandoned) {
    let lineEnd = position
    while kind == .newline { advance() }
    let crossedLine = position > lineEnd
    switch kind {
    case .end, .closeBrace, .semicolon: break
    case .word:
      let isStatement = kind(after: 1) == .equals || keywords.contains(text(token)) && Region(rawValue: text(token)) == nil
      if !crossedLine || !isStatement { return }
    case .arrow: break
    default: return
    }
    if kind != .arrow { position = lineEnd }
    throw abandon(.arrowWithoutEnd, at: arrow)
  }

  /// `element = endpoint | call | edge`
  private mutating func element() throws(Abandoned) -> Connection.Element {
    if kind == .openBracket { return .edge(try edgeMark()) }
    guard kind == .word else { throw expected("a node, an effect or brackets") }
    let word = text(token)
    if (kind(after: 1) == .dot && isAttached(after: 1)) || kind(after: 1) == .colon { return .endpoint(try endpoint()) }
    let call = try call()
    if !call.arguments.isEmpty || call.braces != nil {
      if reservedNodes.contains(word) { throw abandon(.argumentsOfNode(word), at: call.name.span) }
      return .call(call)
    }
    return .endpoint(Connection.Endpoint(node: call.name, span: call.span))
  }

  /// `endpoint = name { "." ( name | digits ) } [ ":" ( name | digits ) ]`
  private mutating func endpoint() throws(Abandoned) -> Connection.Endpoint {
    if keywords.contains(text(token)) { throw abandonHere(.keywordAsName(text(token))) }
    let start = span(advance())
    var endpoint = Connection.Endpoint(node: Spanned(written(start), start), span: start)
    var path: Spanned<String>?
    while kind == .dot, isAttached(after: 0) {
      advance()
      guard isNameOrDigits, isAttached(after: 0) else { throw expected("the name of a port") }
      let part = advance()
      path = Spanned(
        (path.map { $0.value + "." } ?? "") + text(part), path.map { $0.span.joined(with: span(part)) } ?? span(part))
    }
    endpoint.port = path
    if advance(over: .colon) {
      guard kind == .word || kind == .number else { throw expected("a channel: `left`, `right` or a number") }
      let channel = Spanned(text(token), span(token))
      guard isNameOrDigits else { throw abandonHere(.badChannel(channel.value)) }
      advance()
      endpoint.channel = channel
    }
    endpoint.span = span(from: start)
    if startsArgument { throw abandonHere(.argumentsOfNode(written(endpoint.span))) }
    return endpoint
  }

  private var isNameOrDigits: Bool {
    kind == .word || kind == .number && source.bytes[token.start..<token.end].allSatisfy(isDigit)
  }

  /// `edge = "[" mark { "," mark } "]"`, `mark = expression | "unaligned"`
  private mutating func edgeMark() throws(Abandoned) -> Connection.EdgeMark {
    let opener = span(advance())
    var mark = Connection.EdgeMark(tokens: nil, isUnaligned: false, span: opener)
    if kind == .closeBracket {
      advance()
      throw abandon(.emptyBrackets, at: span(from: opener))
    }
    while true {
      let start = span(token)
      if isWord("unaligned"), kind(after: 1) == .comma || kind(after: 1) == .closeBracket {
        advance()
        if mark.isUnaligned { throw abandon(.repeatedInBrackets("`unaligned`"), at: start) }
        mark.isUnaligned = true
      } else {
        if isAtSeparator { throw abandon(.unclosed(opener: "["), at: opener) }
        let tokens = try wholeExpression()
        if mark.tokens != nil { throw abandon(.repeatedInBrackets("initial tokens"), at: span(from: start)) }
        mark.tokens = tokens
      }
      if advance(over: .closeBracket) { break }
      if isAtSeparator { throw abandon(.unclosed(opener: "["), at: opener) }
      try expect(.comma, "`,` or `]`")
    }
    mark.span = span(from: opener)
    return mark
  }

  /// `call = name { argument } [ braces ]`
  mutating func call() throws(Abandoned) -> EffectCall {
    let word = text(token)
    let region = Region(rawValue: word)
    if keywords.contains(word), region == nil { throw abandonHere(.keywordAsName(word)) }
    let name = Spanned(word, span(advance()))
    var call = EffectCall(name: name, arguments: try arguments(), span: name.span)
    if kind == .openBrace {
      call.braces = if let region { .statements(try body(of: region)) } else { .items(try list()) }
    } else if let region {
      throw abandon(.regionWithoutBody(region), at: name.span)
    }
    call.span = span(from: name.span)
    return call
  }

  /// One effect alone is a chain here: in `oversample` where it is the whole wiring, in `multiband` for each band.
  private mutating func body(of region: Region) throws(Abandoned) -> [Statement] {
    let body = try bodyInBraces(mayStandAlone: true)
    let chainCount = body.count { if case .connection = $0 { true } else { false } }
    return body.filter { statement in
      guard case .connection(let chain) = statement, chain.elements.count == 1,
        !region.allowsSingleEffects(chains: chainCount)
      else { return true }
      report(.connectsNothing(written(chain.span)), at: chain.span)
      return false
    }
  }
}
