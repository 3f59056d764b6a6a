/// What could be read of a text, and what was wrong with the rest.
public struct ParsedPatch: Sendable {
  /// The statements that could be read, in order.
  public var patch: Patch
  /// In order of text.
  public var diagnostics: [Diagnostic]
  /// Names that unreadable statements would have given to nodes, controls, constants or effects. That they are unknown is no
  /// further mistake.
  public var lostNames: Set<String>

  public init(patch: Patch, diagnostics: [Diagnostic] = [], lostNames: Set<String> = []) {
    self.patch = patch
    self.diagnostics = diagnostics
    self.lostNames = lostNames
  }

  /// The patch, where nothing was wrong.
  public func get() throws(PatchFailure) -> Patch {
    if diagnostics.contains(where: { $0.severity == .error }) { throw PatchFailure(diagnostics, sources: patch.sources) }
    return patch
  }
}

/// Reads a patch's text.
///
/// - Throws: every mistake in its spelling at once.
public func parsePatch(_ source: Source) throws(PatchFailure) -> Patch { try parseText(source).get() }

/// Reads a patch's text as far as it goes.
///
/// - Parameter index: the place that `source` will have among the sources that spans point into.
public func parseText(_ source: Source, index: Int = 0) -> ParsedPatch {
  if let refusal = refusal(of: source, index: index) {
    return ParsedPatch(patch: Patch(sources: [source]), diagnostics: [refusal])
  }
  var parser = Parser(source, index: index)
  let patch = parser.patch()
  return ParsedPatch(patch: patch, diagnostics: inOrder(parser.diagnostics, of: source), lostNames: parser.lostNames)
}

/// Reads a chain as the command line takes it: `gain -3dB -> reverb decay=2s`. Where it does not start at `in` or end at
/// `out`, they are put there.
///
/// - Throws: every mistake in its spelling.
public func parseChain(_ text: String) throws(PatchFailure) -> Patch {
  let source = Source(name: "<chain>", text: text)
  if let refusal = refusal(of: source, index: 0) { throw PatchFailure([refusal], sources: [source]) }
  var parser = Parser(source, index: 0)
  var patch = Patch(sources: [source])
  if let chain = parser.chain() { patch.statements = [.connection(chain.withImpliedEnds())] }
  return try ParsedPatch(patch: patch, diagnostics: inOrder(parser.diagnostics, of: source)).get()
}

extension Parser {
  fileprivate mutating func chain() -> Connection? {
    skipSeparators()
    do {
      let chain = try connection(mayStandAlone: true)
      skipSeparators()
      if kind != .end { throw abandonHere(.strayAfter(what: "the chain", found: found)) }
      return chain
    } catch {
      return nil
    }
  }
}

extension Connection {
  /// The chain with `in ->` before it and `-> out` after it where they are not written. They have empty spans.
  public func withImpliedEnds() -> Connection {
    var chain = self
    func isEndpoint(_ element: Element?, _ name: String) -> Bool {
      if case .endpoint(let endpoint) = element { endpoint.node.value == name } else { false }
    }
    if !isEndpoint(elements.first, "in") {
      let start = SourceSpan(source: span.source, start: span.start, end: span.start)
      chain.elements.insert(.endpoint(Endpoint(node: Spanned("in", start), span: start)), at: 0)
    }
    if !isEndpoint(elements.last, "out") {
      let end = SourceSpan(source: span.source, start: span.end, end: span.end)
      chain.elements.append(.endpoint(Endpoint(node: Spanned("out", end), span: end)))
    }
    return chain
  }
}

extension Braces {
  /// The body of a region: where all its wiring is one chain, `in` and `out` around that may be left out.
  public static func bodyWithImpliedEnds(_ statements: [Statement]) -> [Statement] {
    let chains = statements.indices.filter { if case .connection = statements[$0] { true } else { false } }
    guard chains.count == 1, case .connection(let chain) = statements[chains[0]] else { return statements }
    var statements = statements
    statements[chains[0]] = .connection(chain.withImpliedEnds())
    return statements
  }
}

/// Why a text is not even read.
func refusal(of source: Source, index: Int, limit: Int = SyntaxLimits.bytes) -> Diagnostic? {
  if source.bytes.count > limit {
    return SyntaxMistake.textTooLarge(limit: limit).diagnostic(at: SourceSpan(source: index, start: 0, end: 0))
  }
  if let zero = source.bytes.firstIndex(of: 0) {
    return SyntaxMistake.notText.diagnostic(at: SourceSpan(source: index, start: zero, end: zero + 1))
  }
  return nil
}

/// In order of text, each once, and no more than anyone would read.
package func inOrder(_ diagnostics: [Diagnostic], of source: Source) -> [Diagnostic] {
  var ordered: [Diagnostic] = []
  for diagnostic in diagnostics.sorted(by: { ($0.span?.start ?? 0, $0.message) < ($1.span?.start ?? 0, $1.message) })
  where ordered.last != diagnostic { ordered.append(diagnostic) }
  guard ordered.count > SyntaxLimits.errors, let span = ordered[SyntaxLimits.errors].span else { return ordered }
  return ordered.prefix(SyntaxLimits.errors) + [SyntaxMistake.tooManyErrors.diagnostic(at: span)]
}
