import Signal

/// A patch in which every name was found and every value checked.
public struct ResolvedPatch: Sendable {
  public var graph: Graph
  /// What is likely a mistake and yet has one meaning, such as a node that nothing connects.
  public var warnings: [Diagnostic]
}

/// Binds the names of a patch to effects, checks every argument, and flattens instances and regions into one graph.
///
/// All that can be known without a sample rate and without the channels of the input is checked here; rates, channels,
/// Nyquist frequencies and loops are the compiler's.
///
/// - Parameter loader: reads the files that `use` names.
/// - Throws: everything found wrong, each once, in the order of the text; with the warnings among it.
public func resolve(
  _ patch: Patch, catalog: Catalog, loader: some SourceLoader = DiskLoader()
) throws(PatchFailure) -> ResolvedPatch {
  try resolve(ParsedPatch(patch: patch), catalog: catalog, loader: loader)
}

/// As `resolve` of a patch, for a text that could be read only in part: mistakes in its spelling and in its meaning are
/// reported together.
public func resolve(
  _ parsed: ParsedPatch, catalog: Catalog, loader: some SourceLoader = DiskLoader()
) throws(PatchFailure) -> ResolvedPatch {
  let resolution = Resolution(sources: parsed.patch.sources, catalog: catalog, loader: loader)
  for diagnostic in parsed.diagnostics { resolution.report(diagnostic) }
  let graph = resolution.graph(of: parsed)
  let diagnostics = resolution.diagnostics.inOrderOfText
  if diagnostics.contains(where: { $0.severity == .error }) { throw PatchFailure(diagnostics, sources: resolution.sources) }
  return ResolvedPatch(graph: graph, warnings: diagnostics)
}

extension [Diagnostic] {
  /// By file, then by place; those of one place stay in the order of their finding.
  fileprivate var inOrderOfText: [Diagnostic] {
    enumerated().sorted { a, b in
      let (first, second) = (a.element.span, b.element.span)
      return (first?.source ?? -1, first?.start ?? 0, a.offset) < (second?.source ?? -1, second?.start ?? 0, b.offset)
    }.map(\.element)
  }
}

/// One run of `resolve`: what is known so far, and what was found wrong. Its work is in the extensions, in this order:
/// names of a body, values, arguments, instances, connections, then what needs the whole flat graph.
final class Resolution {
  let catalog: Catalog
  let loader: any SourceLoader
  var sources: [Source]
  private(set) var diagnostics: [Diagnostic] = []
  private var reported: Set<Diagnostic> = []

  /// The files with mistakes in their spelling.
  var partialSources: Set<Int> = []
  /// Whether more actors were asked for than a patch may hold, which is said once.
  var isTooLarge = false
  var network = Network()
  /// The files read, by path.
  var usedFiles: [String: UsedFile] = [:]
  var usedSounds: [String: SoundSamples] = [:]
  /// The definitions whose instances are being made, from the outside in.
  var activeDefinitions: [ActiveDefinition] = []
  /// The names of the values that are being read, from the first reader on.
  var valuesBeingRead: [NamedValue] = []

  init(sources: [Source], catalog: Catalog, loader: any SourceLoader) {
    self.sources = sources
    self.catalog = catalog
    self.loader = loader
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Each message once, also where a definition is used twice.
  func report(_ diagnostic: Diagnostic) {
    if reported.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
  }
  func report(_ mistake: NameMistake, at span: SourceSpan) { reportOnce(mistake, at: span) }
  func report(_ mistake: ValueMistake, at span: SourceSpan) { reportOnce(mistake, at: span) }
  func report(_ mistake: StructureMistake, at span: SourceSpan) { reportOnce(mistake, at: span) }

  private func reportOnce(_ mistake: some Mistake, at span: SourceSpan) {
    // Of a file that could be read only in part, what is missing is no further mistake.
    if mistake.isAboutSomethingMissing, partialSources.contains(span.source) { return }
    // Finding out what was likely meant takes time, which nobody wants to spend on a thousand messages.
    let count = diagnostics.count { $0.severity == mistake.severity }
    guard count <= SyntaxLimits.errors else { return }
    if count < SyntaxLimits.errors { return report(mistake.diagnostic(at: span)) }
    let last: any Mistake = mistake.severity == .error ? NameMistake.tooMany : StructureMistake.tooManyWarnings
    report(last.diagnostic(at: span))
  }

  /// `line 3`, or `line 3 of plate.talea` for another file than `reader`'s.
  func place(_ span: SourceSpan, seenFrom reader: SourceSpan) -> String {
    let line = Excerpt(span, in: sources[span.source]).line
    return span.source == reader.source ? "line \(line)" : "line \(line) of \(sources[span.source].name)"
  }

  func graph(of parsed: ParsedPatch) -> Graph {
    populateRoot(with: parsed)
    flattenDrivers()
    flattenJunctions()
    checkDrivers()
    fixStructuralParameters()
    boundControls()
    checkReachability()
    return finishedGraph(parsed.patch)
  }
}

extension ParsedPatch {
  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Something wrong, as data.
protocol Mistake {
  /// Whether it may come of statements or arguments that could not be read.
  var isAboutSomethingMissing: Bool { get }
  var severity: Diagnostic.Severity { get }

  func diagnostic(at span: SourceSpan) -> Diagnostic
}

extension Mistake {
  var severity: Diagnostic.Severity { .error }
}
