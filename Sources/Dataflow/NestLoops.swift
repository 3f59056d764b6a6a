/// Why no block executor can run a stream graph.
public enum LoopNestError: Error, Sendable, Hashable {
  /// A loop on which no frame waits: none of its nodes can fire first.
  /// `cycle` is a shortest such loop, in walking order; one token on each edge of `repair` makes every loop of the graph
  /// live, and none of them could be left out.
  case deadLoop(cycle: [Int], repair: [Int])
  /// The common clock of a loop, or the length of its turns, is above 2^63 - 1. The edge is one of the loop.
  case tooLarge(edge: Int)
}

/// Gives each loop of a graph the longest turns that its tokens allow, and everything around it turns as long as if the
/// loop were not there.
///
///     A -> B <-> C (64 tokens back), C -> D        gives        A (64: B C) D
///
/// A strongly connected part runs in turns of the largest span S for which it falls apart once all edges are cut whose
/// tokens last for S (initialTokens >= ceil(S r) at rate r); its parts are treated likewise, and then have shorter turns.
/// Nodes next to each other in the order are producer and consumer where the graph allows; ties go to the lower index.
/// Where loops are nested more than 64 deep, loops of nearly equal turns share them, none at less than half its length.
/// O(E log² E).
/// Source: loose interdependence, Bhattacharyya and Lee, Scheduling Synchronous Dataflow Graphs for Efficient Looping,
/// Journal of VLSI Signal Processing 1993, with time in place of iterations.
public func nestLoops(_ graph: StreamGraph) throws(LoopNestError) -> LoopNest {
  try refuseTokenFreeLoops(graph)
  let spans = try tokenSpans(graph)
  let levels = Set(spans).union([0]).sorted()
  let rankOf = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, $0) })
  var hierarchy = LoopHierarchy(
    nodeCount: graph.nodeCount,
    edges: zip(graph.edges, spans).map { .init(from: $0.from, to: $0.to, rank: rankOf[$1]!) }, rankCount: levels.count)
  hierarchy.limitDepth(to: 64, spans: levels)
  return try LoopNestBuilder(graph, spans, hierarchy, levels).nest()
}

/// The reference time for which each edge's initial tokens last.
private func tokenSpans(_ graph: StreamGraph) throws(LoopNestError) -> [Rational] {
  var spans: [Rational] = []
  spans.reserveCapacity(graph.edges.count)
  for (index, edge) in graph.edges.enumerated() {
    guard let span = Rational(edge.initialTokens).dividedReportingOverflow(by: edge.rate) else { throw .tooLarge(edge: index) }
    spans.append(span)
  }
  return spans
}

private func refuseTokenFreeLoops(_ graph: StreamGraph) throws(LoopNestError) {
  let free = graph.edges.indices.filter { graph.edges[$0].initialTokens == 0 }
  let edges = free.map { DirectedEdge(from: graph.edges[$0].from, to: graph.edges[$0].to) }
  guard topologicalOrder(keys: Array(0..<graph.nodeCount), edges: edges, preference: .nextToProducer) == nil else { return }
  guard let cycle = shortestCycle(nodeCount: graph.nodeCount, edges: edges) else { return }
  var isEntered = [Bool](repeating: false, count: graph.nodeCount)
  let labels = componentLabels(nodeCount: graph.nodeCount, edges: edges).of
  for edge in graph.edges where labels[edge.from] != labels[edge.to] { isEntered[edge.to] = true }
  let repair = feedbackEdges(nodeCount: graph.nodeCount, edges: edges, starts: isEntered)
  throw .deadLoop(cycle: cycle.map { free[$0] }, repair: repair.map { free[$0] })
}

/// Turns the forest of loops into an ordered nest.
private struct LoopNestBuilder {
  let graph: StreamGraph
  let spans: [Rational]
  let hierarchy: LoopHierarchy
  let levels: [Rational]
  /// Loops around each node or loop.
  private let depth: [Int]
  /// What lies directly in each loop, and last, outside all loops.
  private var children: [[Int]]
  /// Edges by the innermost loop around both ends, and where they lead inside it.
  private var ownEdges: [[Int]]
  private var ends: [DirectedEdge]

  private var outside: Int { children.count - 1 }

  init(_ graph: StreamGraph, _ spans: [Rational], _ hierarchy: LoopHierarchy, _ levels: [Rational]) {
    self.graph = graph
    self.spans = spans
    self.hierarchy = hierarchy
    self.levels = levels
    let parent = hierarchy.parent
    let loopCount = parent.count - graph.nodeCount
    depth = parent.indices.map { item in
      var count = 0, around = parent[item]
      while around >= 0 { (count, around) = (count + 1, parent[around]) }
      return count
    }
    children = [[Int]](repeating: [], count: loopCount + 1)
    ownEdges = children
    ends = []
    var holds = [Bool](repeating: false, count: parent.count)
    for item in parent.indices where parent[item] >= 0 { holds[parent[item]] = true }
    for item in parent.indices where item < graph.nodeCount || holds[item] {
      children[parent[item] < 0 ? loopCount : parent[item] - graph.nodeCount].append(item)
    }
    for (index, edge) in graph.edges.enumerated() {
      var (a, b) = (edge.from, edge.to)
      while depth[a] > depth[b] { a = parent[a] }
      while depth[b] > depth[a] { b = parent[b] }
      while parent[a] != parent[b] { (a, b) = (parent[a], parent[b]) }
      ends.append(DirectedEdge(from: a, to: b))
      ownEdges[parent[a] < 0 ? loopCount : parent[a] - graph.nodeCount].append(index)
    }
  }

  func nest() throws(LoopNestError) -> LoopNest { try body(outside, cutting: []).nest }

  /// The ordered contents of a loop, the common clock of all edges inside (nil without edges), and the lowest node.
  private func body(_ loop: Int, cutting isCut: Set<Int>) throws(LoopNestError) -> (nest: LoopNest, clock: Rational?, key: Int) {
    var clock: Rational?
    for edge in ownEdges[loop] where loop != outside {
      clock = try common(clock, graph.edges[edge].rate, edge)
    }
    var items: [LoopNest.Item] = []
    var keys: [Int] = []
    var place: [Int: Int] = [:]
    for item in children[loop] {
      place[item] = items.count
      if item < graph.nodeCount {
        items.append(.fire(item))
        keys.append(item)
      } else {
        let (node, key) = try self.loop(item - graph.nodeCount)
        items.append(.loop(node))
        keys.append(key)
        if loop != outside { clock = try common(clock, node.clock, node.ownEdges[0]) }
      }
    }
    let edges = ownEdges[loop].filter { !isCut.contains($0) }.map {
      DirectedEdge(from: place[ends[$0].from]!, to: place[ends[$0].to]!)
    }
    guard let order = topologicalOrder(keys: keys, edges: edges, preference: .nextToProducer) else {
      preconditionFailure("a loop stayed connected although the tokens of its feedback edges last for a turn")
    }
    return (LoopNest(order.map { items[$0] }), clock, keys.min() ?? 0)
  }

  private func loop(_ loop: Int) throws(LoopNestError) -> (node: LoopNode, key: Int) {
    let span = levels[hierarchy.ranks[loop]]
    let feedback = ownEdges[loop].filter { spans[$0] >= span }
    let (nest, clock, key) = try body(loop, cutting: Set(feedback))
    guard let clock, let step = span.multipliedReportingOverflow(by: clock) else { throw .tooLarge(edge: ownEdges[loop][0]) }
    // The clock is a multiple of the rate of the edge that sets the span, so a turn is a whole number of ticks.
    return (LoopNode(clock: clock, step: step.numerator, body: nest, ownEdges: ownEdges[loop], feedback: feedback), key)
  }

  private func common(_ clock: Rational?, _ rate: Rational, _ edge: Int) throws(LoopNestError) -> Rational {
    guard let clock else { return rate }
    guard let both = leastCommonMultipleReportingOverflow(clock, rate) else { throw .tooLarge(edge: edge) }
    return both
  }
}
