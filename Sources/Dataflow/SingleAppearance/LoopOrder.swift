/// A single appearance schedule of one part: nodes in order, and between each two the turns of the innermost loop around both.
///
///     (49 (3 A B) (2 C))      is      A 147 B 49 C
///
/// A loop's turns are the greatest common divisor of the counts within. Loops around a stretch are found from the least
/// number in it: so an edge has its buffer filled and emptied once per turn of the least number between its ends.
struct LoopOrder: Hashable {
  var nodes: [Int]
  /// One fewer than nodes.
  var turns: [Int]

  static let empty = LoopOrder(nodes: [], turns: [])

  /// One part after another, in a loop of `outer` turns.
  mutating func append(_ other: LoopOrder, turns outer: Int) {
    if !nodes.isEmpty && !other.nodes.isEmpty { turns.append(outer) }
    nodes += other.nodes
    turns += other.turns
  }

  func positions() -> [Int] {
    var positions = [Int](repeating: 0, count: nodes.count)
    for (position, node) in nodes.enumerated() { positions[node] = position }
    return positions
  }

  /// The most tokens that wait on each edge, or nil where an edge lacks tokens for the order.
  func sizes(_ graph: AppearanceGraph) -> [Int]? {
    let position = positions()
    var sizes: [Int] = []
    sizes.reserveCapacity(graph.edges.count)
    for edge in graph.edges.indices {
      let (writer, reader) = (position[graph.from[edge]], position[graph.to[edge]])
      let passing = graph.tokens[edge] / leastTurns(min(writer, reader), max(writer, reader))
      if writer < reader {
        sizes.append(passing + graph.initialTokens[edge])
      } else {
        guard graph.initialTokens[edge] >= passing else { return nil }
        sizes.append(graph.initialTokens[edge])
      }
    }
    return sizes
  }

  /// Turns of the innermost loop around two positions.
  func leastTurns(_ first: Int, _ last: Int) -> Int {
    turns.withUnsafeBufferPointer { turns in
      var least = Int.max
      var index = first
      while index < last {
        least = min(least, turns[index])
        index += 1
      }
      return least
    }
  }

  /// Memory of one private buffer per edge; infinite where an edge lacks tokens for the order.
  func cost(_ graph: AppearanceGraph) -> Double {
    guard let sizes = sizes(graph) else { return .infinity }
    return sizes.reduce(0) { $0 + Double($1) }
  }

  /// The schedule in looped notation.
  func terms(_ graph: AppearanceGraph, _ phaseCounts: [Int]) -> [Schedule.Term] {
    terms(0, nodes.count - 1, 1, graph, phaseCounts)
  }

  private func terms(
    _ first: Int, _ last: Int, _ outer: Int, _ graph: AppearanceGraph, _ phaseCounts: [Int]
  ) -> [Schedule.Term] {
    guard first < last else {
      guard first == last else { return [] }
      let actor = graph.actors[nodes[first]]
      return repeated(graph.counts[nodes[first]] / outer, [.fire(actor, times: phaseCounts[actor])])
    }
    let loop = leastTurns(first, last)
    var body: [Schedule.Term] = []
    var start = first
    for index in first...last where index == last || turns[index] == loop {
      body += terms(start, index, loop, graph, phaseCounts)
      start = index + 1
    }
    return repeated(loop / outer, body)
  }
}
