import Testing

@testable import Dataflow

@Suite("items on threads") struct AssignThreadsTests {
  private func edges(_ pairs: [(Int, Int)]) -> [DirectedEdge] { pairs.map { DirectedEdge(from: $0.0, to: $0.1) } }

  @Test func equalItemsAreSpreadEvenly() {
    let result = assignThreads(costs: Array(repeating: 10, count: 64), edges: [], threads: 4, handover: 1)
    #expect((0..<4).allSatisfy { thread in result.threadOf.count { $0 == thread } == 16 })
    #expect(result.span == 160)
  }

  @Test func aChainStaysWhole() {
    let chain = edges((0..<9).map { ($0, $0 + 1) })
    let result = assignThreads(costs: Array(repeating: 10, count: 10), edges: chain, threads: 3, handover: 0)
    #expect(Set(result.threadOf).count == 1)
    #expect(result.span == 100)
  }

  @Test func aDiamondIsSharedOnlyWhereTheHandoverPays() {
    let diamond = edges([(0, 1), (0, 2), (1, 3), (2, 3)])
    let costs: [Double] = [1, 100, 100, 1]
    let cheap = assignThreads(costs: costs, edges: diamond, threads: 2, handover: 5)
    #expect(cheap.threadOf[1] != cheap.threadOf[2])
    #expect(cheap.span == 112 || cheap.span == 107)
    let dear = assignThreads(costs: costs, edges: diamond, threads: 2, handover: 200)
    #expect(Set(dear.threadOf).count == 1)
    #expect(dear.span == 202)
  }

  /// Never longer than one thread takes, never shorter than the work shared out or than the longest chain.
  @Test(arguments: 1...200)
  func randomGraphsStayWithinTheBounds(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...40, using: &random), threads = Int.random(in: 1...6, using: &random)
    let costs = (0..<count).map { _ in Double(Int.random(in: 0...50, using: &random)) }
    var list: [(Int, Int)] = []
    for to in 1..<max(2, count) where to < count {
      for _ in 0..<Int.random(in: 0...3, using: &random) { list.append((Int.random(in: 0..<to, using: &random), to)) }
    }
    let result = assignThreads(
      costs: costs, edges: edges(list), threads: threads, handover: Double(Int.random(in: 0...20, using: &random)))
    #expect(result.threadOf.count == count && result.threadOf.allSatisfy { (0..<threads).contains($0) })
    let work = costs.reduce(0, +)
    #expect(result.span <= work && result.span >= work / Double(threads) - 1e-9)
    var longest = costs
    for (from, to) in list.sorted(by: { $0.1 < $1.1 }) { longest[to] = max(longest[to], longest[from] + costs[to]) }
    #expect(result.span >= (longest.max() ?? 0) - 1e-9)
  }
}
