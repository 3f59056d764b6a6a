/// Items in a row, each a schedule of its own, that run `count` times in an iteration.
struct AppearanceItem {
  var count: Int
  var order: LoopOrder
}

/// Tokens between two items in an iteration.
struct AppearanceArc {
  var from: Int
  var to: Int
  var tokens: Int
  var initialTokens: Int
}

/// Items and the arcs between them. Arcs that bind form no cycle.
struct AppearanceLevel {
  var items: [AppearanceItem]
  var arcs: [AppearanceArc]
  /// Arcs whose reader must follow the writer in a loop around all items.
  var binding: [AppearanceArc]

  func joined(_ order: [Int], turns: [Int]) -> LoopOrder {
    var whole = items[order[0]].order
    for (item, turns) in zip(order.dropFirst(), turns) { whole.append(items[item].order, turns: turns) }
    return whole
  }
}

/// A schedule in which every node appears once, or nil where none exists.
///
/// A strongly connected component, for the smallest iteration of its own, is cut open at the edges that hold the tokens of
/// that iteration already. Where it then falls apart (loose interdependence), each component of what is left is treated
/// alike; where it does not, no single appearance schedule exists. `arrange` puts the items of each level in order.
/// Source: Bhattacharyya and Lee, Scheduling Synchronous Dataflow Graphs for Efficient Looping, J. VLSI Signal Processing 1993.
func looseSchedule(_ graph: AppearanceGraph, arrange: (AppearanceLevel) -> LoopOrder) -> LoopOrder? {
  var local = [Int](repeating: -1, count: graph.nodeCount)
  return looseSchedule(graph, Array(0..<graph.nodeCount), Array(graph.edges.indices), &local, arrange)
}

private func looseSchedule(
  _ graph: AppearanceGraph, _ nodes: [Int], _ edges: [Int], _ local: inout [Int], _ arrange: (AppearanceLevel) -> LoopOrder
) -> LoopOrder? {
  if nodes.count == 1 { return LoopOrder(nodes: nodes, turns: []) }
  let turns = nodes.reduce(0) { greatestCommonDivisor($0, graph.counts[$1]) }
  for (index, node) in nodes.enumerated() { local[node] = index }
  let labels = componentLabels(
    nodeCount: nodes.count,
    edges: edges.filter { graph.binds($0, turns: turns) }.map {
      DirectedEdge(from: local[graph.from[$0]], to: local[graph.to[$0]])
    })
  guard labels.count > 1 else { return nil }
  var members = [[Int]](repeating: [], count: labels.count)
  for (index, node) in nodes.enumerated() { members[labels.of[index]].append(node) }
  var inside = [[Int]](repeating: [], count: labels.count)
  var level = AppearanceLevel(items: [], arcs: [], binding: [])
  for edge in edges {
    let (a, b) = (labels.of[local[graph.from[edge]]], labels.of[local[graph.to[edge]]])
    if a == b {
      inside[a].append(edge)
    } else {
      let arc = AppearanceArc(from: a, to: b, tokens: graph.tokens[edge], initialTokens: graph.initialTokens[edge])
      level.arcs.append(arc)
      if graph.binds(edge, turns: turns) { level.binding.append(arc) }
    }
  }
  for (part, partEdges) in zip(members, inside) {
    guard let order = looseSchedule(graph, part, partEdges, &local, arrange) else { return nil }
    level.items.append(AppearanceItem(count: part.reduce(0) { greatestCommonDivisor($0, graph.counts[$1]) }, order: order))
  }
  return arrange(level)
}
