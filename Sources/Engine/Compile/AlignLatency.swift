import Dataflow

/// Delays paths that meet so that what left the inputs together arrives together, on edges outside every loop:
///
///     in -> up -> drive -> down -> m     latency 40
///     in -> m                            becomes in -> (40 frames) -> m
///
/// Control edges and edges marked `unaligned` neither wait nor are waited for.
/// - Parameter component: the strongly connected component of every node.
/// - Returns: the latency with which each node's output leaves, in frames of the patch.
func alignLatency(_ network: inout Network, component: [Int], order: [Int], feedback: Set<Int>) -> [Rational] {
  let (incoming, _) = network.adjacency()
  var departure = network.nodes.map { _ in Rational(0) }
  for node in order {
    let considered = incoming[node].filter { !feedback.contains($0) && !network.edges[$0].isUnaligned }
    let arrival = considered.map { departure[network.edges[$0].from] }.max() ?? unalignedArrival(node)
    for index in considered where component[network.edges[index].from] != component[node] {
      let missing = arrival - departure[network.edges[index].from]
      network.edges[index].compensation = (missing * network.edges[index].rate).rounded
    }
    departure[node] = arrival + network.nodes[node].latency
  }
  return departure

  func unalignedArrival(_ node: Int) -> Rational {
    incoming[node].filter { !feedback.contains($0) && network.edges[$0].rate != Rational(1, controlPeriod) }
      .map { departure[network.edges[$0].from] }.max() ?? 0
  }
}
