import Dataflow

/// Full binary trees of two-channel filter banks, analysis and synthesis, as in the tables of Murthy and Bhattacharyya, IEEE
/// Trans. CAD 2001: of `denominator` samples the low band keeps `low` and the high band the rest.
func filterBank(low: Int, of denominator: Int, depth: Int) -> DataflowGraph {
  var graph = DataflowGraph()
  func connect(_ from: Int, _ to: Int, _ produce: Int, _ consume: Int) {
    graph.add(
      .init("e\(graph.edges.count)", from: from, to: to, produce: PhasedRate([produce]), consume: PhasedRate([consume])))
  }
  func actor() -> Int { graph.add(.init("a\(graph.actors.count)")) }
  /// The actor that takes samples in and the one that gives them out.
  func bank(_ depth: Int) -> (first: Int, last: Int) {
    let fork = actor(), add = actor()
    for kept in [low, denominator - low] {
      let analysis = actor(), synthesis = actor()
      connect(fork, analysis, 1, denominator)
      if depth > 1 {
        let inner = bank(depth - 1)
        connect(analysis, inner.first, kept, 1)
        connect(inner.last, synthesis, 1, kept)
      } else {
        connect(analysis, synthesis, kept, kept)
      }
      connect(synthesis, add, denominator, 1)
    }
    return (fork, add)
  }
  let source = actor(), sink = actor()
  let whole = bank(depth)
  connect(source, whole.first, 1, 1)
  connect(whole.last, sink, 1, 1)
  return graph
}
