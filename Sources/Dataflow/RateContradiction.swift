/// The shortest undirected cycle around which the rates do not multiply to 1, or nil where there is none.
///
/// Rates are labels in a group. From each root, labels multiply along a breadth-first tree to potentials, and every edge
/// whose label disagrees closes a cycle of length d(u) + d(v) + 1; the least over all roots is the shortest. (The shortest
/// way around a single bad edge may be balanced, so one root is not enough.) Labels are taken modulo a prime, where a
/// product is unequal only if it is unequal indeed; a prime that misses a contradiction is followed by another.
func shortestContradiction(_ graph: DataflowGraph, _ equations: BalanceEquations) -> [Int]? {
  for prime: UInt in [(1 << 61) - 1, (1 << 62) - 57, (1 << 63) - 25] {
    let field = PrimeField(prime)
    // A rate that is 0 in the field has no inverse and would disagree with everything.
    let rates = graph.edges.indices.lazy.filter(equations.couples).flatMap { [equations.produced[$0], equations.consumed[$0]] }
    if rates.contains(where: { field.reduce($0) == 0 }) { continue }
    if let cycle = ContradictionSearch(graph, equations, field).shortestCycle() { return cycle }
  }
  return nil
}

private struct ContradictionSearch {
  /// Edges looked at before the search settles for the best cycle so far.
  static let effort = 20_000_000

  let graph: DataflowGraph
  let incident: Adjacency
  let field: PrimeField
  /// What the edge multiplies the number of cycles by, walked forwards and backwards.
  let forward: [UInt]
  let backward: [UInt]

  init(_ graph: DataflowGraph, _ equations: BalanceEquations, _ field: PrimeField) {
    self.graph = graph
    self.field = field
    incident = graph.incidentEdges(where: equations.couples)
    let produced = equations.produced.map(field.reduce), consumed = equations.consumed.map(field.reduce)
    forward = zip(produced, consumed).map { field.multiply($0, field.inverse($1)) }
    backward = zip(produced, consumed).map { field.multiply($1, field.inverse($0)) }
  }

  func shortestCycle() -> [Int]? {
    let count = graph.actors.count
    var best: [Int]?
    var remaining = Self.effort
    var potential = [UInt](repeating: 0, count: count)
    var depth = [Int](repeating: 0, count: count)
    var parent = [Int](repeating: -1, count: count)
    var visit = [Int](repeating: -1, count: count)
    for root in 0..<count where remaining > 0 {
      var queue = [root], next = 0
      (potential[root], depth[root], parent[root], visit[root]) = (1, 0, -1, root)
      while next < queue.count {
        let actor = queue[next]
        next += 1
        if let best, 2 * depth[actor] + 1 >= best.count { break }
        for index in incident[actor] where index != parent[actor] {
          remaining -= 1
          let edge = graph.edges[index]
          let other = edge.from == actor ? edge.to : edge.from
          let value = field.multiply(potential[actor], edge.from == actor ? forward[index] : backward[index])
          if visit[other] != root {
            (potential[other], depth[other], parent[other], visit[other]) = (value, depth[actor] + 1, index, root)
            queue.append(other)
          } else if potential[other] != value, depth[actor] + depth[other] + 1 < best?.count ?? .max {
            best = cycle(closing: index, actor, other, parent)
          }
        }
      }
    }
    return best
  }

  /// The edges from `a` up to where its tree path meets that of `b`, down to `b`, and back through `edge`.
  private func cycle(closing edge: Int, _ a: Int, _ b: Int, _ parent: [Int]) -> [Int] {
    var up = path(from: a, parent), down = path(from: b, parent)
    while let last = up.last, last == down.last {
      up.removeLast()
      down.removeLast()
    }
    return up + down.reversed() + [edge]
  }

  /// Tree edges from an actor to the root.
  private func path(from start: Int, _ parent: [Int]) -> [Int] {
    var edges: [Int] = []
    var actor = start
    while parent[actor] >= 0 {
      let edge = graph.edges[parent[actor]]
      edges.append(parent[actor])
      actor = edge.to == actor ? edge.from : edge.to
    }
    return edges
  }
}

/// Whole numbers modulo a prime below 2^63.
struct PrimeField {
  let prime: UInt

  init(_ prime: UInt) { self.prime = prime }

  func reduce(_ value: Int) -> UInt { UInt(value) % prime }
  func multiply(_ a: UInt, _ b: UInt) -> UInt { prime.dividingFullWidth(a.multipliedFullWidth(by: b)).remainder }

  /// By Fermat: the power prime - 2.
  func inverse(_ value: UInt) -> UInt {
    var result: UInt = 1, square = value
    var exponent = prime - 2
    while exponent > 0 {
      if exponent & 1 == 1 { result = multiply(result, square) }
      square = multiply(square, square)
      exponent >>= 1
    }
    return result
  }
}
