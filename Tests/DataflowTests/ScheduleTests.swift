import Testing

@testable import Dataflow

@Suite("schedule") struct ScheduleTests {
  func schedule(_ graph: DataflowGraph) throws -> (schedule: Schedule, trace: ScheduleTrace) {
    let schedule = try scheduleFirings(graph, try solveBalanceEquations(graph))
    return (schedule, try simulate(schedule, on: graph))
  }

  @Test func cdToDatTakes264TokensInNestedLoops() throws {
    let (schedule, trace) = try schedule(KnownGraphs.cdToDat)
    #expect(schedule.description { KnownGraphs.cdToDat.actors[$0].name } == "(49 (3 A B) (2 C)) (4 (7 D) (8 E (5 F)))")
    #expect(trace.bufferTokens(KnownGraphs.cdToDat) == 264)
  }

  @Test func cdToDatTakes1021TokensInFlatLoops() throws {
    let flat = Schedule([147, 147, 98, 28, 32, 160].enumerated().map { .fire($0, times: $1) })
    let trace = try simulate(flat, on: KnownGraphs.cdToDat)
    #expect(trace.bufferTokens(KnownGraphs.cdToDat) == 1_021)
    #expect(flat.firings(actorCount: 6) == trace.firings)
  }

  @Test(arguments: 0..<400) func everyLiveGraphGetsAValidPeriod(seed: Int) throws {
    let graph = randomGraph(
      seed: seed, GraphShape(actors: 2...10, extraEdges: 0...8, tokenSpan: 2.5, hasPhases: seed % 3 == 0))
    let repetitions = try solveBalanceEquations(graph)
    guard checkLiveness(graph, repetitions) == .live else {
      #expect(throws: SchedulingError.self) { try scheduleFirings(graph, repetitions) }
      return
    }
    let (schedule, trace) = try schedule(graph)
    #expect(trace.firings == repetitions.firings)
    #expect(schedule.firings(actorCount: graph.actors.count) == repetitions.firings)
  }

  @Test(arguments: 0..<150) func withoutLoopsEveryActorAppearsOnce(seed: Int) throws {
    let graph = randomGraph(seed: seed, GraphShape(actors: 2...12, extraEdges: 0...8, hasLoops: false, hasPhases: seed % 3 == 0))
    let (schedule, trace) = try schedule(graph)
    #expect(schedule.appearances(actorCount: graph.actors.count).allSatisfy { $0 == 1 })
    let repetitions = try solveBalanceEquations(graph)
    let flat = Schedule(condense(graph).components.map { .fire($0[0], times: repetitions.firings[$0[0]]) })
    #expect(trace.bufferTokens(graph) <= (try simulate(flat, on: graph)).bufferTokens(graph))
  }

  @Test func aLooseLoopKeepsSingleAppearance() throws {
    // Six tokens last for the loop's own iteration (3 A, 2 B), which happens twice per iteration of the whole.
    let graph = KnownGraphs.graph("A 2 -> 3 B\nB 3 -> 2 A 6\nB 1 -> 4 C")
    let (schedule, _) = try schedule(graph)
    #expect(schedule.description { graph.actors[$0].name } == "(2 (3 A) (2 B)) C")
  }

  @Test func aTightLoopFiresAsTokensAllow() throws {
    let graph = KnownGraphs.graph("A 2 -> 3 B\nB 3 -> 2 A 4\nB 1 -> 4 C")
    let (schedule, _) = try schedule(graph)
    #expect(schedule.description { graph.actors[$0].name } == "(2 (2 A) B A B) C")
  }

  @Test func actorsThatARateOfZeroStarvesDoNotAppear() throws {
    let graph = KnownGraphs.graph("A 0 -> 1 B\nA 1 -> 2 C")
    let (schedule, _) = try schedule(graph)
    #expect(schedule.description { graph.actors[$0].name } == "(2 A) C")
  }

  @Test func invalidSchedulesAreRefusedWithTheEdge() {
    let graph = KnownGraphs.threeActorChain
    func run(_ terms: [Schedule.Term]) throws -> ScheduleTrace { try simulate(Schedule(terms), on: graph) }
    #expect(throws: InvalidSchedule.edgeRunsDry(edge: 0, batch: 1)) {
      try run([.fire(0), .fire(1, times: 2), .fire(0, times: 2), .fire(2)])
    }
    #expect(throws: InvalidSchedule.edgeNotRestored(edge: 0)) { try run([.fire(0, times: 4), .fire(1, times: 2), .fire(2)]) }
    let selfLoop = KnownGraphs.graph("A 2 -> 2 A 1")
    #expect(throws: InvalidSchedule.edgeRunsDry(edge: 0, batch: 0)) { try simulate(Schedule([.fire(0)]), on: selfLoop) }
    #expect(throws: InvalidSchedule.tooLong) {
      try simulate(Schedule([.loop(1 << 40, [.fire(0, times: 3), .fire(1, times: 2), .fire(2)])]), on: graph, effort: 1_000)
    }
  }

  @Test func aChainOf10000ActorsIsScheduledQuickly() throws {
    var graph = DataflowGraph()
    for index in 0..<10_000 { graph.add(.init("a\(index)")) }
    for index in 1..<10_000 { graph.add(.init("e\(index)", from: index - 1, to: index)) }
    let (schedule, trace) = try schedule(graph)
    #expect(schedule.terms == (0..<10_000).map { .fire($0) })
    #expect(trace.bufferTokens(graph) == 9_999)
  }
}
