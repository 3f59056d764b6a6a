/// Why a consistent graph has no schedule.
public enum SchedulingError: Error, Sendable, Hashable {
  case deadlock(Deadlock)
  /// A tight loop would need more than a million entries, or more effort than allowed.
  case tooLong
}

/// A valid periodic schedule of one iteration.
///
///     A 2 -> 3 B        gives        (3 A) (2 B)
///
/// Every actor appears once, except within strongly connected components that are tight: those whose edges hold too few
/// tokens for cutting them open by an iteration. Tight components fire as tokens allow. Loops are nested for the least
/// buffers that the order of actors permits, for up to 256 actors in a row; beyond, neighbours with equal counts share a loop.
/// Source: Bhattacharyya, Murthy and Lee, Software Synthesis from Dataflow Graphs, Kluwer 1996 (loose interdependence,
/// dynamic programming post-optimisation).
public func scheduleFirings(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, effort: Int = 20_000_000
) throws(SchedulingError) -> Schedule {
  switch checkLiveness(graph, repetitions, effort: effort) {
  case .dead(let deadlock): throw .deadlock(deadlock)
  case .undecided: throw .tooLong
  case .live: break
  }
  var scheduler = FiringScheduler(graph, repetitions, effort)
  let actors = graph.actors.indices.filter { repetitions.cycles[$0] > 0 }
  return Schedule(try scheduler.terms(actors, Array(graph.edges.indices), repetitions.cycles))
}

/// Schedules a live graph part by part.
private struct FiringScheduler {
  static let entryLimit = 1_000_000

  let graph: DataflowGraph
  let repetitions: RepetitionVector
  private var effort: Int
  private var local: [Int]

  init(_ graph: DataflowGraph, _ repetitions: RepetitionVector, _ effort: Int) {
    self.graph = graph
    self.repetitions = repetitions
    self.effort = effort
    local = [Int](repeating: -1, count: graph.actors.count)
  }

  /// The terms in which each actor makes `cycles` cycles, with the given edges as the only constraints.
  mutating func terms(_ actors: [Int], _ edges: [Int], _ cycles: [Int]) throws(SchedulingError) -> [Schedule.Term] {
    for (index, actor) in actors.enumerated() { local[actor] = index }
    let inside = edges.filter { cycles[graph.edges[$0].from] > 0 && cycles[graph.edges[$0].to] > 0 }
    let condensation = condense(
      nodeCount: actors.count,
      edges: inside.map { DirectedEdge(from: local[graph.edges[$0].from], to: local[graph.edges[$0].to]) })
    let components = condensation.components.map { $0.map { actors[$0] } }
    let ends = inside.map {
      DirectedEdge(
        from: condensation.componentOf[local[graph.edges[$0].from]], to: condensation.componentOf[local[graph.edges[$0].to]])
    }
    var inner = [[Int]](repeating: [], count: components.count)
    for (edge, end) in zip(inside, ends) where end.from == end.to { inner[end.from].append(edge) }

    var items: [LoopItem] = []
    for (index, component) in components.enumerated() {
      if component.count == 1 {
        let actor = component[0]
        items.append(LoopItem(count: cycles[actor], terms: [.fire(actor, times: repetitions.phaseCounts[actor])]))
      } else {
        items.append(try loop(component, inner[index], cycles))
      }
    }
    let arcs = zip(inside, ends).filter { $0.1.from != $0.1.to }.map { edge, end in
      LoopArc(from: end.from, to: end.to, tokens: Double(tokens(edge, cycles)))
    }
    let order = topologicalOrder(
      keys: components.map { $0[0] }, edges: arcs.map { DirectedEdge(from: $0.from, to: $0.to) }, preference: .nextToProducer)!
    return nestInOrder(items, arcs, order)
  }

  /// A strongly connected component, for as many of its own smallest iterations as fit into `cycles`.
  private mutating func loop(_ actors: [Int], _ edges: [Int], _ cycles: [Int]) throws(SchedulingError) -> LoopItem {
    let divisor = actors.reduce(0) { greatestCommonDivisor($0, cycles[$1]) }
    var least = [Int](repeating: 0, count: cycles.count)
    for actor in actors { least[actor] = cycles[actor] / divisor }
    let kept = edges.filter { graph.edges[$0].initialTokens < tokens($0, least) }
    for (index, actor) in actors.enumerated() { local[actor] = index }
    let parts = componentLabels(
      nodeCount: actors.count, edges: kept.map { DirectedEdge(from: local[graph.edges[$0].from], to: local[graph.edges[$0].to]) })
    if parts.count > 1 { return LoopItem(count: divisor, terms: try terms(actors, kept, least)) }

    var simulation = FiringSimulation(graph, actors: actors, edges: edges, phaseCounts: repetitions.phaseCounts, local: &local)
    let caps = actors.map { least[$0] * repetitions.phaseCounts[$0] }
    var fired = actors.map { _ in 0 }
    var allowed = min(effort, Self.entryLimit)
    effort -= allowed
    var terms: [Schedule.Term] = []
    simulation.run(caps: caps, fired: &fired, effort: &allowed) { terms.append(.fire($0, times: $1)) }
    effort += allowed
    guard fired == caps else { throw .tooLong }
    return LoopItem(count: divisor, terms: terms)
  }

  /// Tokens that pass an edge while its writer makes `cycles` cycles.
  private func tokens(_ edge: Int, _ cycles: [Int]) -> Int {
    let writer = graph.edges[edge].from
    return graph.edges[edge].produce.tokens(inFirst: cycles[writer] * repetitions.phaseCounts[writer])!
  }
}
