/// Orders nodes by the structure around them, so that what is found later does not depend on names or on the order of input.
///
/// Colours start as the nodes' counts and are refined by those of the neighbours until no class splits any more. Up to 512
/// nodes, one node of the first class that holds several is then set apart and refinement goes on, until every node has a
/// colour of its own; in graphs whose equally coloured nodes are images of one another (nearly all), the result is the same
/// graph for every order of input. Larger graphs keep the given order among equals.
/// Source: Weisfeiler and Leman 1968; individualisation as in McKay, Practical Graph Isomorphism, 1981.
func canonicalOrder(_ graph: AppearanceGraph) -> [Int] {
  var refinement = ColourRefinement(graph)
  refinement.refine(rounds: graph.nodeCount <= 512 ? graph.nodeCount : 8)
  if graph.nodeCount <= 512 {
    while let node = refinement.firstOfTies() {
      refinement.setApart(node)
      refinement.refine(rounds: graph.nodeCount)
    }
  }
  return (0..<graph.nodeCount).sorted { (refinement.colours[$0], $0) < (refinement.colours[$1], $1) }
}

private struct ColourRefinement {
  let graph: AppearanceGraph
  private(set) var colours: [UInt64]
  private let labels: [UInt64]
  private var classCount: Int

  init(_ graph: AppearanceGraph) {
    self.graph = graph
    colours = graph.counts.map { mixed(UInt64($0)) }
    labels = graph.edges.indices.map { mixed(UInt64(graph.tokens[$0]) &+ mixed(UInt64(graph.initialTokens[$0]))) }
    classCount = Set(colours).count
  }

  mutating func refine(rounds: Int) {
    for _ in 0..<rounds {
      var next = colours.map { mixed($0 &+ 1) }
      for edge in graph.edges.indices {
        let (a, b) = (graph.from[edge], graph.to[edge])
        next[a] &+= mixed(colours[b] &+ labels[edge])
        next[b] &+= mixed(colours[a] ^ ~labels[edge])
      }
      for node in next.indices { next[node] = mixed(next[node]) }
      let count = Set(next).count
      if count <= classCount { return }
      colours = next
      classCount = count
      if count == colours.count { return }
    }
  }

  /// The first node of the class with the lowest colour among those that hold several.
  func firstOfTies() -> Int? {
    let order = colours.indices.sorted { (colours[$0], $0) < (colours[$1], $1) }
    return zip(order, order.dropFirst()).first { colours[$0] == colours[$1] }?.0
  }

  mutating func setApart(_ node: Int) {
    colours[node] = mixed(colours[node] ^ 0x5851_F42D_4C95_7F2D)
    classCount += 1
  }
}

/// The finaliser of SplitMix64: every bit of the input reaches every bit of the result.
func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// SplitMix64: random numbers that a seed decides, the same on every machine.
struct SearchRandom {
  private var state: UInt64

  init(seed: Int) { state = mixed(UInt64(truncatingIfNeeded: seed)) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mixed(state)
  }

  /// A number in 0..<bound; bound is positive.
  mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high) }
}
