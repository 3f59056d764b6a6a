/// What a schedule's simulation on counters of tokens has shown.
public struct ScheduleTrace: Sendable, Hashable {
  /// The most tokens that wait on each edge between two batches of firings.
  public let mostTokens: [Int]
  /// Firings of each actor in one period.
  public let firings: [Int]

  /// The memory of one private buffer per edge, in tokens, without edges from an actor to itself.
  public func bufferTokens(_ graph: DataflowGraph) -> Int {
    zip(graph.edges, mostTokens).reduce(0) { $0 + ($1.0.from == $1.0.to ? 0 : $1.1) }
  }
}

/// Why a schedule is not a periodic schedule of a graph.
public enum InvalidSchedule: Error, Sendable, Hashable {
  /// The actor's next firing, in the given batch of the period, lacks tokens on the edge.
  case edgeRunsDry(edge: Int, batch: Int)
  /// After the period the edge does not hold as many tokens as before.
  case edgeNotRestored(edge: Int)
  /// The effort allowed was used up first.
  case tooLong
}

/// Runs one period of a schedule on counters of tokens and checks that no edge runs dry and that all end as they began.
///
/// - Parameter effort: batches of firings to simulate at most.
public func simulate(
  _ schedule: Schedule, on graph: DataflowGraph, effort: Int = 20_000_000
) throws(InvalidSchedule) -> ScheduleTrace {
  let entering = graph.edgesEntering(), leaving = graph.edgesLeaving()
  var fired = [Int](repeating: 0, count: graph.actors.count)
  var read = [Int](repeating: 0, count: graph.edges.count)
  var written = read
  var most = graph.edges.map(\.initialTokens)
  var batch = 0
  var problem: InvalidSchedule?
  schedule.forEachBatch { actor, times in
    let former = fired[actor]
    fired[actor] += times
    for index in entering[actor] {
      let edge = graph.edges[index]
      if edge.from == actor {
        // What passes in a cycle of phases comes back, so the first cycle shows what all do.
        let cycle = leastCommonMultiple(edge.produce.phases.count, edge.consume.phases.count)
        for firing in former..<min(fired[actor], former + cycle) {
          let tokens = edge.initialTokens + edge.produce.tokens(inFirst: firing)!
          if edge.consume.tokens(inFirst: firing + 1)! > tokens { problem = .edgeRunsDry(edge: index, batch: batch) }
        }
      }
      read[index] = edge.consume.tokens(inFirst: fired[actor])!
      if edge.from != actor, read[index] > edge.initialTokens + written[index] {
        problem = .edgeRunsDry(edge: index, batch: batch)
      }
    }
    for index in leaving[actor] {
      let edge = graph.edges[index]
      written[index] = edge.produce.tokens(inFirst: fired[actor])!
      most[index] = max(most[index], edge.initialTokens + written[index] - read[index])
    }
    batch += 1
    if batch > effort { problem = .tooLong }
    return problem == nil
  }
  if let problem { throw problem }
  if let edge = graph.edges.indices.first(where: { written[$0] != read[$0] }) { throw .edgeNotRestored(edge: edge) }
  return ScheduleTrace(mostTokens: most, firings: fired)
}
