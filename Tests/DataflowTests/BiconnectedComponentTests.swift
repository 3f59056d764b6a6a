import Testing

@testable import Dataflow

@Suite("biconnected components") struct BiconnectedComponentTests {
  @Test func cyclesShareAGroupAndBridgesStandAlone() {
    let ends = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3), (4, 4)]
    let groups = biconnectedComponents(nodeCount: 5, edges: ends.map { DirectedEdge(from: $0.0, to: $0.1) })
    #expect(groups == [[0, 1, 2], [3], [4, 5]])
  }

  @Test(arguments: 0..<200) func twoEdgesShareAGroupWhereNoSingleNodeSeparatesThem(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 2...7, using: &random)
    let edges = (0..<Int.random(in: 1...10, using: &random)).map { _ in
      DirectedEdge(from: .random(in: 0..<count, using: &random), to: .random(in: 0..<count, using: &random))
    }
    let groups = biconnectedComponents(nodeCount: count, edges: edges)
    let proper = edges.indices.filter { edges[$0].from != edges[$0].to }
    #expect(groups.flatMap { $0 }.sorted() == proper)
    for a in proper {
      for b in proper where a < b {
        #expect(groups.contains { $0.contains(a) && $0.contains(b) } == areOnOneCycle(a, b, edges))
      }
    }
  }

  /// Whether two paths without a common node lead from the ends of one edge to the ends of the other, by trial.
  private func areOnOneCycle(_ a: Int, _ b: Int, _ edges: [DirectedEdge]) -> Bool {
    func extend(_ node: Int, _ used: Set<Int>, _ visited: Set<Int>) -> Bool {
      if node == edges[a].from { return used.contains(b) }
      for edge in edges.indices where !used.contains(edge) {
        for (near, far) in [(edges[edge].from, edges[edge].to), (edges[edge].to, edges[edge].from)]
        where near == node && near != far && !visited.contains(far) {
          if extend(far, used.union([edge]), visited.union([far])) { return true }
        }
      }
      return false
    }
    return extend(edges[a].to, [a], [edges[a].to])
  }
}
