/// Whether a consistent graph can run for ever.
public enum Liveness: Sendable, Hashable {
  case live
  case dead(Deadlock)
  /// The effort allowed was used up before an iteration ended or got stuck.
  case undecided
}

/// The state in which a dead graph gets stuck in its first iteration; the same for every order of firing.
public struct Deadlock: Error, Sendable, Hashable {
  /// How often each actor has fired by then.
  public let firings: [Int]
  /// Actors that cannot finish an iteration, ascending.
  public let blocked: [Int]
  /// A shortest cycle of edges on each of which the next firing of the reader lacks tokens, in walking order.
  public let waitingCycle: [Int]

  /// The blocked actors that have not fired even once, ascending.
  public var neverFiring: [Int] { blocked.filter { firings[$0] == 0 } }
}

/// Decides whether every actor can finish an iteration, by firing whatever can fire.
///
/// Only strongly connected components need this, each for the smallest iteration of its own; what lies between is live
/// by itself. Source: class-S algorithms, Lee and Messerschmitt, IEEE Trans. Computers 1987.
///
/// - Parameter effort: batches of firings to try; a batch takes some 0.2 µs.
public func checkLiveness(_ graph: DataflowGraph, _ repetitions: RepetitionVector, effort: Int = 20_000_000) -> Liveness {
  var components = ComponentSimulations(graph, repetitions)
  var effort = effort
  var fired = [Int](repeating: 0, count: graph.actors.count)
  for index in components.condensation.components.indices {
    let actors = components.condensation.components[index]
    let whole = actors.map { repetitions.firings[$0] }
    var caps = whole
    for (place, actor) in actors.enumerated() {
      for edge in components.entering[actor] where components.condensation.componentOf[graph.edges[edge].from] != index {
        let tokens = graph.edges[edge].produce.tokens(inFirst: fired[graph.edges[edge].from])!
        caps[place] = min(caps[place], graph.edges[edge].consume.firings(coveredBy: tokens + graph.edges[edge].initialTokens))
      }
    }
    guard components.condensation.isCyclic[index] else {
      fired[actors[0]] = caps[0]
      continue
    }
    var simulation = components.simulation(of: index)
    var reached = actors.map { _ in 0 }
    let least = components.smallestIteration(of: index)
    if caps == whole {
      // Most components are through in a few batches; for the rest, a proof may be cheaper than the run.
      var first = min(effort, 100_000)
      effort -= first
      simulation.run(caps: least, fired: &reached, effort: &first)
      effort += first
      if reached == least
        || first == 0 && isProvenLive(graph, repetitions, actors: actors, edges: simulation.edges, effort: effort)
      {
        reached = whole
      }
    }
    if reached != whole { simulation.run(caps: caps, fired: &reached, effort: &effort) }
    guard effort > 0 || reached == caps else { return .undecided }
    for (actor, count) in zip(actors, reached) { fired[actor] = count }
  }
  let blocked = graph.actors.indices.filter { fired[$0] < repetitions.firings[$0] }
  guard !blocked.isEmpty else { return .live }
  return .dead(Deadlock(firings: fired, blocked: blocked, waitingCycle: waitingCycle(graph, repetitions, fired)))
}

/// Whether a strongly connected component is live, without counting its firings.
private func isProvenLive(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, actors: [Int], edges: [Int], effort: Int
) -> Bool {
  if canFirePeriodically(graph, repetitions, actors: actors, edges: edges) { return true }
  var effort = effort
  return isLiveByConstraints(graph, repetitions, component: actors, edges: edges, effort: &effort) == true
}

private func waitingCycle(_ graph: DataflowGraph, _ repetitions: RepetitionVector, _ fired: [Int]) -> [Int] {
  let starved = graph.edges.indices.filter { index in
    let edge = graph.edges[index]
    guard fired[edge.to] < repetitions.firings[edge.to] else { return false }
    let tokens = edge.produce.tokens(inFirst: fired[edge.from])! + edge.initialTokens
    return edge.consume.firings(coveredBy: tokens) <= fired[edge.to]
  }
  let ends = starved.map { DirectedEdge(from: graph.edges[$0].from, to: graph.edges[$0].to) }
  return (shortestCycle(nodeCount: graph.actors.count, edges: ends) ?? []).map { starved[$0] }
}

/// The strongly connected components of a graph, each ready to be simulated by itself.
struct ComponentSimulations {
  let graph: DataflowGraph
  let repetitions: RepetitionVector
  let condensation: Condensation
  let entering: Adjacency
  private let innerEdges: Adjacency
  private var local: [Int]

  init(_ graph: DataflowGraph, _ repetitions: RepetitionVector) {
    self.graph = graph
    self.repetitions = repetitions
    let condensation = condense(graph)
    self.condensation = condensation
    entering = graph.edgesEntering()
    innerEdges = Adjacency(
      nodeCount: condensation.components.count,
      incidences: graph.edges.enumerated().compactMap { index, edge in
        let component = condensation.componentOf[edge.from]
        return component == condensation.componentOf[edge.to] ? (component, index) : nil
      })
    local = [Int](repeating: 0, count: graph.actors.count)
  }

  mutating func simulation(of component: Int) -> FiringSimulation {
    FiringSimulation(
      graph, actors: condensation.components[component], edges: Array(innerEdges[component]),
      phaseCounts: repetitions.phaseCounts, local: &local)
  }

  /// The fewest firings of a component's actors that leave its inner edges as they were.
  func smallestIteration(of component: Int) -> [Int] {
    let actors = condensation.components[component]
    let divisor = max(1, actors.reduce(0) { greatestCommonDivisor($0, repetitions.cycles[$1]) })
    return actors.map { repetitions.firings[$0] / divisor }
  }
}
