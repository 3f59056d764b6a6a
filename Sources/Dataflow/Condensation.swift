/// The strongly connected components of a directed graph, in topological order.
public struct Condensation: Sendable, Hashable, CustomStringConvertible {
  /// Nodes of each component, ascending. Every edge between two components leads from an earlier to a later one.
  public let components: [[Int]]
  /// The component of each node.
  public let componentOf: [Int]
  /// Whether a component has an edge inside: more than one node, or one node with an edge to itself.
  public let isCyclic: [Bool]

  /// As `{A} {B C}* {D}`; cyclic components carry an asterisk.
  public var description: String { description { String($0) } }

  public func description(_ name: (Int) -> String) -> String {
    zip(components, isCyclic).map { nodes, cyclic in
      "{" + nodes.map(name).joined(separator: " ") + (cyclic ? "}*" : "}")
    }.joined(separator: " ")
  }
}

/// A directed edge between two nodes named by index.
public struct DirectedEdge: Sendable, Hashable {
  public var from: Int
  public var to: Int

  @inlinable
  public init(from: Int, to: Int) {
    self.from = from
    self.to = to
  }
}

/// The components of a graph, ordered so that edges lead forwards; among components that may come next, the one with the
/// lowest node comes first, so a list that is in order already stays as it is. O((V + E) log V).
public func condense(_ graph: DataflowGraph) -> Condensation {
  condense(nodeCount: graph.actors.count, edges: graph.edges.map { DirectedEdge(from: $0.from, to: $0.to) })
}

/// As `condense(_:)` of a dataflow graph.
public func condense(nodeCount: Int, edges: [DirectedEdge]) -> Condensation {
  let labels = componentLabels(nodeCount: nodeCount, edges: edges)
  var members = [[Int]](repeating: [], count: labels.count)
  for node in 0..<nodeCount { members[labels.of[node]].append(node) }
  var isCyclic = members.map { $0.count > 1 }
  var between: [DirectedEdge] = []
  for edge in edges {
    let (a, b) = (labels.of[edge.from], labels.of[edge.to])
    if a != b { between.append(DirectedEdge(from: a, to: b)) } else { isCyclic[a] = true }
  }
  let order = topologicalOrder(keys: members.map { $0[0] }, edges: between, preference: .givenOrder)!
  var position = [Int](repeating: 0, count: labels.count)
  for (index, component) in order.enumerated() { position[component] = index }
  return Condensation(
    components: order.map { members[$0] }, componentOf: labels.of.map { position[$0] }, isCyclic: order.map { isCyclic[$0] })
}

/// A component's number for each node, by Tarjan's algorithm with its stack in an array: graphs may be 10,000 actors deep.
/// Numbers are given in reverse topological order. O(V + E).
func componentLabels(nodeCount: Int, edges: [DirectedEdge]) -> (of: [Int], count: Int) {
  let leaving = Adjacency(nodeCount: nodeCount, keys: edges.map(\.from))
  var label = [Int](repeating: -1, count: nodeCount)
  var count = 0
  var discovered = [Int](repeating: -1, count: nodeCount)
  var lowest = [Int](repeating: 0, count: nodeCount)
  var time = 0
  var open: [Int] = []
  var path: [(node: Int, rest: ArraySlice<Int>)] = []

  func enter(_ node: Int) {
    discovered[node] = time
    lowest[node] = time
    time += 1
    open.append(node)
    path.append((node, leaving[node]))
  }
  for root in 0..<nodeCount where discovered[root] < 0 {
    enter(root)
    while !path.isEmpty {
      let node = path[path.count - 1].node
      if let edge = path[path.count - 1].rest.popFirst() {
        let next = edges[edge].to
        if discovered[next] < 0 {
          enter(next)
        } else if label[next] < 0 {
          lowest[node] = min(lowest[node], discovered[next])
        }
        continue
      }
      path.removeLast()
      if let parent = path.last?.node { lowest[parent] = min(lowest[parent], lowest[node]) }
      guard lowest[node] == discovered[node] else { continue }
      while let member = open.popLast() {
        label[member] = count
        if member == node { break }
      }
      count += 1
    }
  }
  return (label, count)
}
