/// Retiming of a loop: how many frames each node can run ahead of the stream, so that the tokens of a path gather on the edge
/// into a node that cannot.
///
///     in -> A,  A -> [100] -> B -> [100] -> A        B runs 100 frames ahead:        A -> B -> [200] -> A
///
/// A node that is `held` keeps to the stream, and nothing runs ahead of what comes from outside the loop further than the tokens
/// on the way. So a node's lead is the least number of tokens on a path from such a place to it, and every edge keeps
/// `tokens + lead(from) - lead(to) >= 0` of them. Around each cycle their sum stays.
///
/// - Parameters:
///   - members: a strongly connected part of the graph, all at one rate.
/// - Returns: a lead for each member; nil where nothing holds the loop, or nothing runs ahead.
/// Source: Leiserson and Saxe, Retiming synchronous circuitry, Algorithmica 1991, with leads for lags.
public func leadsThatGatherTokens(_ graph: StreamGraph, members: [Int], held: Set<Int>) -> [Int]? {
  let place = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
  var leads = [Int](repeating: Int.max, count: members.count)
  var outgoing = [[StreamGraph.Edge]](repeating: [], count: members.count)
  var waiting: [Int] = []
  for (index, node) in members.enumerated() where held.contains(node) { leads[index] = 0 }
  for edge in graph.edges {
    guard let to = place[edge.to] else { continue }
    if let from = place[edge.from] { outgoing[from].append(edge) } else { leads[to] = min(leads[to], edge.initialTokens) }
  }
  waiting = leads.indices.filter { leads[$0] < .max }
  guard !waiting.isEmpty else { return nil }
  // Shortest paths, by correcting what waits in the order in which it came.
  var isWaiting = leads.map { $0 < .max }
  var next = 0
  while next < waiting.count {
    let from = waiting[next]
    next += 1
    isWaiting[from] = false
    for edge in outgoing[from] {
      let to = place[edge.to]!
      let lead = leads[from] + edge.initialTokens
      guard lead < leads[to] else { continue }
      leads[to] = lead
      if !isWaiting[to] {
        isWaiting[to] = true
        waiting.append(to)
      }
    }
    // What is done is let go of now and then.
    if next > 4_096 {
      waiting.removeFirst(next)
      next = 0
    }
  }
  return leads.contains { $0 > 0 } ? leads : nil
}
