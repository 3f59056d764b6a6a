/// Edge indices grouped by a node, in ascending order within each node, in two flat arrays.
struct Adjacency: Sendable {
  private let starts: [Int]
  private let items: [Int]

  /// Groups the indices of `keys` by their value, each in 0..<count.
  init(nodeCount count: Int, keys: [Int]) {
    self.init(nodeCount: count, incidences: keys.indices.lazy.map { (keys[$0], $0) })
  }

  /// Groups the second of each pair by the first.
  init(nodeCount count: Int, incidences: some Sequence<(Int, Int)>) {
    var starts = [Int](repeating: 0, count: count + 1)
    for (node, _) in incidences { starts[node + 1] += 1 }
    for node in 0..<count { starts[node + 1] += starts[node] }
    var next = starts
    var items = [Int](repeating: 0, count: starts[count])
    for (node, edge) in incidences {
      items[next[node]] = edge
      next[node] += 1
    }
    self.starts = starts
    self.items = items
  }

  subscript(node: Int) -> ArraySlice<Int> { items[starts[node]..<starts[node + 1]] }
}

extension DataflowGraph {
  func edgesLeaving() -> Adjacency { Adjacency(nodeCount: actors.count, keys: edges.map(\.from)) }
  func edgesEntering() -> Adjacency { Adjacency(nodeCount: actors.count, keys: edges.map(\.to)) }

  /// The edges at each actor in either direction, without those for which `include` is false.
  func incidentEdges(where include: (Int) -> Bool) -> Adjacency {
    var incidences: [(Int, Int)] = []
    incidences.reserveCapacity(2 * edges.count)
    for (index, edge) in edges.enumerated() where include(index) {
      incidences.append((edge.from, index))
      if edge.to != edge.from { incidences.append((edge.to, index)) }
    }
    return Adjacency(nodeCount: actors.count, incidences: incidences)
  }
}
