/// A weakly connected part of a graph, in flat arrays and in an order that names do not influence.
///
/// Nodes are actors that fire, one firing standing for a full cycle of phases. Edges from an actor to itself and edges that
/// carry nothing are left out: no schedule changes what they hold.
struct AppearanceGraph {
  /// The graph's index of each node.
  let actors: [Int]
  /// Cycles of each node in an iteration.
  let counts: [Int]
  /// The graph's index of each edge.
  let edges: [Int]
  let from: [Int]
  let to: [Int]
  /// Tokens that pass each edge in an iteration.
  let tokens: [Int]
  let initialTokens: [Int]
  let leaving: Adjacency
  let entering: Adjacency

  var nodeCount: Int { actors.count }

  /// - Parameters:
  ///   - actors: the graph's indices; in the order that nodes are to have.
  ///   - edges: the graph's indices of edges between these actors, in the order that edges are to have.
  ///   - local: scratch with an entry per actor of the graph.
  init(_ graph: DataflowGraph, _ repetitions: RepetitionVector, actors: [Int], edges: [Int], local: inout [Int]) {
    for (node, actor) in actors.enumerated() { local[actor] = node }
    self.actors = actors
    counts = actors.map { repetitions.cycles[$0] }
    self.edges = edges
    from = edges.map { local[graph.edges[$0].from] }
    to = edges.map { local[graph.edges[$0].to] }
    tokens = edges.map { repetitions.tokens[$0] }
    initialTokens = edges.map { graph.edges[$0].initialTokens }
    leaving = Adjacency(nodeCount: actors.count, keys: from)
    entering = Adjacency(nodeCount: actors.count, keys: to)
  }

  /// Whether the reader must follow the writer in each of `turns` turns of an iteration.
  func binds(_ edge: Int, turns: Int) -> Bool { initialTokens[edge] < tokens[edge] / turns }

  /// The least turns of a loop in which the reader may go first; nil where no loop around both allows it.
  func leastTurns(_ edge: Int) -> Int? {
    let most = greatestCommonDivisor(counts[from[edge]], counts[to[edge]])
    guard initialTokens[edge] > 0, !binds(edge, turns: most) else { return nil }
    let (turns, rest) = tokens[edge].quotientAndRemainder(dividingBy: initialTokens[edge])
    return max(1, rest == 0 ? turns : turns + 1)
  }

  /// Tokens that wait on an edge at most, in the loop that suits it best.
  func leastTokens(_ edge: Int) -> Int {
    let passing = tokens[edge] / greatestCommonDivisor(counts[from[edge]], counts[to[edge]])
    return initialTokens[edge] >= passing ? initialTokens[edge] : initialTokens[edge] + passing
  }

  /// The same part with nodes and edges in canonical order.
  func canonical(_ graph: DataflowGraph, _ repetitions: RepetitionVector, local: inout [Int]) -> AppearanceGraph {
    let order = canonicalOrder(self)
    var place = [Int](repeating: 0, count: nodeCount)
    for (position, node) in order.enumerated() { place[node] = position }
    let edgeOrder = edges.indices.sorted { a, b in
      let first = (place[from[a]], place[to[a]], tokens[a], initialTokens[a], a)
      return first < (place[from[b]], place[to[b]], tokens[b], initialTokens[b], b)
    }
    return AppearanceGraph(
      graph, repetitions, actors: order.map { actors[$0] }, edges: edgeOrder.map { edges[$0] }, local: &local)
  }
}

/// The weakly connected parts of what fires and carries tokens; parts by their lowest actor, all in the graph's own order.
func appearanceGraphs(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> [AppearanceGraph] {
  func isCarried(_ index: Int) -> Bool { repetitions.tokens[index] > 0 && graph.edges[index].from != graph.edges[index].to }
  let incident = graph.incidentEdges(where: isCarried)
  var part = [Int](repeating: -1, count: graph.actors.count)
  var members: [[Int]] = []
  for root in graph.actors.indices where part[root] < 0 && repetitions.cycles[root] > 0 {
    part[root] = members.count
    var queue = [root], next = 0
    while next < queue.count {
      let actor = queue[next]
      next += 1
      for index in incident[actor] {
        for end in [graph.edges[index].from, graph.edges[index].to] where part[end] < 0 {
          part[end] = members.count
          queue.append(end)
        }
      }
    }
    members.append(queue.sorted())
  }
  var inside = [[Int]](repeating: [], count: members.count)
  for index in graph.edges.indices where isCarried(index) { inside[part[graph.edges[index].from]].append(index) }
  var local = [Int](repeating: 0, count: graph.actors.count)
  return members.indices.map {
    AppearanceGraph(graph, repetitions, actors: members[$0], edges: inside[$0], local: &local)
      .canonical(graph, repetitions, local: &local)
  }
}
