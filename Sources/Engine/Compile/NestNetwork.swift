import Dataflow
import PatchLanguage

/// Finds the loops and the block in which each can run; refuses those that can never start.
func nestNetwork(_ network: Network, _ graph: Graph) throws(PatchFailure) -> LoopNest {
  let stream = StreamGraph(
    nodeCount: network.nodes.count,
    edges: network.edges.map { StreamGraph.Edge(from: $0.from, to: $0.to, initialTokens: $0.tokens, rate: $0.rate) })
  let nest: LoopNest
  do {
    nest = try nestLoops(stream)
  } catch {
    let failure =
      switch error {
      case .deadLoop(let cycle, let repair): deadLoop(cycle, repair, network, graph)
      case .tooLarge(let edge):
        Diagnostic(
          .error, "the sample rates of this loop have no common clock that can be counted",
          at: network.edges[edge].graphEdge.flatMap { graph.edges[$0].span })
      }
    throw PatchFailure([failure], sources: graph.sources)
  }
  let failures = controlLoopFailures(network, graph)
  guard failures.isEmpty else { throw PatchFailure(failures, sources: graph.sources) }
  return nest
}

private func deadLoop(_ cycle: [Int], _ missing: [Int], _ network: Network, _ graph: Graph) -> Diagnostic {
  let names = visibleNames(cycle, network)
  let repaired = missing.first { cycle.contains($0) && network.edges[$0].graphEdge != nil }
  let spanEdge =
    (repaired ?? cycle.last).flatMap { network.edges[$0].graphEdge } ?? cycle.compactMap { network.edges[$0].graphEdge }.last
  let edge = spanEdge.map { graph.edges[$0] }
  let help = edge.map { "`\(graph.actors[$0.from].address) -> [1 sample] -> \(graph.actors[$0.to].address)`" }
  let isMultirate = Set(cycle.map { network.edges[$0].rate }).count > 1
  return Diagnostic(
    .error, "this loop has no delay token, so none of its actors can fire first", at: edge?.fromSpan ?? edge?.span,
    notes: ["loop: \((names + names.prefix(1)).joined(separator: " -> "))"]
      + (isMultirate ? ["its edges run at different sample rates; one token on any of them is enough"] : [])
      + (help.map { ["help: put at least 1 token on one of its edges, for example \($0)"] } ?? []))
}

/// The actors of a cycle, without what the compiler added.
private func visibleNames(_ cycle: [Int], _ network: Network) -> [String] {
  cycle.map { network.edges[$0].from }.filter { network.nodes[$0].actor != nil }.map { network.nodes[$0].address }
}

/// A loop closed through a control edge carries at least a control period of tokens.
private func controlLoopFailures(_ network: Network, _ graph: Graph) -> [Diagnostic] {
  var failures: [Diagnostic] = []
  let (_, outgoing) = network.adjacency()
  for (index, edge) in network.edges.enumerated() where edge.inputPort >= network.nodes[edge.to].inputChannels.count {
    guard let (seconds, path) = shortest(from: edge.to, to: edge.from, network, outgoing), seconds < Rational(controlPeriod)
    else { continue }
    let names = visibleNames([index] + path, network)
    let span = edge.graphEdge.flatMap { graph.edges[$0].span }
    // The sampler's edge takes no tokens; the ones before it do.
    let audio = path.last { network.nodes[network.edges[$0].to].actor != nil }.map { network.name($0) }
    failures.append(
      Diagnostic(
        .error, "this loop runs through a parameter and needs a control period of delay: at least \(controlPeriod) samples",
        at: span,
        notes: ["loop: \((names + names.prefix(1)).joined(separator: " -> "))"]
          + (audio.map { name in
            let ends = name.split(separator: ">", maxSplits: 1)
            return ["help: write `\(ends[0].dropLast(2)) -> [\(controlPeriod) samples] ->\(ends[1])`"]
          } ?? [])))
  }
  return failures
}

/// The path with the fewest frames of delay, in frames of the patch.
private func shortest(from source: Int, to target: Int, _ network: Network, _ outgoing: [[Int]]) -> (Rational, [Int])? {
  var best: [Int: Rational] = [source: 0]
  var via: [Int: Int] = [:]
  var done: Set<Int> = []
  while let node = best.filter({ !done.contains($0.key) }).min(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key {
    if node == target { break }
    done.insert(node)
    for index in outgoing[node] {
      let edge = network.edges[index]
      let cost = best[node]! + Rational(edge.tokens) / edge.rate
      if best[edge.to].map({ cost < $0 }) ?? true {
        best[edge.to] = cost
        via[edge.to] = index
      }
    }
  }
  guard let total = best[target] else { return nil }
  var path: [Int] = []
  var node = target
  while node != source, let index = via[node] {
    path.append(index)
    node = network.edges[index].from
  }
  return (total, path.reversed())
}
