/// Which thread runs each item of an acyclic graph.
public struct ThreadAssignment: Sendable, Hashable {
  /// One per item.
  public let threadOf: [Int]
  /// The time from the start of the first item to the end of the last, in the unit of the costs.
  public let span: Double
}

/// Spreads items over threads that each run theirs in the order given.
///
/// Items in a row that have nothing else to wait for or to serve stay together. The rest is list scheduling: items go, the
/// one with the longest way to the end first, to the thread that finishes them soonest. The result never spans longer than
/// all items on one thread, which is what comes out where nothing is gained. O((V + E) log V + V threads).
///
/// Source: H. Topcuoglu, S. Hariri, M.-Y. Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
/// computing", IEEE Trans. Parallel and Distributed Systems 13(3), 2002.
/// - Parameters:
///   - costs: of each item, 0 or more.
///   - edges: lead from an earlier item to a later one.
///   - handover: what it takes until a thread has noticed what another one has finished.
public func assignThreads(costs: [Double], edges: [DirectedEdge], threads: Int, handover: Double) -> ThreadAssignment {
  precondition(threads > 0 && edges.allSatisfy { $0.from < $0.to }, "threads, and edges that lead forwards")
  let serial = costs.reduce(0, +)
  let alone = ThreadAssignment(threadOf: Array(repeating: 0, count: costs.count), span: serial)
  guard threads > 1, costs.count > 1 else { return alone }

  let rows = rowsOfItems(costs.count, edges)
  let rowCount = (rows.max() ?? -1) + 1
  var rowCosts = [Double](repeating: 0, count: rowCount)
  for (item, row) in rows.enumerated() { rowCosts[row] += costs[item] }
  let rowEdges = Set(
    edges.lazy.filter { rows[$0.from] != rows[$0.to] }.map { DirectedEdge(from: rows[$0.from], to: rows[$0.to]) })
  let threadOfRow = earliestFinish(rowCosts, Array(rowEdges), threads, handover)

  let threadOf = rows.map { threadOfRow[$0] }
  let span = spanInOrder(costs, edges, threadOf, threads, handover)
  return span < serial ? ThreadAssignment(threadOf: threadOf, span: span) : alone
}

/// Numbers the rows: an item joins that of its only predecessor where it is its only successor. Rows are numbered by
/// their first items.
private func rowsOfItems(_ count: Int, _ edges: [DirectedEdge]) -> [Int] {
  var before = [Set<Int>](repeating: [], count: count), after = before
  for edge in edges {
    before[edge.to].insert(edge.from)
    after[edge.from].insert(edge.to)
  }
  var rows = [Int](repeating: 0, count: count)
  var next = 0
  for item in 0..<count {
    if before[item].count == 1, let only = before[item].first, after[only].count == 1 {
      rows[item] = rows[only]
    } else {
      rows[item] = next
      next += 1
    }
  }
  return rows
}

private func earliestFinish(_ costs: [Double], _ edges: [DirectedEdge], _ threads: Int, _ handover: Double) -> [Int] {
  let entering = Adjacency(nodeCount: costs.count, keys: edges.map(\.to))
  let leaving = Adjacency(nodeCount: costs.count, keys: edges.map(\.from))
  // Rows are numbered by their first items, and an edge may lead back to a lower number.
  let order = topologicalOrder(keys: Array(costs.indices), edges: edges, preference: .givenOrder)!
  var remaining = costs
  for item in order.reversed() {
    remaining[item] += leaving[item].reduce(0) { max($0, remaining[edges[$1].to]) }
  }
  var place = [Int](repeating: 0, count: costs.count)
  for (index, item) in order.enumerated() { place[item] = index }
  // What comes later never has a longer way to the end, so this order is topological too.
  let urgent = order.sorted { (-remaining[$0], place[$0]) < (-remaining[$1], place[$1]) }

  var free = [Double](repeating: 0, count: threads)
  var finish = [Double](repeating: 0, count: costs.count)
  var threadOf = [Int](repeating: 0, count: costs.count)
  for item in urgent {
    var best = Double.infinity
    for thread in 0..<threads {
      let ready = entering[item].reduce(free[thread]) { ready, edge in
        let from = edges[edge].from
        return max(ready, finish[from] + (threadOf[from] == thread ? 0 : handover))
      }
      if ready + costs[item] < best {
        best = ready + costs[item]
        threadOf[item] = thread
      }
    }
    finish[item] = best
    free[threadOf[item]] = best
  }
  return threadOf
}

/// When the last item ends where each thread runs its items in the order given.
private func spanInOrder(
  _ costs: [Double], _ edges: [DirectedEdge], _ threadOf: [Int], _ threads: Int, _ handover: Double
) -> Double {
  let entering = Adjacency(nodeCount: costs.count, keys: edges.map(\.to))
  var free = [Double](repeating: 0, count: threads)
  var finish = [Double](repeating: 0, count: costs.count)
  for item in costs.indices {
    let thread = threadOf[item]
    let ready = entering[item].reduce(free[thread]) { ready, edge in
      let from = edges[edge].from
      return max(ready, finish[from] + (threadOf[from] == thread ? 0 : handover))
    }
    finish[item] = ready + costs[item]
    free[thread] = finish[item]
  }
  return free.max() ?? 0
}
