import Testing

@testable import Dataflow

@Suite("linear program") struct LinearProgramTests {
  /// 0 (480: 1 (2: 2 3) 4) 5
  let program = LinearProgram(
    LoopNest([
      .fire(0),
      .loop(
        LoopNode(
          clock: 1, step: 480,
          body: LoopNest([
            .fire(1),
            .loop(LoopNode(clock: 1, step: 2, body: LoopNest([.fire(2), .fire(3)]), ownEdges: [], feedback: [])),
            .fire(4),
          ]), ownEdges: [], feedback: [])),
      .fire(5),
    ]))

  @Test func everyFiringHasAStepAndEveryLoopARange() {
    #expect(program.nodes == [0, 1, 2, 3, 4, 5] && program.stepOf == [0, 1, 2, 3, 4, 5])
    #expect(program.loops.map(\.steps) == [1...4, 2...3])
    #expect(program.loops.map(\.parent) == [nil, 0])
    #expect(program.loopAt == [nil, 0, 1, 1, 0, nil])
    #expect(program.commonLoop(2, 4) == 0 && program.commonLoop(2, 3) == 1 && program.commonLoop(0, 3) == nil)
  }

  @Test func aBufferReadInALoopLivesUntilTheLoopEnds() {
    #expect(program.lifetime(writtenAt: 0, readAt: [2]) == 0...4)
    #expect(program.lifetime(writtenAt: 1, readAt: [2]) == 1...3)
  }

  @Test func aBufferFilledInALoopLivesFromTheLoopsStart() {
    #expect(program.lifetime(writtenAt: 3, readAt: [5]) == 1...5)
    #expect(program.lifetime(writtenAt: 3, readAt: [4]) == 2...4)
    #expect(program.lifetime(writtenAt: 3, readAt: []) == 3...3)
  }

  @Test func aBufferInsideOneTurnLivesOnlyThere() {
    #expect(program.lifetime(writtenAt: 2, readAt: [3]) == 2...3)
    #expect(program.lifetime(writtenAt: 1, readAt: [4]) == 1...4)
    #expect(program.lifetime(writtenAt: 2, readAt: [3, 4]) == 2...4)
  }

  @Test func dataForTheNextTurnKeepsItsBufferThroughTheLoop() {
    #expect(program.lifetime(writtenAt: 3, readAt: [2]) == 2...3)
    #expect(program.lifetime(writtenAt: 4, readAt: [2]) == 1...4)
    #expect(program.lifetime(writtenAt: 1, readAt: [4], carriesOver: true) == 1...4)
    #expect(program.lifetime(writtenAt: 0, readAt: [5], carriesOver: true) == 0...5)
  }
}
