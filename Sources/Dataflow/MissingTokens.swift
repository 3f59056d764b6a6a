/// Tokens to add to an edge.
public struct MissingTokens: Sendable, Hashable {
  public let edge: Int
  public let tokens: Int

  public init(edge: Int, tokens: Int) {
    self.edge = edge
    self.tokens = tokens
  }
}

/// Tokens that make a dead graph live, and without any one of which it is dead; in the order of edges. Empty for a live
/// graph; nil where the effort does not suffice.
///
/// Where one edge alone can do it, the edge is taken whose tokens add the least time (tokens per tokens of an iteration).
/// Otherwise edges on the cycles of waiting actors get more tokens until the component is live, and then each edge gives
/// back what it can: more tokens never make a live graph dead, so one round leaves nothing to spare. The least number of
/// tokens over all choices of edges is NP-hard to find.
public func findMissingTokens(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, effort: Int = 20_000_000
) -> [MissingTokens]? {
  if checkLiveness(graph, repetitions, effort: effort) == .live { return [] }
  var components = ComponentSimulations(graph, repetitions)
  var effort = effort
  var missing: [MissingTokens] = []
  for index in components.condensation.components.indices where components.condensation.isCyclic[index] {
    let caps = components.smallestIteration(of: index)
    let simulation = components.simulation(of: index)
    var search = MissingTokenSearch(simulation, caps, effort)
    guard let found = search.search() else { return nil }
    effort = search.effort
    missing += found
  }
  return missing.sorted { $0.edge < $1.edge }
}

/// The search within one strongly connected component.
private struct MissingTokenSearch {
  /// Edges of a cycle that are tried as the only one to change.
  static let candidateLimit = 32

  private var simulation: FiringSimulation
  private let caps: [Int]
  private let given: [Int]
  private(set) var effort: Int
  /// Where the component gets stuck with the tokens given. Every run with more tokens may go on from here.
  private var stuck: [Int]

  init(_ simulation: FiringSimulation, _ caps: [Int], _ effort: Int) {
    self.simulation = simulation
    self.caps = caps
    self.effort = effort
    given = simulation.initialTokens
    stuck = caps.map { _ in 0 }
  }

  mutating func search() -> [MissingTokens]? {
    simulation.run(caps: caps, fired: &stuck, effort: &effort)
    guard effort > 0 else { return nil }
    if stuck == caps { return [] }
    var extra = singleEdge() ?? severalEdges()
    for edge in extra.keys.sorted() where effort > 0 { extra[edge] = leastTokens(edge, extra) }
    guard effort > 0 else { return nil }
    return extra.filter { $0.value > 0 }.map { MissingTokens(edge: simulation.edges[$0.key], tokens: $0.value) }
  }

  /// The one edge that can make all live at the least time, with all the tokens it could ever need.
  private mutating func singleEdge() -> [Int: Int]? {
    var best: (edge: Int, tokens: Int, time: Rational)?
    for edge in waitingCycle(stuck).prefix(Self.candidateLimit) {
      let relief = [edge: fullRelief(edge)]
      guard isLive(relief) else { continue }
      let tokens = leastTokens(edge, relief)
      let time = Rational(tokens, max(1, simulation.tokensRead(edge, inFirst: caps)))
      if best == nil || (time, edge) < (best!.time, best!.edge) { best = (edge, tokens, time) }
    }
    return best.map { [$0.edge: $0.tokens] }
  }

  /// Opens all cycles of waiting actors, again and again until nothing waits.
  private mutating func severalEdges() -> [Int: Int] {
    var extra: [Int: Int] = [:]
    var fired = stuck
    while fired != caps, effort > 0 {
      let starved = simulation.starvedEdges(caps: caps, fired: fired)
      let starts = [Bool](repeating: false, count: caps.count)
      for index in feedbackEdges(nodeCount: caps.count, edges: starved.map(simulation.end), starts: starts) {
        extra[starved[index]] = fullRelief(starved[index])
      }
      apply(extra)
      simulation.run(caps: caps, fired: &fired, effort: &effort)
    }
    return extra
  }

  /// The fewest extra tokens of one edge that keep all live, the other extras staying as they are; by bisection.
  private mutating func leastTokens(_ edge: Int, _ extra: [Int: Int]) -> Int {
    var trial = extra
    trial[edge] = 0
    if isLive(trial) { return 0 }
    var dead = 0, live = extra[edge]!
    // The least is often a single token or a single firing's worth: look near the dead end first.
    var step = 1
    while live - dead > 1, effort > 0 {
      let middle = step < (live - dead) / 2 ? dead + step : dead + (live - dead) / 2
      step = step < (live - dead) / 2 ? step * 4 : step
      trial[edge] = middle
      if isLive(trial) { live = middle } else { dead = middle }
    }
    return live
  }

  /// So many extra tokens that the edge never holds its reader up.
  private func fullRelief(_ edge: Int) -> Int { max(1, simulation.tokensRead(edge, inFirst: caps) - given[edge]) }

  private mutating func isLive(_ extra: [Int: Int]) -> Bool {
    apply(extra)
    var fired = stuck
    simulation.run(caps: caps, fired: &fired, effort: &effort)
    return fired == caps
  }

  private mutating func apply(_ extra: [Int: Int]) {
    simulation.initialTokens = given
    for (edge, tokens) in extra { simulation.initialTokens[edge] += tokens }
  }

  /// A shortest cycle of edges that lack tokens.
  private func waitingCycle(_ fired: [Int]) -> [Int] {
    let starved = simulation.starvedEdges(caps: caps, fired: fired)
    return (shortestCycle(nodeCount: caps.count, edges: starved.map(simulation.end)) ?? []).map { starved[$0] }
  }
}
