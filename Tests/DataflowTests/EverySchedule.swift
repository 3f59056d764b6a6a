@testable import Dataflow

/// The least private buffers over all single appearance schedules of looped pairs, by trying every split of every set of
/// actors; nil where there is none. For a handful of actors.
func leastByTryingAll(_ graph: DataflowGraph) throws -> Int? {
  let repetitions = try solveBalanceEquations(graph)
  let actors = graph.actors.indices.filter { repetitions.cycles[$0] > 0 }
  let edges = graph.edges.indices.filter { graph.edges[$0].from != graph.edges[$0].to && repetitions.tokens[$0] > 0 }
  var place = [Int](repeating: 0, count: graph.actors.count)
  for (index, actor) in actors.enumerated() { place[actor] = index }
  var least = [Int?](repeating: nil, count: 1 << actors.count)
  guard !actors.isEmpty else { return 0 }
  for set in 1..<(1 << actors.count) {
    if set & (set - 1) == 0 {
      least[set] = 0
      continue
    }
    let turns = actors.indices.filter { set >> $0 & 1 == 1 }.reduce(0) {
      greatestCommonDivisor($0, repetitions.cycles[actors[$1]])
    }
    var first = (set - 1) & set
    while first > 0 {
      if let before = least[first], let after = least[set & ~first] {
        var cost: Int? = before + after
        for edge in edges {
          let (a, b) = (place[graph.edges[edge].from], place[graph.edges[edge].to])
          guard set >> a & 1 == 1, set >> b & 1 == 1, first >> a & 1 != first >> b & 1 else { continue }
          let passing = repetitions.tokens[edge] / turns, initial = graph.edges[edge].initialTokens
          if first >> a & 1 == 1 {
            cost = cost.map { $0 + passing + initial }
          } else {
            cost = initial >= passing ? cost.map { $0 + initial } : nil
          }
        }
        if let cost, cost < least[set] ?? .max { least[set] = cost }
      }
      first = (first - 1) & set
    }
  }
  let constant = graph.edges.indices.filter {
    graph.edges[$0].from != graph.edges[$0].to && repetitions.tokens[$0] == 0
  }.reduce(0) { $0 + graph.edges[$1].initialTokens }
  return least[least.count - 1].map { $0 + constant }
}

extension DataflowGraph {
  /// The same graph in which every actor may write each output over each input.
  func allInPlace() -> DataflowGraph {
    var actors = actors
    for actor in actors.indices {
      for input in edges.indices where edges[input].to == actor && edges[input].from != actor {
        for output in edges.indices where edges[output].from == actor && edges[output].to != actor {
          actors[actor].inPlace.append(.init(input: input, output: output))
        }
      }
    }
    return DataflowGraph(actors: actors, edges: edges)
  }
}
