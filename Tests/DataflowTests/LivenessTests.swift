import Testing

@testable import Dataflow

@Suite("liveness") struct LivenessTests {
  @Test(arguments: 0..<400) func theVerdictIsThatOfEveryOrderOfFiring(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(hasPhases: seed % 3 == 0))
    let repetitions = try solveBalanceEquations(graph)
    let verdict = checkLiveness(graph, repetitions)
    for order in 0..<4 {
      let fired = fireOneByOne(graph, repetitions, seed: order)
      switch verdict {
      case .live: #expect(fired == repetitions.firings)
      case .dead(let deadlock):
        #expect(fired == deadlock.firings)
        #expect(deadlock.blocked == graph.actors.indices.filter { fired[$0] < repetitions.firings[$0] })
        #expect(deadlock.neverFiring == graph.actors.indices.filter { fired[$0] == 0 })
        for (edge, next) in zip(deadlock.waitingCycle, deadlock.waitingCycle.dropFirst() + deadlock.waitingCycle.prefix(1)) {
          let edge = graph.edges[edge]
          #expect(edge.to == graph.edges[next].from)
          #expect(
            edge.consume.tokens(inFirst: fired[edge.to] + 1)! > edge.initialTokens + edge.produce.tokens(
              inFirst: fired[edge.from])!)
        }
        #expect(!deadlock.waitingCycle.isEmpty)
      case .undecided: Issue.record("undecided")
      }
    }
  }

  @Test(arguments: 0..<400) func missingTokensMakeTheGraphLiveAndNoneCouldBeLeftOut(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...10, extraEdges: 2...12, tokenSpan: 0.8, hasPhases: seed % 3 == 0))
    let repetitions = try solveBalanceEquations(graph)
    let missing = try #require(findMissingTokens(graph, repetitions))
    func isLive(_ added: [MissingTokens]) -> Bool {
      var tokens = graph.edges.map(\.initialTokens)
      for item in added { tokens[item.edge] += item.tokens }
      return checkLiveness(graph.withInitialTokens(tokens), repetitions) == .live
    }
    #expect(missing.isEmpty == isLive([]))
    #expect(isLive(missing))
    for (index, item) in missing.enumerated() {
      #expect(item.tokens > 0)
      var fewer = missing
      fewer[index] = MissingTokens(edge: item.edge, tokens: item.tokens - 1)
      #expect(!isLive(fewer))
    }
  }

  @Test func aRingWithoutTokensWaitsForItself() throws {
    let graph = KnownGraphs.graph("A 1 -> 2 B\nB 2 -> 1 A\nB 1 -> 1 C")
    let repetitions = try solveBalanceEquations(graph)
    guard case .dead(let deadlock) = checkLiveness(graph, repetitions) else { throw SchedulingError.tooLong }
    #expect(deadlock.blocked == [0, 1, 2] && deadlock.neverFiring == [0, 1, 2])
    #expect(Set(deadlock.waitingCycle) == [0, 1])
    // Two tokens on either edge do it; both take as much time, so the first edge is named.
    #expect(findMissingTokens(graph, repetitions) == [MissingTokens(edge: 0, tokens: 2)])
  }

  @Test func twoActorsAreLiveFromTheKnownBoundOn() throws {
    // p + c - g tokens, each edge floored to a multiple of g: Marchetti and Munier 2009.
    for (p, c) in [(2, 3), (4, 6), (5, 5), (7, 3)] {
      let bound = p + c - greatestCommonDivisor(p, c)
      for tokens in [bound - 1, bound] {
        let graph = KnownGraphs.graph("A \(p) -> \(c) B\nB \(c) -> \(p) A \(tokens)")
        #expect((checkLiveness(graph, try solveBalanceEquations(graph)) == .live) == (tokens == bound))
      }
    }
  }

  @Test func hugeRepetitionCountsOutsideLoopsCostNothing() throws {
    let graph = KnownGraphs.graph("A 1000000007 -> 1000000009 B\nB 1 -> 1 C 1\nC 1 -> 1 B\nA 1 -> 1 A 1")
    #expect(checkLiveness(graph, try solveBalanceEquations(graph), effort: 100) == .live)
  }

  @Test func hugeRepetitionCountsInLoopsAreProvenLiveOrEndAtTheEffortAllowed() throws {
    func ring(_ tokens: Int) -> DataflowGraph {
      KnownGraphs.graph("A 1000000007 -> 1000000009 B\nB 1000000009 -> 1000000007 A \(tokens)")
    }
    let repetitions = try solveBalanceEquations(ring(0))
    #expect(checkLiveness(ring(3_000_000_000), repetitions, effort: 10_000) == .live)
    #expect(findMissingTokens(ring(3_000_000_000), repetitions, effort: 10_000) == [])
    #expect(throws: SchedulingError.tooLong) { try scheduleFirings(ring(3_000_000_000), repetitions, effort: 10_000) }
    #expect(checkLiveness(ring(2_000_000_014), repetitions, effort: 10_000) == .undecided)
    #expect(findMissingTokens(ring(2_000_000_014), repetitions, effort: 10_000) == nil)
  }

  @Test(arguments: 0..<400) func aProofByEvenFiringIsNeverWrong(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(tokenSpan: 2.5, hasPhases: seed % 2 == 0))
    let repetitions = try solveBalanceEquations(graph)
    let actors = Array(graph.actors.indices), edges = Array(graph.edges.indices)
    if canFirePeriodically(graph, repetitions, actors: actors, edges: edges) {
      #expect(checkLiveness(graph, repetitions) == .live)
    }
    // Without loops it always succeeds.
    let acyclic = edges.filter { graph.edges[$0].from < graph.edges[$0].to }
    #expect(canFirePeriodically(graph, repetitions, actors: actors, edges: acyclic))
  }

  @Test func aDeadGraphOf5000ActorsIsRepairedInReasonableTime() throws {
    var random = SeededGenerator(seed: 5)
    var graph = DataflowGraph()
    for index in 0..<5_000 { graph.add(.init("a\(index)")) }
    for index in 1..<5_000 { graph.add(.init("f\(index)", from: max(0, index - .random(in: 1...20, using: &random)), to: index)) }
    for index in 0..<300 {
      let from = Int.random(in: 20..<5_000, using: &random)
      graph.add(.init("b\(index)", from: from, to: from - .random(in: 0...20, using: &random)))
    }
    let repetitions = try solveBalanceEquations(graph)
    let missing = try #require(findMissingTokens(graph, repetitions))
    var tokens = graph.edges.map(\.initialTokens)
    for item in missing { tokens[item.edge] += item.tokens }
    #expect(checkLiveness(graph.withInitialTokens(tokens), repetitions) == .live)
  }
}

/// Fires a random ready actor at a time until none is left.
private func fireOneByOne(_ graph: DataflowGraph, _ repetitions: RepetitionVector, seed: Int) -> [Int] {
  var random = SeededGenerator(seed: seed)
  var fired = graph.actors.map { _ in 0 }
  var tokens = graph.edges.map(\.initialTokens)
  func moved(_ rate: PhasedRate, _ actor: Int) -> Int { rate.phases[fired[actor] % rate.phases.count] }
  while true {
    let ready = graph.actors.indices.filter { actor in
      fired[actor] < repetitions.firings[actor]
        && graph.edges.indices.allSatisfy { graph.edges[$0].to != actor || tokens[$0] >= moved(graph.edges[$0].consume, actor) }
    }
    guard let actor = ready.randomElement(using: &random) else { return fired }
    for (index, edge) in graph.edges.enumerated() {
      if edge.to == actor { tokens[index] -= moved(edge.consume, actor) }
      if edge.from == actor { tokens[index] += moved(edge.produce, actor) }
    }
    fired[actor] += 1
  }
}
