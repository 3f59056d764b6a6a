import Dataflow

/// Everything that the compiler finds out about a bare graph.
public struct GraphAnswer: Sendable {
  public enum Kind: String, Sendable { case sdf, csdf }

  /// Rates that contradict one another around a cycle.
  public struct Conflict: Sendable {
    /// Edges of a cycle that no shorter contradictory cycle undercuts, in walking order.
    public var edges: [Int]
    public var sentence: String
  }

  public enum SingleAppearanceAnswer: Sendable {
    case found(SingleAppearance)
    /// A loop of the graph is tight: no schedule has each of its actors once.
    case none
    /// The effort did not suffice.
    case undecided
  }

  /// The file that was asked about.
  public var file: GraphFile
  public var kind: Kind
  public var conflict: Conflict?
  /// nil where the rates contradict.
  public var repetitions: RepetitionVector?
  public var liveness: Liveness?
  /// For a dead graph; nil where the effort did not suffice.
  public var missingTokens: [MissingTokens]?
  public var bounds: EdgeBounds?
  public var loops: [TokenLoop] = []
  /// For a live graph; nil where the effort did not suffice.
  public var minimumBuffer: MinimumBuffer?
  /// For a live graph.
  public var singleAppearance: SingleAppearanceAnswer?
  public var period: IterationPeriod?
  /// The period without any concurrency within an actor.
  public var sequentialPeriod: IterationPeriod?

  /// Tokens that stay in loops for good because readers look at them beyond what they consume. Private buffers hold them
  /// on top of what the figures here count; see `withHistory(_:)`.
  public var historyTokens = 0

  public var isConsistent: Bool { conflict == nil }

  /// Tokens of private buffers, history included.
  public func withHistory(_ tokens: Int) -> Int {
    let (sum, overflow) = tokens.addingReportingOverflow(historyTokens)
    return overflow ? .max : sum
  }
}

/// Why a well-formed graph has no answer.
public enum GraphAnswerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Firings or tokens of one iteration, or a bound, are above 2^63 - 1.
  case beyondRange

  public var description: String {
    "firings or tokens of one iteration add up to more than 2^63 - 1; divide rates by common factors, or split the graph"
  }
}

extension GraphAnswer {
  /// Analyses a graph.
  public init(_ file: GraphFile, effort: Effort = .default) throws(GraphAnswerError) {
    self.file = file
    let graph = file.reduced
    kind = graph.isSynchronous ? .sdf : .csdf
    let repetitions: RepetitionVector
    do {
      repetitions = try solveBalanceEquations(graph)
    } catch {
      guard case .contradiction(let cycle) = error else { throw .beyondRange }
      conflict = Conflict(edges: cycle, sentence: conflictSentence(graph, cycle))
      return
    }
    self.repetitions = repetitions
    let bounds = EdgeBounds(graph, repetitions)
    guard bounds.anyScheduleSum != nil, bounds.singleAppearanceSum != nil else { throw .beyondRange }
    self.bounds = bounds
    for tokens in file.loopHistory {
      let (sum, overflow) = historyTokens.addingReportingOverflow(tokens)
      if overflow { throw .beyondRange }
      historyTokens = sum
    }
    loops = tokenLoops(graph, repetitions)
    let liveness = checkLiveness(graph, repetitions, effort: effort.firingBatches)
    self.liveness = liveness
    switch liveness {
    case .undecided: break
    case .dead: missingTokens = findMissingTokens(graph, repetitions, effort: effort.firingBatches)
    case .live:
      period = selfTimedPeriod(graph, repetitions, effort: effort.firingConstraints)
      sequentialPeriod =
        period == .undecided
        ? .undecided : selfTimedPeriod(graph, repetitions, concurrency: .none, effort: effort.firingConstraints)
      minimumBuffer = try? minimumBufferSchedule(graph, repetitions, effort: effort)
      do {
        let schedule = try singleAppearanceSchedule(graph, repetitions, effort: effort)
        singleAppearance = schedule.map { .found($0) } ?? SingleAppearanceAnswer.none
      } catch {
        singleAppearance = .undecided
      }
    }
  }
}

extension Effort {
  /// Batches of firings to simulate; a batch takes some 0.2 µs.
  var firingBatches: Int {
    switch self {
    case .fast: 1_000_000
    case .default: 10_000_000
    case .thorough: 200_000_000
    }
  }

  /// Constraints between firings to look at; 100 million take about a second.
  var firingConstraints: Int {
    switch self {
    case .fast: 5_000_000
    case .default: 20_000_000
    case .thorough: 2_000_000_000
    }
  }
}

extension GraphFile {
  /// The graph with what its readers look at beyond what they consume taken off the tokens of its loops: those tokens
  /// never get consumed and hold nobody up. Outside loops the history belongs to the reader and costs no tokens.
  var reduced: DataflowGraph {
    guard history.contains(where: { $0 > 0 }) else { return graph }
    return graph.withInitialTokens(zip(graph.edges, loopHistory).map { max(0, $0.initialTokens - $1) })
  }

  /// Tokens of each edge that stay in a loop for good.
  var loopHistory: [Int] {
    guard history.contains(where: { $0 > 0 }) else { return graph.edges.map { _ in 0 } }
    let condensation = condense(graph)
    return zip(graph.edges, history).map { edge, history in
      condensation.componentOf[edge.from] == condensation.componentOf[edge.to] && edge.from != edge.to ? history : 0
    }
  }
}
