import Testing

@testable import Dataflow

@Suite("condensation") struct CondensationTests {
  @Test func componentsComeInTopologicalOrderAndStayAsGiven() {
    let graph = KnownGraphs.graph(
      """
      A 1 -> 1 B
      B 1 -> 1 C
      C 1 -> 1 B 1
      C 1 -> 1 D
      D 1 -> 1 D 1
      D 1 -> 1 E
      """)
    let condensation = condense(graph)
    #expect(condensation.description { graph.actors[$0].name } == "{A} {B C}* {D}* {E}")
    #expect(condensation.componentOf == [0, 1, 1, 2, 3])
  }

  @Test(arguments: 0..<150) func componentsAreTheClassesOfMutualReach(seed: Int) {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...12, extraEdges: 0...8))
    let condensation = condense(graph)
    let count = graph.actors.count
    var reaches = (0..<count).map { a in (0..<count).map { $0 == a } }
    for edge in graph.edges { reaches[edge.from][edge.to] = true }
    for k in 0..<count {
      for i in 0..<count where reaches[i][k] { for j in 0..<count where reaches[k][j] { reaches[i][j] = true } }
    }
    for a in 0..<count {
      for b in 0..<count {
        #expect((condensation.componentOf[a] == condensation.componentOf[b]) == (reaches[a][b] && reaches[b][a]))
      }
    }
    for edge in graph.edges { #expect(condensation.componentOf[edge.from] <= condensation.componentOf[edge.to]) }
    for (nodes, cyclic) in zip(condensation.components, condensation.isCyclic) {
      #expect(cyclic == graph.edges.contains { nodes.contains($0.from) && nodes.contains($0.to) })
    }
  }

  @Test func aLoopOf100000ActorsDoesNotExhaustTheStack() {
    let count = 100_000
    let ring = (0..<count).map { DirectedEdge(from: $0, to: ($0 + 1) % count) }
    #expect(condense(nodeCount: count, edges: ring).components.count == 1)
    #expect(condense(nodeCount: count, edges: Array(ring.dropLast())).components.map { $0[0] } == Array(0..<count))
  }

  @Test func theNextNodeToRunIsOneThatTheLastMadeReady() {
    // 0 feeds two chains that meet: 1-2 and 3-4, then 5.
    let edges = [(0, 1), (0, 3), (1, 2), (3, 4), (2, 5), (4, 5)].map { DirectedEdge(from: $0, to: $1) }
    #expect(topologicalOrder(keys: [0, 1, 3, 2, 4, 5], edges: edges, preference: .nextToProducer) == [0, 1, 2, 3, 4, 5])
    #expect(topologicalOrder(keys: [0, 1, 3, 2, 4, 5], edges: edges, preference: .givenOrder) == [0, 1, 3, 2, 4, 5])
    #expect(
      topologicalOrder(keys: [0, 1], edges: [.init(from: 0, to: 1), .init(from: 1, to: 0)], preference: .givenOrder) == nil)
  }
}
