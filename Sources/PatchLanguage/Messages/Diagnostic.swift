/// One message to the writer of a patch: what, where, and the way out.
public struct Diagnostic: Sendable, Hashable {
  public enum Severity: String, Sendable {
    case error, warning, note
  }

  public var severity: Severity
  /// A sentence without capital or full stop.
  public var message: String
  /// The exact token; nil only where there is no text.
  public var span: SourceSpan?
  /// Further facts, each printed on a line of its own after ` = `, such as `loop: a -> b -> a` or `help: …`.
  public var notes: [String]

  public init(_ severity: Severity, _ message: String, at span: SourceSpan?, notes: [String] = []) {
    self.severity = severity
    self.message = message
    self.span = span
    self.notes = notes
  }
}

/// Everything found wrong in one go, with the texts to show it in.
public struct PatchFailure: Error, Sendable {
  public var diagnostics: [Diagnostic]
  public var sources: [Source]

  public init(_ diagnostics: [Diagnostic], sources: [Source]) {
    self.diagnostics = diagnostics
    self.sources = sources
  }
}
