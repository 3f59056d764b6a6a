extension Parser {
  /// `file = [ title ] { statement }`
  mutating func patch() -> Patch {
    var patch = Patch(sources: [source])
    skipSeparators()
    if isWord("patch"), kind(after: 1) != .equals {
      do {
        try title(&patch)
        try endOfStatement(after: "the title")
      } catch {
        skipToSeparator()
      }
    }
    patch.statements = statements(inBraces: false)
    return patch
  }

  /// Reads to the end of the text, or to the brace that closes the body. Mistakes stay in their statement.
  mutating func statements(inBraces: Bool, mayStandAlone: Bool = false) -> [Statement] {
    var statements: [Statement] = []
    while true {
      skipSeparators()
      if kind == .end || kind == .closeBrace && inBraces || hasTooManyErrors { return statements }
      let start = position
      do {
        statements.append(try statement(inBraces: inBraces, mayStandAlone: mayStandAlone))
        try endOfStatement(after: "the statement")
      } catch {
        if position == start, kind != .openBrace { advance() }
        noteLostNames(from: start)
        skipToSeparator()
      }
    }
  }

  mutating func endOfStatement(after what: String) throws(Abandoned) {
    if isAtSeparator { return }
    throw isUnmatchedCloser ? unmatchedCloser() : abandonHere(.strayAfter(what: what, found: found))
  }

  /// The name that the statement starting at `start` was about to give to something.
  private mutating func noteLostNames(from start: Int) {
    guard tokens[start].kind == .word, start + 1 < tokens.count else { return }
    if tokens[start + 1].kind == .equals { lostNames.insert(text(tokens[start])) }
    switch text(tokens[start]) {
    case "control", "let", "def": if tokens[start + 1].kind == .word { lostNames.insert(text(tokens[start + 1])) }
    case "use":
      if start + 3 < tokens.count, tokens[start + 3].kind == .word { lostNames.insert(text(tokens[start + 3])) }
    default: break
    }
  }

  private mutating func statement(inBraces: Bool, mayStandAlone: Bool) throws(Abandoned) -> Statement {
    switch kind {
    case .word: break
    case .arrow: throw abandonHere(.arrowWithoutStart)
    case .closeBrace: throw abandonHere(.unmatched(closer: "}"))
    default: throw abandonHere(.statementStart(found))
    }
    let word = text(token)
    if kind(after: 1) == .equals { return try declaration() }
    switch word {
    case "patch": throw abandonHere(inBraces ? .onlyAtTopLevel(word) : .patchNotFirst)
    case "control", "use":
      if inBraces { throw abandonHere(.onlyAtTopLevel(word)) }
      return word == "control" ? try control() : try use()
    case "let": return try constant()
    case "def": return try definition()
    default: return .connection(try connection(mayStandAlone: mayStandAlone))
    }
  }

  /// `title = "patch" [ string ] [ "unaligned" ]`
  private mutating func title(_ patch: inout Patch) throws(Abandoned) {
    advance()
    if kind == .string { patch.title = string() }
    if isWord("unaligned") {
      advance()
      patch.isUnaligned = true
    } else if patch.title == nil {
      throw expected("the title in quotes")
    }
  }

  /// `control = "control" name "=" value [ "in" value ".." value ] [ "log" | "linear" ] [ midi ] [ string ]`
  private mutating func control() throws(Abandoned) -> Statement {
    advance()
    let name = try newName("the name of the control")
    try expect(.equals, "`=` and a value")
    if isWord("in") { throw expected("a value") }
    var statement = ControlStatement(name: name, value: try value())
    if isWord("in") {
      advance()
      let lower = try value()
      try expect(.range, "`..` and the upper end")
      statement.range = (lower, try value())
    }
    if kind == .word, !isWord("midi") {
      let scale = Spanned(text(token), span(token))
      guard scale.value == "log" || scale.value == "linear" else { throw abandonHere(.scaleWord(scale.value)) }
      advance()
      statement.scale = scale
    }
    if isWord("midi") { statement.midi = try midiController() }
    if kind == .string { statement.label = string() }
    try endOfStatement(after: "the control")
    return .control(statement)
  }

  /// `midi = "midi" "cc" number [ "channel" number ]`
  private mutating func midiController() throws(Abandoned) -> Spanned<MIDIController> {
    let first = span(token)
    advance()
    guard isWord("cc") else { throw expected("`cc` and the number of a controller") }
    advance()
    var last = span(token)
    var midi = MIDIController(number: try wholeNumber("a controller's number", MIDIController.numbers))
    if isWord("channel") {
      advance()
      last = span(token)
      midi.channel = try wholeNumber("a MIDI channel", MIDIController.channels)
    }
    return Spanned(midi, first.joined(with: last))
  }

  private mutating func wholeNumber(_ what: String, _ range: ClosedRange<Int>) throws(Abandoned) -> Int {
    guard kind == .number else { throw expected(what) }
    let written = text(token)
    guard let number = Int(written), range.contains(number) else { throw abandonHere(.notWhole(what, range, written)) }
    advance()
    return number
  }

  /// `let = "let" name "=" expression`
  private mutating func constant() throws(Abandoned) -> Statement {
    advance()
    let name = try newName("the name of the constant")
    try expect(.equals, "`=` and a value")
    let value = try wholeExpression()
    if !isAtSeparator { throw isUnmatchedCloser ? unmatchedCloser() : expectedInExpression("the end of the line") }
    return .constant(name: name, value: value)
  }

  /// `use = "use" string "as" name`
  private mutating func use() throws(Abandoned) -> Statement {
    advance()
    guard kind == .string else { throw expected("the path of a patch in quotes") }
    let path = string()
    guard isWord("as") else { throw expected("`as` and a name") }
    advance()
    return .use(path: path, name: try newName("the name of the effect"))
  }

  /// `def = "def" name [ "(" [ parameter { "," parameter } ] ")" ] "{" { statement } "}"`
  private mutating func definition() throws(Abandoned) -> Statement {
    advance()
    let name = try newName("the name of the effect")
    var parameters: [DefinitionStatement.Parameter] = []
    if kind == .openParenthesis {
      let opener = span(advance())
      while kind != .closeParenthesis {
        let parameter = try newName("the name of a parameter")
        guard advance(over: .equals) else { throw abandon(.parameterWithoutDefault(parameter.value), at: parameter.span) }
        parameters.append(.init(name: parameter, defaultValue: try wholeExpression()))
        if kind == .closeParenthesis { break }
        if isAtSeparator { throw abandon(.unclosed(opener: "("), at: opener) }
        try expect(.comma, "`,` or `)`")
      }
      advance()
    }
    guard kind == .openBrace else { throw expected("the body in braces") }
    let body = try bodyInBraces(mayStandAlone: false)
    return .definition(DefinitionStatement(name: name, parameters: parameters, body: body))
  }

  /// `declaration = name "=" call`
  private mutating func declaration() throws(Abandoned) -> Statement {
    let name = try newName("a name")
    advance()
    switch kind {
    case .word: break
    case .number, .plus, .minus, .dollar, .openParenthesis, .string:
      let start = position
      while !isAtSeparator { advance() }
      let written = String(decoding: source.bytes[tokens[start].start..<tokens[position - 1].end], as: UTF8.self)
      throw abandon(.valueAsEffect(name: name.value, value: written), at: span(from: span(tokens[start])))
    default: throw expected("an effect")
    }
    let word = text(token)
    if reservedNodes.contains(word) { throw abandonHere(.reservedAsEffect(word)) }
    let call = try call()
    if kind == .arrow { throw abandonHere(.arrowInDeclaration(name: name.value)) }
    try endOfStatement(after: "the arguments of \(quoted(word))")
    return .declaration(name: name, effect: call)
  }

  /// A name that a statement gives to something.
  mutating func newName(_ what: String) throws(Abandoned) -> Spanned<String> {
    guard kind == .word else { throw expected(what) }
    let name = Spanned(text(token), span(token))
    if keywords.contains(name.value) { throw abandonHere(.keywordAsName(name.value)) }
    if reservedNodes.contains(name.value) { throw abandonHere(.reservedName(name.value)) }
    advance()
    return name
  }

  mutating func expect(_ wanted: Token.Kind, _ phrase: String) throws(Abandoned) {
    guard advance(over: wanted) else { throw expected(phrase) }
  }

  mutating func string() -> Spanned<String> {
    let read = advance()
    return Spanned(unescapedString(source.bytes, from: read.start, to: read.end), span(read))
  }

  /// The statements of a `def` or a region, from brace to brace.
  mutating func bodyInBraces(mayStandAlone: Bool) throws(Abandoned) -> [Statement] {
    let isClosed = isClosedBrace
    let opener = span(token)
    if braceDepth == SyntaxLimits.braces { throw abandonHere(.nestedTooDeep) }
    advance()
    braceDepth += 1
    let body = statements(inBraces: isClosed, mayStandAlone: mayStandAlone)
    braceDepth -= 1
    if isClosed { _ = advance(over: .closeBrace) } else { report(.unclosed(opener: "{"), at: opener) }
    return body
  }
}
