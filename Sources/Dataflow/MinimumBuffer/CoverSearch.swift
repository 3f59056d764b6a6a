/// Branch and bound for the fewest tokens that resolve all of some storage conflicts.
///
/// A conflict left open is resolved by each of its edges in turn, which afterwards is taken to stay below that capacity. The
/// bound is a dual ascent: each open conflict pays for tokens, as long as on no edge those that a capacity resolves pay more
/// than it costs.
/// Source: dual ascent for covering, Bilde and Krarup, Annals of Discrete Mathematics 1977.
struct CoverSearch {
  private struct Need {
    var edge: Int
    /// Index into the edge's levels.
    var level: Int
  }

  /// The edges of the conflicts; numbered from 0 in here.
  private let edges: [Int]
  /// Capacities that matter for each edge, ascending; the least first.
  private let levels: [[Int]]
  private let conflicts: [[Need]]
  private var best: [Int]
  private var bestTokens = Int.max
  private var steps = 0

  init(_ conflicts: [StorageConflict], _ least: [Int]) {
    var tokens: [Int: Set<Int>] = [:]
    for conflict in conflicts {
      for need in conflict.needs { tokens[need.edge, default: []].insert(need.tokens) }
    }
    let edges = tokens.keys.sorted()
    let levels = edges.map { [least[$0]] + tokens[$0]!.sorted() }
    let local = Dictionary(uniqueKeysWithValues: edges.enumerated().map { ($1, $0) })
    self.edges = edges
    self.levels = levels
    self.conflicts = conflicts.map { conflict in
      conflict.needs.map { need in
        let edge = local[need.edge]!
        return Need(edge: edge, level: levels[edge].firstIndex(of: need.tokens)!)
      }
    }
    best = edges.map { _ in 0 }
  }

  /// - Parameter steps: below 0 the search takes the first way that it comes upon.
  mutating func solve(steps: inout Int) -> CoverSolution {
    self.steps = steps
    let root = Node(chosen: edges.map { _ in 0 }, highest: levels.map { $0.count - 1 })
    var lowerBound = 0
    explore(root, lowerBound: &lowerBound)
    if self.steps >= 0 { lowerBound = bestTokens }
    steps = self.steps
    let grown = edges.indices.filter { best[$0] > 0 }.map { (edges[$0], levels[$0][best[$0]]) }
    return CoverSolution(capacities: grown, tokens: bestTokens, lowerBound: lowerBound)
  }

  private struct Node {
    /// The level each edge has at least, and at most.
    var chosen: [Int]
    var highest: [Int]
  }

  private func tokens(_ chosen: [Int]) -> Int {
    chosen.indices.reduce(0) { $0 + levels[$1][chosen[$1]] - levels[$1][0] }
  }

  /// - Parameter lowerBound: what no way on from here goes below.
  private mutating func explore(_ node: Node, lowerBound: inout Int) {
    var node = node
    guard var open = openConflicts(&node) else {
      lowerBound = .max
      return
    }
    let cost = tokens(node.chosen)
    if open.isEmpty {
      lowerBound = cost
      if cost < bestTokens {
        bestTokens = cost
        best = node.chosen
      }
      return
    }
    open.sort { ($0.ways.count, $1.cheapest) < ($1.ways.count, $0.cheapest) }
    lowerBound = cost + ascent(node, open)
    if lowerBound >= bestTokens { return }
    let ways = open[0].ways.sorted { increment($0, node) < increment($1, node) }
    for way in ways {
      if steps < 0, bestTokens < .max { return }
      var next = node
      next.chosen[way.edge] = way.level
      var bound = 0
      explore(next, lowerBound: &bound)
      node.highest[way.edge] = min(node.highest[way.edge], way.level - 1)
    }
  }

  private struct Open {
    var ways: [Need]
    var cheapest: Int
  }

  private func increment(_ need: Need, _ node: Node) -> Int {
    levels[need.edge][need.level] - levels[need.edge][node.chosen[need.edge]]
  }

  /// The conflicts left to resolve, after taking every last way out; nil where one has none.
  private mutating func openConflicts(_ node: inout Node) -> [Open]? {
    while true {
      var open: [Open] = []
      var isForced = false
      for needs in conflicts {
        steps -= needs.count
        if needs.contains(where: { node.chosen[$0.edge] >= $0.level }) { continue }
        let ways = needs.filter { $0.level <= node.highest[$0.edge] }
        guard !ways.isEmpty else { return nil }
        if ways.count == 1 {
          node.chosen[ways[0].edge] = ways[0].level
          isForced = true
        } else {
          open.append(Open(ways: ways, cheapest: ways.map { increment($0, node) }.min()!))
        }
      }
      if !isForced { return open }
    }
  }

  /// Tokens that resolving the open conflicts takes at the least.
  private mutating func ascent(_ node: Node, _ open: [Open]) -> Int {
    var slack = edges.indices.map { edge in levels[edge].map { $0 - levels[edge][node.chosen[edge]] } }
    var total = 0
    for conflict in open {
      var payment = Int.max
      for way in conflict.ways {
        for level in way.level...node.highest[way.edge] { payment = min(payment, slack[way.edge][level]) }
      }
      guard payment > 0 else { continue }
      total += payment
      for way in conflict.ways {
        for level in way.level..<levels[way.edge].count { slack[way.edge][level] -= payment }
        steps -= 1
      }
    }
    return total
  }
}
