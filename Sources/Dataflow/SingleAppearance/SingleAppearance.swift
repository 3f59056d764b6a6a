/// What single appearance schedules of a graph take: schedules in whose looped notation every actor stands once.
///
/// Sizes are in tokens, each counted as 1. Edges from an actor to itself are the actor's own state and not counted.
public struct SingleAppearance: Sendable, Hashable {
  /// The sum over edges of the most tokens that wait there in `schedule`: one private buffer per edge.
  public var tokens: Int
  /// The same in a schedule that loops over single actors only, but for loops of the graph that force more.
  public var flatTokens: Int
  public var schedule: Schedule
  /// All buffers in one arena, those that never hold tokens at once in the same place.
  public var shared: SharedArena
  /// As `shared`, and actors write over their input where `Actor.inPlace` allows it; nil where it allows nothing.
  public var inPlace: SharedArena?
}

/// Buffers that share one piece of memory, and the schedule in which they may.
///
/// A buffer is whole: it keeps its place from the first write to the last read, and what an actor reads and writes in one
/// firing lies apart (except in place). Edges with initial tokens live on across the border of the period.
public struct SharedArena: Sendable, Hashable {
  /// Size of the arena.
  public var tokens: Int
  /// No placement of whole buffers takes less with this schedule.
  public var lowerBound: Int
  public var schedule: Schedule
  /// Where each edge's tokens lie; nil for edges from an actor to itself.
  public var placement: [Place?]

  public struct Place: Sendable, Hashable {
    public var offset: Int
    public var size: Int

    public init(offset: Int, size: Int) {
      self.offset = offset
      self.size = size
    }
  }
}

/// Searches the single appearance schedules of a consistent graph for little memory, private and shared.
///
///     A 1 -> 1 B 2 -> 3 C 2 -> 7 D 8 -> 7 E 5 -> 1 F      gives      (49 (3 A B) (2 C)) (4 (7 D) (8 E (5 F))), 264 tokens
///
/// Orders of actors come from grouping by turns, from minimum cuts and from topological sorts; loops are nested by dynamic
/// programming; a local search moves actors and loops within what precedence permits. The least memory is NP-hard to find:
/// the result is the best one met. It does not depend on names, nor on the order of actors and edges except where actors
/// look alike from everywhere.
///
/// Source: Bhattacharyya, Murthy and Lee, Software Synthesis from Dataflow Graphs, Kluwer 1996; Murthy and Bhattacharyya,
/// Shared Buffer Implementations of Signal Processing Systems Using Lifetime Analysis Techniques, IEEE Trans. CAD 2001.
///
/// - Returns: nil where no single appearance schedule exists: a strongly connected component holds too few tokens.
/// - Throws: `SchedulingError.tooLong` where a sum of tokens does not fit.
public func singleAppearanceSchedule(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, effort: Effort = .default
) throws(SchedulingError) -> SingleAppearance? {
  guard selfLoopsRun(graph, repetitions) else { return nil }
  let parts = appearanceGraphs(graph, repetitions)
  let nodeCount = parts.reduce(0) { $0 + $1.nodeCount }
  let overlays = parts.map { Dataflow.overlays($0, graph) }
  var flat: [LoopOrder] = [], least: [LoopOrder] = [], shared: [LoopOrder] = [], inPlace: [LoopOrder] = []
  for (part, overlays) in zip(parts, overlays) {
    let budget = SearchBudget(effort, nodeCount: part.nodeCount, share: Double(part.nodeCount) / Double(max(1, nodeCount)))
    guard let answer = searchSchedules(part, overlays, budget) else { return nil }
    flat.append(answer.flat)
    least.append(answer.least)
    shared.append(answer.shared)
    inPlace.append(answer.inPlace ?? answer.shared)
  }
  let whole = WholeSchedule(graph, repetitions, parts)
  guard let tokens = whole.tokens(least), let flatTokens = whole.tokens(flat) else { throw .tooLong }
  let tries = SearchBudget(effort, nodeCount: nodeCount, share: 1).packings
  guard let arena = whole.arena(shared, [], tries: tries) else { throw .tooLong }
  var answer = SingleAppearance(tokens: tokens, flatTokens: flatTokens, schedule: whole.schedule(least), shared: arena)
  if overlays.contains(where: { !$0.isEmpty }) {
    guard let inPlace = whole.arena(inPlace, overlays, tries: tries) else { throw .tooLong }
    // Writing in place is never forced.
    answer.inPlace = inPlace.tokens < arena.tokens ? inPlace : arena
  }
  return answer
}

/// Whether the edges from actors to themselves hold tokens enough. What passes in a cycle of phases comes back.
private func selfLoopsRun(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> Bool {
  graph.edges.allSatisfy { edge in
    guard edge.from == edge.to, repetitions.cycles[edge.from] > 0 else { return true }
    return (0..<repetitions.phaseCounts[edge.from]).allSatisfy { firing in
      let (available, overflow) = edge.initialTokens.addingReportingOverflow(edge.produce.tokens(inFirst: firing) ?? .max)
      return overflow || edge.consume.tokens(inFirst: firing + 1) ?? .max <= available
    }
  }
}

/// The parts of a graph, one after another.
struct WholeSchedule {
  private let graph: DataflowGraph
  private let repetitions: RepetitionVector
  private let parts: [AppearanceGraph]
  /// Edges outside all parts that hold a constant number of tokens.
  private let constant: [Int]

  init(_ graph: DataflowGraph, _ repetitions: RepetitionVector, _ parts: [AppearanceGraph]) {
    self.graph = graph
    self.repetitions = repetitions
    self.parts = parts
    constant = graph.edges.indices.filter { repetitions.tokens[$0] == 0 && graph.edges[$0].from != graph.edges[$0].to }
  }

  func schedule(_ orders: [LoopOrder]) -> Schedule {
    Schedule(zip(parts, orders).flatMap { part, order in order.terms(part, repetitions.phaseCounts) })
  }

  /// Memory of private buffers, or nil where it does not fit.
  func tokens(_ orders: [LoopOrder]) -> Int? {
    var total = 0
    func add(_ size: Int) -> Bool {
      let (sum, overflow) = total.addingReportingOverflow(size)
      total = sum
      return !overflow
    }
    for (part, order) in zip(parts, orders) {
      guard let sizes = order.sizes(part), sizes.allSatisfy(add) else { return nil }
    }
    return constant.allSatisfy { add(graph.edges[$0].initialTokens) } ? total : nil
  }

  /// All buffers in one arena, or nil where a sum does not fit.
  ///
  /// - Parameter overlays: what may be written in place, part by part; empty where nothing may.
  func arena(_ orders: [LoopOrder], _ overlays: [[Overlay]], tries: Int) -> SharedArena? {
    var all = BufferLives(intervals: [], relations: [], placeCount: 0), edges: [Int] = []
    for (index, (part, order)) in zip(parts, orders).enumerated() {
      guard let lives = BufferLives(part, order, overlays.isEmpty ? [] : overlays[index]) else { return nil }
      all.relations += lives.relations.map {
        .init(
          place: $0.place + all.placeCount, input: $0.input + edges.count, output: $0.output + edges.count, mostLag: $0.mostLag)
      }
      all.intervals += lives.intervals.map {
        BufferInterval(first: $0.first + all.placeCount, last: $0.last + all.placeCount, size: $0.size)
      }
      edges += part.edges
      all.placeCount += part.nodeCount
    }
    all.intervals += constant.map { .always(graph.edges[$0].initialTokens) }
    edges += constant
    all.placeCount = max(1, all.placeCount)
    guard let lowerBound = all.lowerBound else { return nil }
    let packing = packed(all, lowerBound: lowerBound, tries: tries)
    var placement = [SharedArena.Place?](repeating: nil, count: graph.edges.count)
    for (index, edge) in edges.enumerated() {
      placement[edge] = .init(offset: packing.offsets[index], size: all.intervals[index].size)
    }
    return SharedArena(tokens: packing.size, lowerBound: lowerBound, schedule: schedule(orders), placement: placement)
  }
}
