import Testing

@testable import Dataflow

@Suite("iteration period") struct IterationPeriodTests {
  @Test(arguments: 0..<300) func thePeriodIsThatOfSelfTimedExecution(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    var graph = randomGraph(
      seed: seed,
      GraphShape(actors: 2...4, extraEdges: 1...4, repetitions: [1, 2, 3, 4], tokenSpan: 1.5, hasPhases: seed % 3 == 0))
    let actors = graph.actors.map { DataflowGraph.Actor($0.name, executionTimes: [.random(in: 1...5, using: &random)]) }
    graph = DataflowGraph(actors: actors, edges: graph.edges)
    let repetitions = try solveBalanceEquations(graph)
    guard condense(graph).components.count == 1 else { return }
    let isLive = checkLiveness(graph, repetitions) == .live
    let period = selfTimedPeriod(graph, repetitions, concurrency: .none)
    guard isLive else {
      #expect(period == .dead)
      return
    }
    #expect(period == .time(simulatedPeriod(graph, repetitions)))
    guard case .time(let alone) = period, case .time(let overlapping) = selfTimedPeriod(graph, repetitions) else { return }
    #expect(overlapping <= alone)
  }

  @Test(arguments: 0..<200) func moreTokensNeverMakeItLonger(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...6, tokenSpan: 2.5))
    let repetitions = try solveBalanceEquations(graph)
    guard case .time(let before) = selfTimedPeriod(graph, repetitions, concurrency: .none) else { return }
    for edge in graph.edges.indices {
      var tokens = graph.edges.map(\.initialTokens)
      tokens[edge] += 1
      guard case .time(let after) = selfTimedPeriod(graph.withInitialTokens(tokens), repetitions, concurrency: .none) else {
        Issue.record("a token made the graph dead")
        return
      }
      #expect(after <= before)
    }
  }

  @Test(arguments: 0..<400) func constraintsDecideLivenessAsFiringDoes(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...6, tokenSpan: 1.2, hasPhases: seed % 2 == 0))
    let repetitions = try solveBalanceEquations(graph)
    let isLive = checkLiveness(graph, repetitions) == .live
    let condensation = condense(graph)
    var verdict = true
    for (index, actors) in condensation.components.enumerated() {
      let edges = graph.edges.indices.filter {
        condensation.componentOf[graph.edges[$0].from] == index && condensation.componentOf[graph.edges[$0].to] == index
      }
      var effort = 10_000_000
      guard let part = isLiveByConstraints(graph, repetitions, component: actors, edges: edges, effort: &effort) else {
        Issue.record("undecided")
        return
      }
      verdict = verdict && part
    }
    #expect(verdict == isLive)
  }

  /// Benabid, Hanen, Marchetti and Munier, IEEE Trans. Automatic Control 2012: 234 when every actor repeats each firing
  /// evenly, where self-timed execution takes 40.
  @Test func repeatingEachCycleIsSlowerThanNeedBe() throws {
    var graph = KnownGraphs.graph(
      """
      t1 1 -> 2 t3
      t2 1 -> 3 t3
      t3 1 -> 1 t4
      t4 2 -> 1 t1 4
      t4 3 -> 1 t2 6
      t4 1 -> 3 t5
      t5 6 -> 1 t1 6
      t5 9 -> 1 t2 9
      """)
    let times = ["t1": 2, "t2": 2, "t3": 2, "t4": 10, "t5": 12]
    graph = DataflowGraph(
      actors: graph.actors.map { DataflowGraph.Actor($0.name, executionTimes: [times[$0.name]!]) }, edges: graph.edges)
    let repetitions = try solveBalanceEquations(graph)
    let constraints = try #require(
      FiringConstraints(
        graph, repetitions, actors: Array(0..<5), edges: Array(0..<8), repeats: [1, 1, 1, 1, 1], timing: .overlapping,
        place: Array(0..<5), arcLimit: 1_000))
    var search = CycleRatioSearch(constraints)
    var effort = 1_000_000
    guard case .found(let cycle) = search.criticalCycle(effort: &effort) else { throw SchedulingError.tooLong }
    let time = cycle.reduce(0) { $0 + constraints.times[$1] }
    #expect(Rational(Int(time)) / (try #require(constraints.height(of: cycle))) == 234)
    #expect(selfTimedPeriod(graph, repetitions) == .time(40))
  }

  @Test func overlappingFiringsAreBoundByTokensAlone() throws {
    // Two tokens let two firings of B run at once: one ends every 3/2 units of time.
    let graph = DataflowGraph(
      actors: [.init("A", executionTimes: [0]), .init("B", executionTimes: [3])],
      edges: [.init("ab", from: 0, to: 1, initialTokens: 0), .init("ba", from: 1, to: 0, initialTokens: 2)])
    let repetitions = try solveBalanceEquations(graph)
    #expect(selfTimedPeriod(graph, repetitions) == .time(Rational(3, 2)))
    #expect(selfTimedPeriod(graph, repetitions, concurrency: .none) == .time(3))
  }
}

/// Runs firings as soon as they can start, and takes the growth of the time over as many iterations as the state repeats in.
private func simulatedPeriod(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> Rational {
  // A multiple of every number of iterations in which loops of so few tokens repeat themselves.
  let iterations = 1_000, tail = 840
  // The end of each firing, computed in an order of the firings that the tokens permit.
  var ends = graph.actors.map { _ in [Int]() }
  var progress = true
  while progress {
    progress = false
    for (actor, description) in graph.actors.enumerated() {
      firing: while ends[actor].count < iterations * repetitions.firings[actor] {
        let firing = ends[actor].count
        var start = ends[actor].last ?? 0
        for edge in graph.edges where edge.to == actor {
          let needed = edge.consume.tokens(inFirst: firing + 1)! - edge.initialTokens
          if needed <= 0 || needed <= edge.consume.tokens(inFirst: firing)! - edge.initialTokens { continue }
          // The first firing of the writer after which there are enough.
          var writer = max(0, edge.produce.firings(coveredBy: needed - 1))
          while edge.produce.tokens(inFirst: writer)! < needed { writer += 1 }
          guard writer <= ends[edge.from].count else { break firing }
          if writer > 0 { start = max(start, ends[edge.from][writer - 1]) }
        }
        ends[actor].append(start + description.executionTimes[firing % description.executionTimes.count])
        progress = true
      }
    }
  }
  func end(_ iteration: Int) -> Int { ends[0][iteration * repetitions.firings[0] - 1] }
  return Rational(end(iterations) - end(iterations - tail), tail)
}
