import Dataflow
import Testing

@Suite("tokens gathered by running ahead") struct GatherTokensTests {
  @Test(arguments: 0..<300) func leadsAreTheFewestTokensOnAWayAndLeaveNoEdgeInDebt(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 2...9, using: &random)
    // A ring, chords, and edges from a node outside.
    var edges = (0..<count).map {
      StreamGraph.Edge(from: $0, to: ($0 + 1) % count, initialTokens: $0 == 0 ? 5 : Int.random(in: 0...9, using: &random))
    }
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      edges.append(
        .init(
          from: Int.random(in: 0...count, using: &random), to: Int.random(in: 0..<count, using: &random),
          initialTokens: Int.random(in: 0...20, using: &random)))
    }
    let graph = StreamGraph(nodeCount: count + 1, edges: edges)
    let held = Set((0..<count).filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
    let entries = edges.filter { $0.from == count }
    guard let leads = leadsThatGatherTokens(graph, members: Array(0..<count), held: held) else {
      if held.isEmpty && entries.isEmpty { return }
      #expect(held.count + entries.count > 0)
      return
    }
    let lead = leads + [0]
    #expect(edges.allSatisfy { $0.initialTokens + lead[$0.from] - lead[$0.to] >= 0 })
    #expect(held.allSatisfy { lead[$0] == 0 })
    // No larger lead would do: each that is above 0 is bound by a tight edge.
    for node in 0..<count where !held.contains(node) {
      #expect(edges.contains { $0.to == node && $0.initialTokens + lead[$0.from] == lead[node] })
    }
  }

  @Test func nothingRunsAheadWhereNothingIsHeld() {
    let ring = StreamGraph(nodeCount: 2, edges: [.init(from: 0, to: 1, initialTokens: 3), .init(from: 1, to: 0)])
    #expect(leadsThatGatherTokens(ring, members: [0, 1], held: []) == nil)
    #expect(leadsThatGatherTokens(ring, members: [0, 1], held: [0]) == [0, 3])
    #expect(leadsThatGatherTokens(ring, members: [0, 1], held: [0, 1]) == nil)
  }
}
