import Testing

@testable import Dataflow

/// Laws that answers obey whatever the graph: what follows from a graph also follows, changed as the law says, from the same graph
/// changed.
@Suite("laws of dataflow graphs") struct OracleTests {
  private func changed(
    _ graph: DataflowGraph, _ change: (Int, inout DataflowGraph.Edge) -> Void
  ) -> DataflowGraph {
    var edges = graph.edges
    for index in edges.indices { change(index, &edges[index]) }
    return DataflowGraph(actors: graph.actors, edges: edges)
  }

  private func times(_ rate: PhasedRate, _ factor: Int) -> PhasedRate { PhasedRate(rate.phases.map { $0 * factor }) }

  @Test(arguments: 0..<200) func anActorThatMovesTwiceAsMuchFiresHalfAsOften(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(seed: seed, GraphShape(hasPhases: seed % 2 == 0))
    let actor = Int.random(in: graph.actors.indices, using: &random), factor = Int.random(in: 2...7, using: &random)
    let scaled = changed(graph) { _, edge in
      if edge.from == actor { edge.produce = times(edge.produce, factor) }
      if edge.to == actor { edge.consume = times(edge.consume, factor) }
    }
    let before = try solveBalanceEquations(graph).cycles
    var expected = before.enumerated().map { $0 == actor ? $1 : $1 * factor }
    let divisor = expected.reduce(0) { greatestCommonDivisor($0, $1) }
    expected = expected.map { $0 / divisor }
    #expect(try solveBalanceEquations(scaled).cycles == expected)
  }

  @Test(arguments: 0..<200) func anEdgeThatMovesMoreAtBothEndsChangesNoRepetition(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(seed: seed)
    let chosen = Int.random(in: graph.edges.indices, using: &random), factor = Int.random(in: 2...9, using: &random)
    let scaled = changed(graph) { index, edge in
      guard index == chosen else { return }
      (edge.produce, edge.consume) = (times(edge.produce, factor), times(edge.consume, factor))
    }
    #expect(try solveBalanceEquations(scaled).cycles == solveBalanceEquations(graph).cycles)
  }

  /// An actor whose phases are one firing takes all its tokens at once.
  @Test(arguments: 0..<300) func mergedPhasesNeedNoLessRoomAndNoLessTime(seed: Int) throws {
    let graph = randomGraph(
      seed: seed, GraphShape(actors: 2...5, repetitions: [1, 2, 3, 4], tokenSpan: 3, hasLoops: seed % 2 == 0, hasPhases: true))
    let merged = changed(graph) { _, edge in
      edge.produce = PhasedRate([edge.produce.perCycle])
      edge.consume = PhasedRate([edge.consume.perCycle])
    }
    let (phased, whole) = (try solveBalanceEquations(graph), try solveBalanceEquations(merged))
    #expect(phased.cycles == whole.cycles)
    for (each, all) in zip(EdgeBounds(graph, phased).anySchedule, EdgeBounds(merged, whole).anySchedule) {
      #expect(each <= all)
    }
    // In the time of all its phases.
    let slow = DataflowGraph(
      actors: merged.actors.enumerated().map { DataflowGraph.Actor($1.name, executionTimes: [phased.phaseCounts[$0]]) },
      edges: merged.edges)
    guard case .time(let together) = selfTimedPeriod(slow, whole, concurrency: .none),
      case .time(let apart) = selfTimedPeriod(graph, phased, concurrency: .none)
    else { return }
    #expect(apart <= together)
  }

  /// A ring with as few tokens as it runs with; sdfpy, examples/neardeadlock.
  @Test func nearDeadlockEachTokenThatIsTakenAwayIsJudgedAsFiringDoes() throws {
    let ring = KnownGraphs.graph(
      """
      a 6,6,3 -> 4,2 b 4
      b 4,2 -> 5 c 2
      c 5 -> 3,6,6 d 0
      d 3,6,6 -> 4,2 e 1
      e 4,2 -> 5 f 2
      f 5 -> 6,6,3 a 2
      """)
    let repetitions = try solveBalanceEquations(ring)
    #expect(checkLiveness(ring, repetitions) == .live)
    var deadCount = 0
    for edge in ring.edges.indices where ring.edges[edge].initialTokens > 0 {
      var tokens = ring.edges.map(\.initialTokens)
      tokens[edge] -= 1
      let poorer = ring.withInitialTokens(tokens)
      for seed in 0..<20 {
        let isLive = finishesByFiring(poorer, repetitions, seed: seed)
        #expect((checkLiveness(poorer, repetitions) == .live) == isLive)
        if seed == 0, !isLive { deadCount += 1 }
      }
    }
    #expect(deadCount > 0)
  }

  /// Fires whatever can fire, in random order.
  private func finishesByFiring(_ graph: DataflowGraph, _ repetitions: RepetitionVector, seed: Int) -> Bool {
    var random = SeededGenerator(seed: seed)
    var tokens = graph.edges.map(\.initialTokens)
    var fired = graph.actors.map { _ in 0 }
    func rate(_ rate: PhasedRate, _ firing: Int) -> Int { rate.phases[firing % rate.phases.count] }
    while true {
      let ready = graph.actors.indices.filter { actor in
        fired[actor] < repetitions.firings[actor]
          && graph.edges.indices.allSatisfy {
            graph.edges[$0].to != actor || tokens[$0] >= rate(graph.edges[$0].consume, fired[actor])
          }
      }
      guard let actor = ready.randomElement(using: &random) else { return fired == repetitions.firings }
      for edge in graph.edges.indices {
        if graph.edges[edge].to == actor { tokens[edge] -= rate(graph.edges[edge].consume, fired[actor]) }
        if graph.edges[edge].from == actor { tokens[edge] += rate(graph.edges[edge].produce, fired[actor]) }
      }
      fired[actor] += 1
    }
  }

  @Test func partsOddAndAlone() throws {
    // Parallel edges with other tokens, an actor's own loop with fewer tokens than it reads, actors without edges.
    var graph = KnownGraphs.graph(
      """
      a 2 -> 3 b 1
      a 2 -> 3 b 6
      b 1 -> 1 b 1
      """)
    graph.add(.init("alone"))
    var repetitions = try solveBalanceEquations(graph)
    #expect(repetitions.firings == [3, 2, 1])
    #expect(checkLiveness(graph, repetitions) == .live)
    var poor = graph.withInitialTokens([1, 6, 0])
    guard case .dead(let deadlock) = checkLiveness(poor, repetitions) else {
      Issue.record("an actor that waits for itself")
      return
    }
    #expect(deadlock.waitingCycle == [2])
    poor = KnownGraphs.graph("a 3 -> 3 a 2")
    repetitions = try solveBalanceEquations(poor)
    #expect(checkLiveness(poor, repetitions) != .live)
  }
}
