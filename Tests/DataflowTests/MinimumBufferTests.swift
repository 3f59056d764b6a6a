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
}
