import Dataflow
import PatchLanguage

/// Finds the loops and the block in which each can run; refuses those that can never start.
func nestNetwork(_ network: Network, _ graph: Graph) throws(PatchFailure) -> LoopNest {
  // What closes a loop through a parameter needs a control period, whether or not tokens stand on it: said first, and
  // taken as given for the loops that lack tokens altogether.
  var repair = LoopRepair(network, graph)
  var failures = repair.loopsThroughParameters()
  if failures.isEmpty {
    do {
      return try nestLoops(streamGraph(network))
    } catch {
      failures = [refusal(error, &repair)]
    }
  } else if case .deadLoop(let cycle, _)? = repair.mistake() {
    failures.append(repair.deadLoop(cycle))
  }
  throw PatchFailure(failures, sources: graph.sources)
}

private func refusal(_ error: LoopNestError, _ repair: inout LoopRepair) -> Diagnostic {
  switch error {
  case .deadLoop(let cycle, _): repair.deadLoop(cycle)
  case .tooLarge(let edge):
    Diagnostic(
      .error, "the sample rates of this loop have no common clock that can be counted",
      at: repair.network.edges[edge].graphEdge.flatMap { repair.graph.edges[$0].span })
  }
}

/// The network as a stream graph, with the tokens that leads leave on its edges.
func streamGraph(_ network: Network) -> StreamGraph {
  StreamGraph(
    nodeCount: network.nodes.count,
    edges: network.edges.map { edge in
      let tokens = edge.tokens + network.nodes[edge.from].lead - network.nodes[edge.to].lead
      return StreamGraph.Edge(from: edge.from, to: edge.to, initialTokens: tokens, rate: edge.rate)
    })
}
