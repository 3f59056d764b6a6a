import Testing

@testable import Dataflow

@Suite("balance equations") struct BalanceEquationTests {
  @Test func cdToDatFires612Times() throws {
    let repetitions = try solveBalanceEquations(KnownGraphs.cdToDat)
    #expect(repetitions.firings == [147, 147, 98, 28, 32, 160])
    #expect(repetitions.totalFirings == 612)
    #expect(repetitions.description == "[147, 147, 98, 28, 32, 160]")
  }

  @Test(arguments: 0..<300) func everyEdgeGetsAsManyTokensAsItGives(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(hasPhases: seed % 2 == 1))
    let repetitions = try solveBalanceEquations(graph)
    for edge in graph.edges {
      #expect(
        edge.produce.tokens(inFirst: repetitions.firings[edge.from]) == edge.consume.tokens(inFirst: repetitions.firings[edge.to])
      )
    }
    #expect(repetitions.cycles.reduce(0, greatestCommonDivisor) == 1)
    #expect(repetitions.cycles.allSatisfy { $0 > 0 })
  }

  @Test(arguments: 0..<60) func orderDoesNotMatter(seed: Int) throws {
    let graph = randomGraph(seed: seed)
    let (other, place) = graph.shuffled(seed: seed)
    let first = try solveBalanceEquations(graph), second = try solveBalanceEquations(other)
    #expect(place.map { second.firings[$0] } == first.firings)
  }

  @Test(arguments: 0..<200) func aContradictionIsNamedByAShortestCycle(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    var graph = randomGraph(seed: seed, GraphShape(actors: 2...9, extraEdges: 2...9))
    var edges = graph.edges
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let broken = Int.random(in: edges.indices, using: &random)
      edges[broken].produce = PhasedRate([edges[broken].produce.perCycle * 2])
    }
    graph = DataflowGraph(actors: graph.actors, edges: edges)
    let least = shortestContradictionByEnumeration(graph)
    do {
      _ = try solveBalanceEquations(graph)
      #expect(least == nil)
    } catch .contradiction(let cycle) {
      #expect(cycle.count == least)
      #expect(isUndirectedCycle(cycle, graph))
      #expect(!isBalanced(cycle, graph))
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func anInconsistentTriangleNamesItsThreeEdges() {
    #expect(contradiction(KnownGraphs.contradictoryTriangle) == [0, 1, 2])
  }

  @Test func aLoopOfOneActorMustReadWhatItWrites() {
    #expect(contradiction(KnownGraphs.graph("A 2 -> 3 A 9")) == [0])
  }

  @Test func separatePartsHaveTheirOwnSmallestNumbers() throws {
    let graph = KnownGraphs.graph("A 2 -> 1 B\nC 3 -> 1 D")
    #expect(try solveBalanceEquations(graph).firings == [1, 2, 1, 3])
    var lonely = DataflowGraph()
    lonely.add(.init("alone"))
    #expect(try solveBalanceEquations(lonely).firings == [1])
    #expect(try solveBalanceEquations(DataflowGraph()).firings == [])
  }

  @Test func phasesMakeFullCycles() throws {
    let graph = KnownGraphs.graph("A 3,2 -> 7 B\nB 7 -> 5 C")
    #expect(try solveBalanceEquations(graph).firings == [14, 5, 7])
  }

  @Test func rateZeroOnOneSideStarvesAndOnBothSidesSeparates() throws {
    #expect(try solveBalanceEquations(KnownGraphs.graph("A 0 -> 1 B\nB 1 -> 2 C")).firings == [1, 0, 0])
    #expect(try solveBalanceEquations(KnownGraphs.graph("A 1 -> 0 B")).firings == [0, 1])
    #expect(try solveBalanceEquations(KnownGraphs.graph("A 0 -> 0 B\nA 1 -> 2 C")).firings == [2, 1, 1])
  }

  @Test func numbersBeyond63BitsAreAnErrorAndNotAWrap() {
    // 62 stages of 3:2 need 3^62 firings of the last actor.
    let stages = (0..<62).map { "a\($0) 3 -> 2 a\($0 + 1)" }.joined(separator: "\n")
    #expect(throws: InconsistentRates.tooLarge) { try solveBalanceEquations(KnownGraphs.graph(stages)) }
    #expect(contradiction(KnownGraphs.graph(stages + "\na62 1 -> 1 a61")) == [61, 62])
    #expect(throws: InconsistentRates.tooLarge) {
      try solveBalanceEquations(KnownGraphs.graph("A \(Int.max) -> 1 B\nB \(Int.max) -> 1 C"))
    }
  }
}

/// The edges of the contradiction that is found, ascending.
private func contradiction(_ graph: DataflowGraph) -> [Int]? {
  do { _ = try solveBalanceEquations(graph) } catch { if case .contradiction(let cycle) = error { return cycle.sorted() } }
  return nil
}

/// Whether the edges, each used once, form one closed walk when directions are ignored.
private func isUndirectedCycle(_ cycle: [Int], _ graph: DataflowGraph) -> Bool {
  guard Set(cycle).count == cycle.count else { return false }
  return [graph.edges[cycle[0]].from, graph.edges[cycle[0]].to].contains { start in
    var actor = start
    for index in cycle {
      let edge = graph.edges[index]
      guard edge.from == actor || edge.to == actor else { return false }
      actor = edge.from == actor ? edge.to : edge.from
    }
    return actor == start
  }
}

/// Whether the equations of these edges alone have a positive solution.
private func isBalanced(_ edges: [Int], _ graph: DataflowGraph) -> Bool {
  (try? BalanceEquations(DataflowGraph(actors: graph.actors, edges: edges.map { graph.edges[$0] })))?.solve() != nil
}

/// The least number of edges that contradict, over all subsets of up to 4 edges; nil where none do.
private func shortestContradictionByEnumeration(_ graph: DataflowGraph) -> Int? {
  if isBalanced(Array(graph.edges.indices), graph) { return nil }
  for size in 1...graph.edges.count {
    var found = false
    func choose(_ chosen: [Int], _ from: Int) {
      if found { return }
      if chosen.count == size {
        found = !isBalanced(chosen, graph)
        return
      }
      for next in from..<graph.edges.count where !found { choose(chosen + [next], next + 1) }
    }
    choose([], 0)
    if found { return size }
  }
  return nil
}
