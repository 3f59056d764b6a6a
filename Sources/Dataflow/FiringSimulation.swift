/// Counts tokens while the actors of one strongly connected component fire as often as they can.
///
/// Which of several ready actors fires first never changes how often each can fire in the end, so each fires as many times
/// as its inputs allow at once. Edges from other components enter as caps on firings alone.
struct FiringSimulation {
  /// The graph's indices of the actors and the inner edges simulated here.
  let actors: [Int]
  let edges: [Int]
  /// Initial tokens of each inner edge; may be changed between runs.
  var initialTokens: [Int]

  private let ends: [DirectedEdge]
  private let produce: [PhasedRate]
  private let consume: [PhasedRate]
  private let phaseCounts: [Int]
  private let entering: Adjacency
  private let leaving: Adjacency

  /// `local` is scratch of at least one entry per actor of the graph.
  init(_ graph: DataflowGraph, actors: [Int], edges: [Int], phaseCounts: [Int], local: inout [Int]) {
    for (index, actor) in actors.enumerated() { local[actor] = index }
    self.actors = actors
    self.edges = edges
    let ends = edges.map { DirectedEdge(from: local[graph.edges[$0].from], to: local[graph.edges[$0].to]) }
    self.ends = ends
    initialTokens = edges.map { graph.edges[$0].initialTokens }
    produce = edges.map { graph.edges[$0].produce }
    consume = edges.map { graph.edges[$0].consume }
    self.phaseCounts = actors.map { phaseCounts[$0] }
    entering = Adjacency(nodeCount: actors.count, keys: ends.map(\.to))
    leaving = Adjacency(nodeCount: actors.count, keys: ends.map(\.from))
  }

  /// Fires until nothing can fire or all reached their caps.
  ///
  /// - Parameters:
  ///   - fired: firings so far, of each actor here.
  ///   - effort: batches left; the run stops early when it reaches 0.
  ///   - report: called for each batch.
  mutating func run(
    caps: [Int], fired: inout [Int], effort: inout Int, report: (_ actor: Int, _ times: Int) -> Void = { _, _ in }
  ) {
    // Tokens that each edge has carried or holds, and those that its reader's next firing needs in all.
    var available = edges.indices.map { self.available($0, fired) }
    var needed = edges.indices.map { consume[$0].tokens(inFirst: fired[ends[$0].to] + 1) ?? .max }
    let selfCaps = actors.indices.map { min(caps[$0], firingsBySelfEdges($0)) }
    var queue = actors.indices.filter { fired[$0] < selfCaps[$0] }
    var isQueued = [Bool](repeating: false, count: actors.count)
    for actor in queue { isQueued[actor] = true }
    var next = 0
    while next < queue.count, effort > 0 {
      let actor = queue[next]
      next += 1
      isQueued[actor] = false
      if next > 4_096, 2 * next > queue.count {
        queue.removeFirst(next)
        next = 0
      }
      let inputs = entering[actor]
      guard fired[actor] < selfCaps[actor],
        inputs.allSatisfy({ available[$0] >= needed[$0] || ends[$0].from == actor })
      else { continue }
      var limit = selfCaps[actor]
      for edge in inputs where ends[edge].from != actor {
        limit = min(limit, consume[edge].firings(coveredBy: available[edge]))
      }
      effort -= 1
      report(actors[actor], limit - fired[actor])
      fired[actor] = limit
      for edge in inputs { needed[edge] = consume[edge].tokens(inFirst: limit + 1) ?? .max }
      for edge in leaving[actor] {
        let reader = ends[edge].to
        available[edge] = self.available(edge, fired)
        if !isQueued[reader], fired[reader] < selfCaps[reader] {
          isQueued[reader] = true
          queue.append(reader)
        }
      }
    }
  }

  /// The inner edges that lack tokens for the next firing of their reader, where that is below its cap.
  func starvedEdges(caps: [Int], fired: [Int]) -> [Int] {
    edges.indices.filter { edge in
      let reader = ends[edge].to
      guard fired[reader] < caps[reader] else { return false }
      return consume[edge].firings(coveredBy: available(edge, fired)) <= fired[reader]
    }
  }

  /// Where an inner edge leads, in indices of this component.
  func end(_ edge: Int) -> DirectedEdge { ends[edge] }

  /// Tokens that the reader takes from an edge in its first `firings` firings.
  func tokensRead(_ edge: Int, inFirst firings: [Int]) -> Int { consume[edge].tokens(inFirst: firings[ends[edge].to]) ?? .max }

  /// Tokens that an edge has carried or holds.
  private func available(_ edge: Int, _ fired: [Int]) -> Int {
    let (sum, overflow) = initialTokens[edge].addingReportingOverflow(
      produce[edge].tokens(inFirst: fired[ends[edge].from]) ?? .max)
    return overflow ? .max : sum
  }

  /// Firings after which an edge from the actor to itself lacks tokens. What passes in a cycle of phases comes back, so
  /// an actor that gets through the first cycle gets through all.
  private func firingsBySelfEdges(_ actor: Int) -> Int {
    var limit = Int.max
    for edge in entering[actor] where ends[edge].from == actor {
      for firing in 0..<phaseCounts[actor] where firing < limit {
        let (available, overflow) = initialTokens[edge].addingReportingOverflow(produce[edge].tokens(inFirst: firing) ?? .max)
        if !overflow, consume[edge].tokens(inFirst: firing + 1) ?? .max > available { limit = firing }
      }
    }
    return limit
  }
}
