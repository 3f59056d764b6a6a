import Testing

@testable import Dataflow

@Suite("single appearance schedules") struct SingleAppearanceTests {
  static func solve(_ graph: DataflowGraph, _ effort: Effort = .default) throws -> SingleAppearance? {
    try singleAppearanceSchedule(graph, try solveBalanceEquations(graph), effort: effort)
  }

  /// What must hold of every answer.
  static func check(_ answer: SingleAppearance, _ graph: DataflowGraph) throws {
    let repetitions = try solveBalanceEquations(graph)
    for schedule in [answer.schedule, answer.shared.schedule, answer.inPlace?.schedule ?? answer.schedule] {
      let firing = graph.actors.indices.map { repetitions.firings[$0] > 0 ? 1 : 0 }
      #expect(schedule.appearances(actorCount: graph.actors.count) == firing)
      #expect(schedule.firings(actorCount: graph.actors.count) == repetitions.firings)
    }
    let trace = try simulate(answer.schedule, on: graph)
    #expect(trace.bufferTokens(graph) == answer.tokens)
    for arena in [answer.shared, answer.inPlace ?? answer.shared] {
      let sizes = try simulate(arena.schedule, on: graph).mostTokens
      for (edge, place) in arena.placement.enumerated() {
        #expect(place == nil ? graph.edges[edge].from == graph.edges[edge].to : place!.size == sizes[edge])
      }
      #expect(arena.lowerBound <= arena.tokens)
      try ArenaSimulation.run(arena, on: graph)
    }
    let least = leastTokens(graph, repetitions)
    #expect(answer.shared.tokens <= answer.tokens && least <= answer.tokens && answer.tokens <= answer.flatTokens)
    if let inPlace = answer.inPlace { #expect(inPlace.tokens <= answer.shared.tokens) }
  }

  /// No single appearance schedule takes less: each edge alone in the loop that suits it best.
  static func leastTokens(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> Int {
    graph.edges.indices.reduce(0) { sum, index in
      let edge = graph.edges[index]
      guard edge.from != edge.to else { return sum }
      let turns = max(1, greatestCommonDivisor(repetitions.cycles[edge.from], repetitions.cycles[edge.to]))
      let passing = repetitions.tokens[index] / turns
      return sum + edge.initialTokens + (edge.initialTokens >= passing ? 0 : passing)
    }
  }

  @Test func cdToDatTakes264TokensOr257Shared() throws {
    let answer = try #require(try Self.solve(KnownGraphs.cdToDat))
    #expect(answer.tokens == 264 && answer.flatTokens == 1_021 && answer.shared.tokens == 257)
    #expect(answer.schedule.description { KnownGraphs.cdToDat.actors[$0].name } == "(49 (3 A B) (2 C)) (4 (7 D) (8 E (5 F)))")
    try Self.check(answer, KnownGraphs.cdToDat)
  }

  @Test(arguments: 0..<120) func answersHoldOnRandomGraphsWithoutLoops(seed: Int) throws {
    let graph = randomGraph(
      seed: seed, GraphShape(actors: 2...10, extraEdges: 0...8, hasLoops: false, hasPhases: seed % 4 == 0))
    try Self.check(try #require(try Self.solve(graph, .fast)), graph)
  }

  @Test(arguments: 0..<120) func answersHoldOnRandomGraphsWithLoops(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...9, extraEdges: 1...6, tokenSpan: 3, hasPhases: seed % 4 == 0))
    if let answer = try Self.solve(graph, .fast) { try Self.check(answer, graph) }
  }
}
