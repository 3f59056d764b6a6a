import Dataflow
import PatchLanguage

/// A bare dataflow graph, read from a file.
///
///     { "name": "two", "kind": "sdf",
///       "actors": [{ "name": "A", "exec_time": 2 }, { "name": "B" }],
///       "edges": [{ "name": "AB", "from": "A", "to": "B", "produce": 2, "consume": 3, "delay": 0 }] }
///
/// `docs/graph-files.md` describes the format.
public struct GraphFile: Sendable, Hashable {
  /// The graph's own name; empty where the file gives none.
  public var name: String
  /// Actors and edges in the order of the file, with the initial tokens as written.
  public var graph: DataflowGraph
  /// Tokens of each edge that its reader looks at beyond those it consumes.
  public var history: [Int]

  /// What others have published about the graph, as far as the file says so. Nothing of it enters an answer.
  public var facts: [GraphFact] = []

  /// Bytes of a file that are read at most.
  public static let byteLimit = SyntaxLimits.jsonBytes

  /// - Throws: every mistake in the text at once.
  public init(_ source: Source) throws(PatchFailure) {
    guard source.bytes.count <= Self.byteLimit else {
      let start = SourceSpan(source: 0, start: 0, end: 0)
      throw PatchFailure([GraphMistake.tooLarge(limit: Self.byteLimit).diagnostic(at: start)], sources: [source])
    }
    var reader = JSONReader(source, index: 0)
    let document: JSONNode
    do { document = try reader.document() } catch { throw PatchFailure([error.diagnostic], sources: [source]) }
    var file = GraphFileReader()
    let read = try? file.read(document)
    guard let read, file.diagnostics.isEmpty else {
      throw PatchFailure(inOrder(file.diagnostics, of: source), sources: [source])
    }
    self = read
  }

  init(name: String, graph: DataflowGraph, history: [Int]) {
    self.name = name
    self.graph = graph
    self.history = history
  }
}

/// A published figure.
public struct GraphFact: Sendable, Hashable {
  /// Which figure, such as `repetition` or `period_iter`.
  public var key: String
  public var value: JSONValue
  public var source: String
  /// How it is known: READ in a stored text, REPRODUCED, or not verified.
  public var status: String
}
