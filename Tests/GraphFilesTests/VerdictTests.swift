import Dataflow
import GraphFiles
import PatchLanguage
import Testing

@Suite("verdicts on published graphs") struct VerdictTests {
  static let dead: Set = ["cmlib_deadlock", "preesm_ABC326_deadlock", "preesm_turbine_SDF_test", "sdfpy_cycle"]
  static let inconsistent: Set = ["evans_loop_inconsistent", "preesm_ABC326_inconsistent", "ptolemy_broken_inconsistent"]

  @Test(arguments: GraphFolder.names) func everyGraphIsDecided(name: String) throws {
    let graph = try GraphFolder.file(name).graph
    guard let repetitions = try? solveBalanceEquations(graph) else {
      #expect(Self.inconsistent.contains(name))
      return
    }
    for (index, edge) in graph.edges.enumerated() {
      #expect(edge.produce.tokens(inFirst: repetitions.firings[edge.from]) == repetitions.tokens[index])
      #expect(edge.consume.tokens(inFirst: repetitions.firings[edge.to]) == repetitions.tokens[index])
    }
    let liveness = checkLiveness(graph, repetitions)
    #expect(liveness != .undecided)
    #expect((liveness == .live) == !Self.dead.contains(name))
  }

  /// The graph as it is and with the tokens of one edge after the other taken away: with the tokens asked for it is live,
  /// and without any one of them it is dead.
  @Test(arguments: GraphFolder.names) func missingTokensAreMinimal(name: String) throws {
    let graph = try GraphFolder.file(name).graph
    guard let repetitions = try? solveBalanceEquations(graph), repetitions.totalFirings < 5_000 else { return }
    // Loops from an actor to itself are alike; a few of the others stand for all where there are many.
    let marked = graph.edges.indices.filter { graph.edges[$0].initialTokens > 0 && graph.edges[$0].from != graph.edges[$0].to }
    let selfLoop = graph.edges.indices.first { graph.edges[$0].initialTokens > 0 && graph.edges[$0].from == graph.edges[$0].to }
    let stride = max(1, marked.count / 12)
    let chosen = marked.enumerated().filter { $0.offset % stride == 0 }.map(\.element) + (selfLoop.map { [$0] } ?? [])
    for edge in [nil] + chosen.map(Optional.some) {
      var tokens = graph.edges.map(\.initialTokens)
      if let edge { tokens[edge] = 0 }
      let variant = graph.withInitialTokens(tokens)
      let missing = try #require(findMissingTokens(variant, repetitions))
      func isLive(_ added: [MissingTokens]) -> Bool {
        var sums = tokens
        for item in added { sums[item.edge] += item.tokens }
        return checkLiveness(graph.withInitialTokens(sums), repetitions) == .live
      }
      #expect(isLive(missing), "\(name), without the tokens of edge \(edge ?? -1)")
      #expect(missing.isEmpty == isLive([]))
      for index in missing.indices {
        var fewer = missing
        fewer[index] = MissingTokens(edge: missing[index].edge, tokens: missing[index].tokens - 1)
        #expect(!isLive(fewer), "\(name), without the tokens of edge \(edge ?? -1)")
      }
    }
  }

  @Test(arguments: GraphFolder.names) func nothingDependsOnTheOrderOfActorsAndEdges(name: String) throws {
    let graph = try GraphFolder.file(name).graph
    guard let repetitions = try? solveBalanceEquations(graph) else { return }
    let bounds = EdgeBounds(graph, repetitions)
    let isSmall = graph.edges.count < 300 && repetitions.totalFirings < 20_000
    let period = selfTimedPeriod(graph, repetitions, effort: 2_000_000)
    for seed in 0..<(isSmall ? 20 : 2) {
      var random = SeededGenerator(seed: seed)
      let order = graph.actors.indices.shuffled(using: &random)
      var place = [Int](repeating: 0, count: order.count)
      for (new, old) in order.enumerated() { place[old] = new }
      let edges = graph.edges.shuffled(using: &random).map { edge in
        DataflowGraph.Edge(
          "e", from: place[edge.from], to: place[edge.to], produce: edge.produce, consume: edge.consume,
          initialTokens: edge.initialTokens)
      }
      let actors = order.map { DataflowGraph.Actor("x", executionTimes: graph.actors[$0].executionTimes) }
      let other = DataflowGraph(actors: actors, edges: edges)
      let otherRepetitions = try solveBalanceEquations(other)
      #expect(order.map { repetitions.firings[$0] } == otherRepetitions.firings)
      let otherBounds = EdgeBounds(other, otherRepetitions)
      #expect(otherBounds.anyScheduleSum == bounds.anyScheduleSum)
      #expect(otherBounds.singleAppearanceSum == bounds.singleAppearanceSum)
      #expect((checkLiveness(other, otherRepetitions) == .live) == !Self.dead.contains(name))
      if isSmall { #expect(selfTimedPeriod(other, otherRepetitions, effort: 4_000_000) == period) }
    }
  }
}

/// SplitMix64: small, seeded, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
