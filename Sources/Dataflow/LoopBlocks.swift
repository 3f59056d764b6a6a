/// A strongly connected component of two or more actors, and how far its tokens let it run ahead.
public struct TokenLoop: Sendable, Hashable {
  /// Ascending.
  public let actors: [Int]
  /// Edges inside, without those from an actor to itself; ascending.
  public let edges: [Int]
  /// Initial tokens on those edges.
  public let tokens: Int
  /// The most iterations of the component that can be cut open at once: with this block factor the edges whose tokens do
  /// not last for a block no longer connect all actors both ways, so that the parts run one after the other, each as a
  /// block. 0 where the component is tight: no cut lasts for one iteration. No tokens are moved (no retiming).
  public let largestBlock: Int
  /// The most iterations for which every actor can make all its firings in a row; at most `largestBlock`, and less where a
  /// loop inside the loop has fewer tokens.
  public let largestFlatBlock: Int
}

/// The loops of a consistent graph, in topological order.
///
/// The block of an edge is the number of iterations for which its tokens last: ⌊tokens / tokens per iteration⌋. A
/// component falls apart for block J once the edges with a block of J or more are cut; the largest J is found by bisection
/// over the edges' blocks. O(E log E) per component.
/// Source: loose interdependence, Bhattacharyya and Lee, Scheduling Synchronous Dataflow Graphs for Efficient Looping,
/// Journal of VLSI Signal Processing 1993.
public func tokenLoops(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> [TokenLoop] {
  let condensation = condense(graph)
  var inner = [[Int]](repeating: [], count: condensation.components.count)
  for (index, edge) in graph.edges.enumerated()
  where edge.from != edge.to && condensation.componentOf[edge.from] == condensation.componentOf[edge.to] {
    inner[condensation.componentOf[edge.from]].append(index)
  }
  var local = [Int](repeating: 0, count: graph.actors.count)
  var loops: [TokenLoop] = []
  for (component, actors) in condensation.components.enumerated() where actors.count > 1 {
    for (place, actor) in actors.enumerated() { local[actor] = place }
    let divisor = max(1, actors.reduce(0) { greatestCommonDivisor($0, repetitions.cycles[$1]) })
    let edges = inner[component]
    let ends = edges.map { DirectedEdge(from: local[graph.edges[$0].from], to: local[graph.edges[$0].to]) }
    let blocks = edges.map { edge in
      let perIteration = repetitions.tokens[edge] / divisor
      // An edge on which nothing passes holds nobody up.
      return perIteration == 0 ? Int.max : graph.edges[edge].initialTokens / perIteration
    }
    func parts(_ block: Int) -> Int {
      let kept = edges.indices.filter { blocks[$0] < block }.map { ends[$0] }
      return componentLabels(nodeCount: actors.count, edges: kept).count
    }
    func largest(_ isEnough: (Int) -> Bool) -> Int {
      // Parts only grow together as J grows.
      let levels = [0] + Set(blocks.filter { $0 > 0 && $0 < .max }).sorted()
      var low = 0, high = levels.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if isEnough(parts(levels[middle])) { low = middle } else { high = middle }
      }
      return levels[low]
    }
    var tokens = 0
    for edge in edges {
      let (sum, overflow) = tokens.addingReportingOverflow(graph.edges[edge].initialTokens)
      tokens = overflow ? .max : sum
    }
    loops.append(
      TokenLoop(
        actors: actors, edges: edges, tokens: tokens, largestBlock: largest { $0 > 1 },
        largestFlatBlock: largest { $0 == actors.count }))
  }
  return loops
}
