/// Capacities under which a live graph gets through an iteration, as small as the effort lets them be found.
///
/// Edges on no undirected cycle get the least capacities: what gets stuck waits in a circle, and a circle stays within a
/// biconnected component. So each of these is searched by itself, for the smallest iteration of its own.
///
/// - Parameters:
///   - order: all actors; ties are broken by it.
///   - least: from `leastCapacities`.
/// - Returns: capacities in the order of edges, and how many tokens more than the least are needed at the least.
func smallestCapacities(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, order: [Int], least: [Int], effort: Effort
) -> (capacities: [Int], missing: Int) {
  var rank = [Int](repeating: 0, count: order.count)
  for (place, actor) in order.enumerated() { rank[actor] = place }
  let moving = graph.edges.indices.filter { repetitions.tokens[$0] > 0 && graph.edges[$0].from != graph.edges[$0].to }
  let groups = biconnectedComponents(
    nodeCount: order.count, edges: moving.map { DirectedEdge(from: graph.edges[$0].from, to: graph.edges[$0].to) }
  ).map { $0.map { moving[$0] } }.filter { $0.count > 1 }
  let grouped = groups.reduce(0) { $0 + $1.count }
  let steps = effort.searchSteps(edgeCount: graph.edges.count)

  var capacities = least
  var missing = 0
  var local = [Int](repeating: 0, count: order.count)
  for group in groups {
    let simulation = CapacitySimulation(graph, repetitions, edges: group, rank: rank, local: &local)
    let lowest = simulation.edges.map { least[$0] }
    var search = CapacitySearch(simulation, least: lowest, steps: steps / grouped * group.count)
    search.improve()
    for (edge, capacity) in zip(simulation.edges, search.best) { capacities[edge] = capacity }
    missing += search.lowerBound - lowest.reduce(0, +)
  }
  return (capacities, missing)
}

extension CapacitySimulation {
  /// Of the actors at the given edges, for the smallest iteration that they have by themselves.
  init(_ graph: DataflowGraph, _ repetitions: RepetitionVector, edges: [Int], rank: [Int], local: inout [Int]) {
    let actors = Set(edges.flatMap { [graph.edges[$0].from, graph.edges[$0].to] }).sorted { rank[$0] < rank[$1] }
    let divisor = actors.reduce(0) { greatestCommonDivisor($0, repetitions.cycles[$1]) }
    let ordered = edges.sorted { a, b in
      let (a, b) = (graph.edges[a], graph.edges[b])
      if (a.from, a.to) != (b.from, b.to) { return (rank[a.from], rank[a.to]) < (rank[b.from], rank[b.to]) }
      if a.initialTokens != b.initialTokens { return a.initialTokens < b.initialTokens }
      return (a.produce.phases + a.consume.phases).lexicographicallyPrecedes(b.produce.phases + b.consume.phases)
    }
    self.init(
      graph, actors: actors, edges: ordered, firings: actors.map { repetitions.firings[$0] / divisor }, local: &local)
  }
}
