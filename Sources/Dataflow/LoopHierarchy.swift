/// Which loops of a graph contain which, when edges are admitted in the order of their rank.
///
/// Admit edges of rank 0, 1, 2 and so on: strongly connected components form and merge. Each component is a loop, and the
/// rank at which it forms is the largest span that its tokens allow it: without the edges of that rank and above it would
/// fall apart. The loops form a forest.
/// Source: Tarjan, A Hierarchical Clustering Algorithm Using Strong Components, Information Processing Letters 1982.
/// O(E log R) for R ranks.
struct LoopHierarchy {
  struct RankedEdge {
    var from: Int
    var to: Int
    var rank: Int
  }

  /// The loop around each node, then around each loop, numbered on from the nodes; -1 outside all loops.
  private(set) var parent: [Int]
  /// The rank at which each loop forms.
  private(set) var ranks: [Int] = []
  let nodeCount: Int
  private var local: [Int]
  /// The first of the loops of single nodes.
  private var firstSingle = 0

  /// Edges of rank 0 form no cycle.
  init(nodeCount: Int, edges: [RankedEdge], rankCount: Int) {
    self.nodeCount = nodeCount
    parent = [Int](repeating: -1, count: nodeCount)
    local = [Int](repeating: 0, count: nodeCount)
    let proper = edges.filter { $0.from != $0.to }
    for part in split(Array(0..<nodeCount), proper, upTo: rankCount) where part.nodes.count > 1 {
      _ = build(part.nodes, part.edges, acyclicUpTo: 0, connectedAt: rankCount - 1)
    }
    firstSingle = parent.count
    closeSingleNodes(edges.filter { $0.from == $0.to })
  }

  /// A loop that is connected with the edges of up to one rank and has no cycle with those of up to a lower one.
  private mutating func build(_ nodes: [Int], _ edges: [RankedEdge], acyclicUpTo low: Int, connectedAt high: Int) -> Int {
    guard high - low > 1 else { return addLoop(around: nodes, rank: high) }
    let middle = (low + high) / 2
    let parts = split(nodes, edges, upTo: middle)
    if parts.count == 1 { return build(nodes, parts[0].edges, acyclicUpTo: low, connectedAt: middle) }
    var whole: [Int] = []
    for part in parts {
      whole.append(
        part.nodes.count == 1 ? part.nodes[0] : build(part.nodes, part.edges, acyclicUpTo: low, connectedAt: middle))
    }
    // `split` leaves in `local` the part of each node; loops built since then did not touch nodes of other parts.
    for (index, part) in parts.enumerated() { for node in part.nodes { local[node] = index } }
    let between = edges.compactMap { edge -> RankedEdge? in
      let (a, b) = (local[edge.from], local[edge.to])
      return a == b ? nil : RankedEdge(from: whole[a], to: whole[b], rank: edge.rank)
    }
    return build(whole, between, acyclicUpTo: middle, connectedAt: high)
  }

  /// The strongly connected components under the edges of up to a rank, each with those of its edges.
  private mutating func split(_ nodes: [Int], _ edges: [RankedEdge], upTo rank: Int) -> [(nodes: [Int], edges: [RankedEdge])] {
    for (index, node) in nodes.enumerated() { local[node] = index }
    let admitted = edges.filter { $0.rank <= rank }
    let labels = componentLabels(
      nodeCount: nodes.count, edges: admitted.map { DirectedEdge(from: local[$0.from], to: local[$0.to]) })
    var parts = [(nodes: [Int], edges: [RankedEdge])](repeating: ([], []), count: labels.count)
    for (index, node) in nodes.enumerated() { parts[labels.of[index]].nodes.append(node) }
    for edge in admitted {
      let part = labels.of[local[edge.from]]
      if part == labels.of[local[edge.to]] { parts[part].edges.append(edge) }
    }
    return parts
  }

  private mutating func addLoop(around items: [Int], rank: Int) -> Int {
    let loop = parent.count
    parent.append(-1)
    local.append(0)
    ranks.append(rank)
    for item in items { parent[item] = loop }
    return loop
  }

  /// A node with an edge to itself is a loop of its own where that edge allows less than the loop around the node.
  private mutating func closeSingleNodes(_ edges: [RankedEdge]) {
    var least = [Int?](repeating: nil, count: nodeCount)
    for edge in edges { least[edge.from] = min(edge.rank, least[edge.from] ?? .max) }
    for node in 0..<nodeCount {
      let around = parent[node]
      guard let rank = least[node], around < 0 || rank < ranks[around - nodeCount] else { continue }
      parent[addLoop(around: [node], rank: rank)] = around
    }
  }

  /// Where loops are nested deeper than `limit`, dissolves each loop whose span is above half of that of a loop around
  /// it into that loop, which takes the least span of those dissolved in it: the depth is then logarithmic in the spans, and
  /// nothing runs in turns of less than half the length. What is still too deep joins the loop at the limit. A tree of
  /// thousands of levels would cost more than it saves, and exhaust the stack of whoever walks it.
  ///
  /// Dissolved loops contain nothing afterwards. `spans` gives the time that belongs to each rank.
  mutating func limitDepth(to limit: Int, spans: [Rational]) {
    // Outer loops have higher numbers than the loops in them, except the loops of single nodes, which come last.
    let outerFirst = (nodeCount..<firstSingle).reversed() + Array(firstSingle..<parent.count)
    var depth = [Int](repeating: 0, count: parent.count)
    for loop in outerFirst { depth[loop] = parent[loop] < 0 ? 1 : depth[parent[loop]] + 1 }
    guard depth.contains(where: { $0 > limit }) else { return }

    var kept = Array(0..<parent.count)
    let formerRanks = ranks
    for loop in outerFirst {
      let around = parent[loop] < 0 ? -1 : kept[parent[loop]]
      depth[loop] = around < 0 ? 1 : depth[around] + 1
      guard around >= 0 else { continue }
      let span = spans[formerRanks[loop - nodeCount]].doubleValue
      guard depth[loop] > limit || span > spans[formerRanks[around - nodeCount]].doubleValue / 2 else { continue }
      kept[loop] = around
      ranks[around - nodeCount] = min(ranks[around - nodeCount], formerRanks[loop - nodeCount])
    }
    for item in parent.indices where parent[item] >= 0 { parent[item] = kept[parent[item]] }
  }
}
