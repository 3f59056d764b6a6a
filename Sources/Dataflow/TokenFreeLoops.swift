/// A shortest directed cycle of the graph, as edge indices in walking order, or nil where there is none.
///
/// Breadth-first from each node in turn, no deeper than the best cycle so far; after 20 million edges it settles for that.
func shortestCycle(nodeCount: Int, edges: [DirectedEdge]) -> [Int]? {
  let leaving = Adjacency(nodeCount: nodeCount, keys: edges.map(\.from))
  let labels = componentLabels(nodeCount: nodeCount, edges: edges).of
  var best: [Int]?
  var remaining = 20_000_000
  var visit = [Int](repeating: -1, count: nodeCount)
  var depth = [Int](repeating: 0, count: nodeCount)
  var arrival = [Int](repeating: -1, count: nodeCount)
  for root in 0..<nodeCount where remaining > 0 {
    var queue = [root], next = 0
    (visit[root], depth[root]) = (root, 0)
    search: while next < queue.count {
      let node = queue[next]
      next += 1
      if let best, depth[node] + 1 >= best.count { break }
      for edge in leaving[node] where labels[edges[edge].to] == labels[root] {
        remaining -= 1
        let other = edges[edge].to
        if other == root {
          var cycle = [edge], back = node
          while back != root {
            cycle.append(arrival[back])
            back = edges[arrival[back]].from
          }
          best = cycle.reversed()
          break search
        }
        if visit[other] != root {
          (visit[other], depth[other], arrival[other]) = (root, depth[node] + 1, edge)
          queue.append(other)
        }
      }
    }
  }
  return best
}

/// Edges without which the graph has no cycle; none of them could be left out of the list. Ascending.
///
/// The edges that lead back to an open node of a depth-first search are such a set: each closes a cycle of which all other
/// edges are tree edges. Several starts are tried per component, those where edges come in from outside first, and the
/// first of the smallest sets is kept; the least set of all is NP-hard to find.
func feedbackEdges(nodeCount: Int, edges: [DirectedEdge], starts preferred: [Bool]) -> [Int] {
  let condensation = condense(nodeCount: nodeCount, edges: edges)
  let leaving = Adjacency(nodeCount: nodeCount, keys: edges.map(\.from))
  var state = [Int](repeating: 0, count: nodeCount)
  var result: [Int] = []
  var mark = 0
  for (nodes, isCyclic) in zip(condensation.components, condensation.isCyclic) where isCyclic {
    let starts = nodes.filter { preferred[$0] } + nodes.filter { !preferred[$0] }
    var best: [Int]?
    for start in starts.prefix(32) {
      // A component is one depth-first tree. States: mark + 1 open, mark + 2 done.
      mark += 2
      var back: [Int] = []
      var path = [(node: start, rest: leaving[start])]
      state[start] = mark + 1
      while !path.isEmpty {
        guard let edge = path[path.count - 1].rest.popFirst() else {
          state[path.removeLast().node] = mark + 2
          continue
        }
        let next = edges[edge].to
        guard condensation.componentOf[next] == condensation.componentOf[start] else { continue }
        if state[next] == mark + 1 {
          back.append(edge)
        } else if state[next] != mark + 2 {
          state[next] = mark + 1
          path.append((next, leaving[next]))
        }
      }
      if back.count < best?.count ?? .max { best = back }
    }
    result += best ?? []
  }
  return result.sorted()
}
