import Testing

@testable import Dataflow

@Suite("minimum buffer") struct MinimumBufferTests {
  /// The search's answer, replayed: no edge runs dry, each holds exactly its capacity at most, all ends as it began.
  func minimum(_ graph: DataflowGraph, _ effort: Effort = .default) throws -> MinimumBuffer {
    let repetitions = try solveBalanceEquations(graph)
    let buffer = try minimumBufferSchedule(graph, repetitions, effort: effort)
    let trace = try simulate(buffer.schedule, on: graph)
    #expect(trace.mostTokens == buffer.capacities)
    #expect(trace.firings == repetitions.firings)
    #expect(trace.bufferTokens(graph) == buffer.tokens)
    #expect(buffer.isOptimal == (buffer.tokens == buffer.lowerBound))
    #expect(graph.privateTokens(leastCapacities(graph, repetitions))! <= buffer.lowerBound)
    #expect(buffer.lowerBound <= buffer.tokens)
    return buffer
  }

  @Test(arguments: PublishedBuffers.cases.indices) func publishedMinimaAreMet(index: Int) throws {
    let known = PublishedBuffers.cases[index]
    for effort in Effort.allCases {
      let buffer = try minimum(known.graph, effort)
      #expect(buffer.tokens == known.tokens, "\(known.name)")
      #expect(buffer.isOptimal)
    }
  }

  @Test func cdToDatNeedsWhatSDF3Finds() throws {
    #expect(try minimum(KnownGraphs.cdToDat).capacities == [1, 4, 8, 14, 5])
  }

  @Test(arguments: PublishedBuffers.jointlyInfeasible.indices) func edgesGrowWhereTheirBoundsCannotBeMetTogether(index: Int)
    throws
  {
    let (_, graph) = PublishedBuffers.jointlyInfeasible[index]
    let buffer = try minimum(graph)
    #expect(buffer.tokens > graph.privateTokens(leastCapacities(graph, try solveBalanceEquations(graph)))!)
  }

  @Test(arguments: 0..<300) func theLeastCapacitiesAreWhatEachEdgeNeedsByItself(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...2, extraEdges: 0...0, tokenSpan: 2, hasPhases: seed % 2 == 0))
    var random = SeededGenerator(seed: seed)
    let edge = graph.withInitialTokens([Int.random(in: 0...12, using: &random)])
    let repetitions = try solveBalanceEquations(edge)
    #expect(leastCapacities(edge, repetitions) == [leastByTrial(edge, repetitions)])
    #expect(try minimum(edge).isOptimal)
  }

  @Test(arguments: 0..<300) func smallGraphsGetTheMinimumOfAllSchedules(seed: Int) throws {
    let graph = randomGraph(
      seed: seed,
      GraphShape(actors: 2...5, extraEdges: 1...4, repetitions: [1, 2, 3], tokenSpan: 1.6, hasPhases: seed % 3 == 0))
    let repetitions = try solveBalanceEquations(graph)
    guard checkLiveness(graph, repetitions) == .live else {
      #expect(throws: SchedulingError.self) { try minimumBufferSchedule(graph, repetitions) }
      return
    }
    guard let exact = minimumOverAllSchedules(graph, repetitions) else { return }
    let buffer = try minimum(graph)
    #expect(buffer.isOptimal)
    #expect(buffer.tokens == exact)
    for effort in Effort.allCases {
      let other = try minimum(graph, effort)
      #expect(other.lowerBound <= exact && exact <= other.tokens)
    }
  }

  @Test(arguments: 0..<60) func largerGraphsGetValidSchedulesWithinTheBounds(seed: Int) throws {
    let graph = randomGraph(
      seed: seed,
      GraphShape(actors: 8...30, extraEdges: 4...30, repetitions: [1, 2, 3, 4, 6], tokenSpan: 2.5, hasPhases: seed % 3 == 0))
    let repetitions = try solveBalanceEquations(graph)
    guard checkLiveness(graph, repetitions) == .live else { return }
    let quick = try minimum(graph, .fast), buffer = try minimum(graph)
    #expect(buffer.tokens <= quick.tokens)
    let looped = try simulate(try scheduleFirings(graph, repetitions), on: graph)
    #expect(quick.tokens <= looped.bufferTokens(graph))
  }

  @Test(arguments: 0..<80) func treesMeetTheLeastOfEveryEdge(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...12, extraEdges: 0...0, hasPhases: seed % 2 == 0))
    let repetitions = try solveBalanceEquations(graph)
    let buffer = try minimum(graph, .fast)
    #expect(buffer.isOptimal)
    #expect(buffer.capacities == leastCapacities(graph, repetitions))
  }

  @Test(arguments: 0..<100) func aCapacityIsAReverseEdge(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 3...8, extraEdges: 1...6, tokenSpan: 2, hasPhases: seed % 3 == 0))
    let repetitions = try solveBalanceEquations(graph)
    guard checkLiveness(graph, repetitions) == .live else { return }
    let capacities = try minimum(graph).capacities
    func isLive(_ capacities: [Int]) throws -> Bool {
      var bounded = graph
      for (edge, capacity) in zip(graph.edges, capacities) where edge.from != edge.to {
        bounded.add(
          .init(
            "room", from: edge.to, to: edge.from, produce: edge.consume, consume: edge.produce,
            initialTokens: capacity - edge.initialTokens))
      }
      return checkLiveness(bounded, try solveBalanceEquations(bounded)) == .live
    }
    #expect(try isLive(capacities))
    for edge in graph.edges.indices where graph.edges[edge].from != graph.edges[edge].to {
      var fewer = capacities
      fewer[edge] -= 1
      if fewer[edge] >= graph.edges[edge].initialTokens { #expect(try !isLive(fewer)) }
    }
  }

  @Test(arguments: 0..<40) func orderAndNamesOfActorsDoNotMatter(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 4...12, extraEdges: 3...10, tokenSpan: 2))
    guard checkLiveness(graph, try solveBalanceEquations(graph)) == .live else { return }
    let tokens = try minimum(graph).tokens
    for order in 0..<4 { #expect(try minimum(graph.shuffled(seed: order).graph).tokens == tokens) }
  }

  @Test func publishedMinimaDoNotDependOnTheOrderOfActors() throws {
    for known in PublishedBuffers.cases {
      for order in 0..<5 { #expect(try minimum(known.graph.shuffled(seed: order).graph, .fast).tokens == known.tokens) }
    }
  }

  @Test func aDeadGraphIsRefused() throws {
    let graph = KnownGraphs.graph("A 1 -> 2 B\nB 2 -> 1 A 1")
    #expect(throws: SchedulingError.self) { try minimumBufferSchedule(graph, try solveBalanceEquations(graph)) }
  }

  @Test func whatHoldsForAFiringHoldsForHugeIterations() throws {
    let graph = KnownGraphs.graph("A 1000000007 -> 1000000009 B")
    let buffer = try minimumBufferSchedule(graph, try solveBalanceEquations(graph))
    #expect(buffer.lowerBound == 2_000_000_015)
    #expect(buffer.tokens == 1_000_000_007 * 1_000_000_009)
    #expect(!buffer.isOptimal)
    let nested = KnownGraphs.graph("A 1 -> 1000000 B\nB 1 -> 1000 C")
    #expect(try minimumBufferSchedule(nested, try solveBalanceEquations(nested)).isOptimal)
  }

  @Test func phasesOnOtherEdgesDoNotChangeWhatAnEdgeNeeds() throws {
    // A has three phases and B two, on edges other than the first.
    let graph = KnownGraphs.graph("A 2 -> 3 B\nA 1,0,2 -> 3 C\nB 1,2 -> 3 D")
    let buffer = try minimum(graph)
    #expect(buffer.capacities[0] == 4)
    #expect(buffer.isOptimal)
    #expect(EdgeBounds(graph, try solveBalanceEquations(graph)).anyScheduleSum == buffer.tokens)
  }

  @Test func numbersNearTheLargestAreNoTrap() throws {
    let half = Int.max / 2 + 1
    let one = KnownGraphs.graph("A \(half) -> \(half) B")
    #expect(try minimum(one).tokens == half)
    let two = KnownGraphs.graph("A \(half) -> \(half) B\nB \(half) -> \(half) C")
    #expect(throws: SchedulingError.tooLong) { try minimumBufferSchedule(two, try solveBalanceEquations(two)) }
    let cycle = KnownGraphs.graph("A \(Int.max - 2) -> \(Int.max - 2) B\nA 1 -> 1 B 1")
    #expect(try minimum(cycle).tokens == Int.max)
  }

  @Test func actorsThatARateOfZeroStarvesNeedNothing() throws {
    #expect(try minimum(KnownGraphs.graph("A 0 -> 1 B 3\nA 1 -> 2 C")).capacities == [3, 2])
  }

  @Test func edgesFromAnActorToItselfAreNotCounted() throws {
    let buffer = try minimum(KnownGraphs.graph("A 2 -> 3 B\nB 1 -> 1 B 5"))
    #expect(buffer.capacities == [4, 5])
    #expect(buffer.tokens == 4)
  }

  @Test func tenThousandActorsInAChainAreQuick() throws {
    var graph = DataflowGraph()
    for index in 0..<10_000 { graph.add(.init("a\(index)")) }
    for index in 1..<10_000 { graph.add(.init("e\(index)", from: index - 1, to: index)) }
    #expect(try minimum(graph, .fast).tokens == 9_999)
  }

  @Test func fiveThousandActorsWithLoopsAreQuick() throws {
    // Rates differ, so that most undirected cycles need more than the least.
    var random = SeededGenerator(seed: 5)
    var graph = DataflowGraph()
    let cycles = (0..<5_000).map { _ in [1, 2, 3, 4].randomElement(using: &random)! }
    func connect(_ a: Int, _ b: Int, _ turns: Int) {
      let tokens = leastCommonMultiple(cycles[a], cycles[b])
      graph.add(
        .init(
          "e\(graph.edges.count)", from: a, to: b, produce: PhasedRate([tokens / cycles[a]]),
          consume: PhasedRate([tokens / cycles[b]]), initialTokens: turns * tokens))
    }
    for index in 0..<5_000 { graph.add(.init("a\(index)")) }
    for index in 1..<5_000 { connect(max(0, index - .random(in: 1...30, using: &random)), index, 0) }
    for _ in 0..<3_000 {
      let from = Int.random(in: 0..<4_970, using: &random)
      connect(from, from + .random(in: 1...29, using: &random), 0)
    }
    for _ in 0..<500 {
      let from = Int.random(in: 30..<5_000, using: &random)
      connect(from, from - .random(in: 0...30, using: &random), 2)
    }
    let buffer = try minimum(graph, .fast)
    #expect(buffer.tokens > graph.privateTokens(leastCapacities(graph, try solveBalanceEquations(graph)))!)
  }

  /// The first capacity under which writer and reader get through.
  private func leastByTrial(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> Int {
    let edge = graph.edges[0]
    return (edge.initialTokens...).first { capacity in
      var fired = [0, 0]
      while true {
        let waiting = edge.initialTokens + edge.produce.tokens(inFirst: fired[0])! - edge.consume.tokens(inFirst: fired[1])!
        if fired[1] < repetitions.firings[1], waiting >= edge.consume.phases[fired[1] % edge.consume.phases.count] {
          fired[1] += 1
        } else if fired[0] < repetitions.firings[0],
          waiting + edge.produce.phases[fired[0] % edge.produce.phases.count] <= capacity
        {
          fired[0] += 1
        } else {
          return fired == repetitions.firings
        }
      }
    }!
  }

  /// The fewest tokens over all orders of firing, by the state of every edge and of the capacities used so far; nil where there
  /// are too many states.
  private func minimumOverAllSchedules(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> Int? {
    struct State: Hashable {
      var fired: [Int]
      var most: [Int]
    }
    let counted = graph.edges.indices.filter { graph.edges[$0].from != graph.edges[$0].to }
    var level: Set<State> = [State(fired: graph.actors.map { _ in 0 }, most: counted.map { graph.edges[$0].initialTokens })]
    for _ in 0..<repetitions.totalFirings {
      var next: Set<State> = []
      for state in level {
        for actor in graph.actors.indices where state.fired[actor] < repetitions.firings[actor] {
          let reads = graph.edges.indices.filter { graph.edges[$0].to == actor }
          let isReady = reads.allSatisfy { index in
            let edge = graph.edges[index]
            return edge.initialTokens + edge.produce.tokens(inFirst: state.fired[edge.from])!
              >= edge.consume.tokens(inFirst: state.fired[actor] + 1)!
          }
          guard isReady else { continue }
          var after = state
          after.fired[actor] += 1
          for (place, index) in counted.enumerated() where graph.edges[index].from == actor {
            let edge = graph.edges[index]
            let waiting =
              edge.initialTokens + edge.produce.tokens(inFirst: after.fired[actor])!
              - edge.consume.tokens(inFirst: after.fired[edge.to])!
            after.most[place] = max(after.most[place], waiting)
          }
          next.insert(after)
        }
      }
      if next.count > 20_000 { return nil }
      level = next
    }
    return level.map { $0.most.reduce(0, +) }.min()
  }
}
