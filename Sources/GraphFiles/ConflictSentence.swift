import Dataflow

/// Why rates around a cycle contradict: both ways with their rates, and the two numbers of firings they imply.
///
///     for 1 firing of `fork`, `fork` 1 -> 1 `UpSample` 2 -> 1 `Add` implies 2 firings of `Add`, but `fork` 1 -> 1 `Add` implies 1
func conflictSentence(_ graph: DataflowGraph, _ cycle: [Int]) -> String {
  guard let conflict = explainConflict(graph, cycle: cycle) else {
    let edges = cycle.map { index in
      let edge = graph.edges[index]
      return "`\(graph.actors[edge.from].name)` \(edge.produce) -> \(edge.consume) `\(graph.actors[edge.to].name)`"
    }
    return "around \(edges.joined(separator: ", ")) the rates multiply to something other than 1"
  }
  let end = graph.actors[conflict.end].name
  if conflict.way.isEmpty {
    let edge = graph.edges[conflict.shortcut]
    return "`\(end)` writes \(edge.produce) and reads \(edge.consume) of its own edge `\(edge.name)`: "
      + "\(firings(conflict.startFirings)) of it fill the edge for \(conflict.shortcutFirings)"
  }
  return "for \(firings(conflict.startFirings)) of `\(graph.actors[conflict.start].name)`, "
    + "\(walk(graph, conflict.way, from: conflict.start)) implies \(firings(conflict.firings)) of `\(end)`, but "
    + "\(walk(graph, [conflict.shortcut], from: conflict.start)) implies \(conflict.shortcutFirings)"
}

private func firings(_ count: Int) -> String { "\(count) firing\(count == 1 ? "" : "s")" }

/// As `A` 2 -> 3 `B` 1 <- 4 `C`: the rate stands beside the actor that moves the tokens.
private func walk(_ graph: DataflowGraph, _ edges: [Int], from start: Int) -> String {
  var actor = start
  var text = "`\(graph.actors[actor].name)`"
  for index in edges {
    let edge = graph.edges[index]
    let isForward = edge.from == actor
    text += isForward ? " \(edge.produce) -> \(edge.consume)" : " \(edge.consume) <- \(edge.produce)"
    actor = isForward ? edge.to : edge.from
    text += " `\(graph.actors[actor].name)`"
  }
  return text
}
