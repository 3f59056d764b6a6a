import Testing

@testable import Dataflow

@Suite("bounds of single edges") struct EdgeBoundTests {
  private func bounds(_ text: String) throws -> EdgeBounds {
    let graph = KnownGraphs.graph(text)
    return EdgeBounds(graph, try solveBalanceEquations(graph))
  }

  @Test func publishedSumsComeOut() throws {
    let bounds = EdgeBounds(KnownGraphs.cdToDat, try solveBalanceEquations(KnownGraphs.cdToDat))
    #expect(bounds.anySchedule == [1, 4, 8, 14, 5] && bounds.anyScheduleSum == 32)
    #expect(bounds.singleAppearance == [1, 6, 14, 56, 5] && bounds.singleAppearanceSum == 82)
  }

  @Test func initialTokensCountAsTheFormulaSays() throws {
    // p + c - g + (d mod g) up to d = p + c - g, then d.
    #expect(try bounds("A 4 -> 6 B 3").anySchedule == [9])
    #expect(try bounds("A 4 -> 6 B 8").anySchedule == [8])
    #expect(try bounds("A 4 -> 6 B 40").anySchedule == [40])
    #expect(try bounds("A 4 -> 6 B 3").singleAppearance == [15])
    #expect(try bounds("A 4 -> 6 B 12").singleAppearance == [12])
    #expect(try bounds("A 1 -> 1 A 7\nA 2 -> 3 B").anySchedule == [0, 4])
  }

  @Test func phasesNeedLessThanTheirSum() throws {
    #expect(try bounds("A 3,2 -> 7 B").anySchedule[0] < bounds("A 5 -> 7 B").anySchedule[0])
  }

  /// Two actors, the reader first wherever it can fire: no schedule does with less.
  @Test(arguments: 0..<200) func aPairOfActorsNeedsJustAsMuch(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    func rate() -> PhasedRate {
      PhasedRate(
        (0..<(seed % 2 == 0 ? 1 : Int.random(in: 1...3, using: &random))).map { _ in .random(in: 1...7, using: &random) })
    }
    let edge = DataflowGraph.Edge(
      "e", from: 0, to: 1, produce: rate(), consume: rate(), initialTokens: .random(in: 0...12, using: &random))
    let graph = DataflowGraph(actors: [.init("A"), .init("B")], edges: [edge])
    let repetitions = try solveBalanceEquations(graph)
    var fired = [0, 0], tokens = edge.initialTokens, most = tokens
    while fired != repetitions.firings.map({ 2 * $0 }) {
      if fired[1] < 2 * repetitions.firings[1], tokens >= edge.consume.phases[fired[1] % edge.consume.phases.count] {
        tokens -= edge.consume.phases[fired[1] % edge.consume.phases.count]
        fired[1] += 1
      } else {
        tokens += edge.produce.phases[fired[0] % edge.produce.phases.count]
        fired[0] += 1
        most = max(most, tokens)
      }
    }
    #expect(EdgeBounds(graph, repetitions).anySchedule == [most])
  }
}
