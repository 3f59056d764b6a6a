/// A synchronous or cyclo-static dataflow graph: actors that fire, and edges that queue tokens between them.
///
/// Actors and edges are named by their index, in the order in which they were added; names serve printing alone.
public struct DataflowGraph: Sendable, Hashable {
  /// What fires.
  public struct Actor: Sendable, Hashable {
    public var name: String
    /// The time of one firing per phase, in any one unit; one number where all phases take as long.
    public var executionTimes: [Int]
    /// Output edges that may be written over an input edge while the actor fires.
    public var inPlace: [InPlacePair]

    public init(_ name: String, executionTimes: [Int] = [1], inPlace: [InPlacePair] = []) {
      self.name = name
      self.executionTimes = executionTimes
      self.inPlace = inPlace
    }
  }

  /// An output edge that may take the memory of an input edge: each firing reads a token of the input before it writes the
  /// token of the output with the same number, and with unequal rates reads all of its tokens before it writes.
  public struct InPlacePair: Sendable, Hashable {
    public var input: Int
    public var output: Int

    public init(input: Int, output: Int) {
      self.input = input
      self.output = output
    }
  }

  /// A queue of tokens from one actor to another, or back to itself.
  public struct Edge: Sendable, Hashable {
    public var name: String
    public var from: Int
    public var to: Int
    /// Tokens written per firing of `from`, phase by phase.
    public var produce: PhasedRate
    /// Tokens read per firing of `to`, phase by phase.
    public var consume: PhasedRate
    public var initialTokens: Int
    public var tokenBytes: Int

    public init(
      _ name: String, from: Int, to: Int, produce: PhasedRate = 1, consume: PhasedRate = 1, initialTokens: Int = 0,
      tokenBytes: Int = 1
    ) {
      precondition(initialTokens >= 0 && tokenBytes >= 0, "tokens and their size cannot be negative")
      self.name = name
      self.from = from
      self.to = to
      self.produce = produce
      self.consume = consume
      self.initialTokens = initialTokens
      self.tokenBytes = tokenBytes
    }
  }

  public private(set) var actors: [Actor] = []
  public private(set) var edges: [Edge] = []

  public init() {}

  /// - Precondition: edges join actors that exist.
  public init(actors: [Actor], edges: [Edge]) {
    self.actors = actors
    for edge in edges { add(edge) }
  }

  /// - Returns: the actor's index.
  @discardableResult
  public mutating func add(_ actor: Actor) -> Int {
    actors.append(actor)
    return actors.count - 1
  }

  /// - Precondition: both ends exist.
  /// - Returns: the edge's index.
  @discardableResult
  public mutating func add(_ edge: Edge) -> Int {
    precondition(actors.indices.contains(edge.from) && actors.indices.contains(edge.to), "an edge joins two actors")
    edges.append(edge)
    return edges.count - 1
  }

  /// The same graph with other numbers of initial tokens, one per edge.
  public func withInitialTokens(_ tokens: [Int]) -> DataflowGraph {
    var graph = self
    for index in graph.edges.indices { graph.edges[index].initialTokens = tokens[index] }
    return graph
  }

  /// Firings after which each actor's rates and times repeat; 1 for every actor of a synchronous graph.
  /// An entry is nil where the number does not fit.
  public var phaseCounts: [Int?] {
    var counts = actors.map { Optional(max(1, $0.executionTimes.count)) }
    for edge in edges {
      for (actor, rate) in [(edge.from, edge.produce), (edge.to, edge.consume)] {
        counts[actor] = counts[actor].flatMap { leastCommonMultipleReportingOverflow($0, rate.phases.count) }
      }
    }
    return counts
  }

  /// Whether every rate is the same in all firings.
  public var isSynchronous: Bool { edges.allSatisfy { $0.produce.phases.count == 1 && $0.consume.phases.count == 1 } }
}

extension DataflowGraph: CustomStringConvertible {
  /// One line per edge, as `A 2 -> 3 B, 4 tokens`.
  public var description: String {
    edges.map { edge in
      let tokens = edge.initialTokens == 0 ? "" : ", \(edge.initialTokens) \(edge.initialTokens == 1 ? "token" : "tokens")"
      return "\(edge.name): \(actors[edge.from].name) \(edge.produce) -> \(edge.consume) \(actors[edge.to].name)\(tokens)"
    }.joined(separator: "\n")
  }
}
