/// Reads tokens into statements: recursive descent, one function per rule of the grammar in `docs/patch-language.md`.
///
/// A mistake abandons the statement or list item it stands in and no more, so that one run reports several.
struct Parser {
  /// Thrown once a mistake is reported, and caught where reading can go on.
  struct Abandoned: Error {}

  let source: Source
  let index: Int
  private(set) var tokens: [Token]
  /// For every opening brace whether it is closed further on, by the index of its token.
  private var isClosed: [Bool]
  private(set) var diagnostics: [Diagnostic]
  /// Names that abandoned statements would have given to something.
  var lostNames: Set<String> = []
  var position = 0
  var braceDepth = 0
  var operationCount = 0

  init(_ source: Source, index: Int) {
    self.source = source
    self.index = index
    var lexer = Lexer(source, index: index)
    lexer.run()
    tokens = lexer.tokens
    diagnostics = lexer.diagnostics
    isClosed = [Bool](repeating: false, count: tokens.count)
    var open: [Int] = []
    for (at, token) in tokens.enumerated() {
      if token.kind == .openBrace { open.append(at) }
      if token.kind == .closeBrace, let opener = open.popLast() { isClosed[opener] = true }
    }
  }

  // MARK: Tokens

  var token: Token { tokens[position] }
  var kind: Token.Kind { tokens[position].kind }

  func kind(after offset: Int) -> Token.Kind {
    position + offset < tokens.count ? tokens[position + offset].kind : .end
  }

  func isAttached(after offset: Int) -> Bool { position + offset < tokens.count && !tokens[position + offset].isDetached }

  func text(_ token: Token) -> String { String(decoding: source.bytes[token.start..<token.end], as: UTF8.self) }

  func span(_ token: Token) -> SourceSpan { SourceSpan(source: index, start: token.start, end: token.end) }

  /// From `start` to the end of the token read last.
  func span(from start: SourceSpan) -> SourceSpan {
    SourceSpan(source: index, start: start.start, end: max(start.end, position > 0 ? tokens[position - 1].end : 0))
  }

  func isWord(_ word: String, after offset: Int = 0) -> Bool {
    kind(after: offset) == .word && text(tokens[position + offset]) == word
  }

  /// Moves on, though never past the end.
  @discardableResult
  mutating func advance() -> Token {
    let read = tokens[position]
    if read.kind != .end { position += 1 }
    return read
  }

  mutating func advance(over wanted: Token.Kind) -> Bool {
    guard kind == wanted else { return false }
    advance()
    return true
  }

  /// Where a statement or an item ends.
  var isAtSeparator: Bool {
    switch kind {
    case .newline, .semicolon, .closeBrace, .end: true
    default: false
    }
  }

  /// The present token as messages name it.
  var found: String {
    switch kind {
    case .newline, .end: "the end of the line"
    default: quoted(text(token))
    }
  }

  var isClosedBrace: Bool { isClosed[position] }

  // MARK: Mistakes

  mutating func report(_ mistake: SyntaxMistake, at span: SourceSpan) { diagnostics.append(mistake.diagnostic(at: span)) }

  /// Reports and abandons.
  mutating func abandon(_ mistake: SyntaxMistake, at span: SourceSpan) -> Abandoned {
    report(mistake, at: span)
    return Abandoned()
  }

  /// Reports at the present token and abandons, silently where the lexer reported it already.
  mutating func abandonHere(_ mistake: SyntaxMistake) -> Abandoned {
    if kind != .bad { report(mistake, at: span(token)) }
    return Abandoned()
  }

  /// What is missing after the token read last.
  mutating func expected(_ wanted: String) -> Abandoned { abandonHere(.expected(wanted, found: found)) }

  /// Whether a bracket stands here that no bracket opened. Only where a statement or an item may end.
  var isUnmatchedCloser: Bool { kind == .closeParenthesis || kind == .closeBracket }

  mutating func unmatchedCloser() -> Abandoned { abandonHere(.unmatched(closer: text(token))) }

  // MARK: Going on after a mistake

  /// Skips to the end of the statement or item, over whole braces that open in it.
  mutating func skipToSeparator() {
    var depth = 0
    while kind != .end {
      switch kind {
      case .openBrace:
        if isClosedBrace { depth += 1 } else { report(.unclosed(opener: "{"), at: span(token)) }
      case .closeBrace:
        if depth == 0 { return }
        depth -= 1
      case .newline, .semicolon: if depth == 0 { return }
      default: break
      }
      advance()
    }
  }

  mutating func skipSeparators() { while kind == .newline || kind == .semicolon { advance() } }

  var hasTooManyErrors: Bool { diagnostics.count > SyntaxLimits.errors }
}
