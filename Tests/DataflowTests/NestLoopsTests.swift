import Testing

@testable import Dataflow

@Suite("loop nest") struct NestLoopsTests {
  @Test func aLoopRunsInBlocksOfItsTokensAndTheRestInWholeBlocks() throws {
    // 0 source, 1 mixer, 2 delay back to 1 with 64 tokens, 3 sink.
    let graph = stream(4, [(0, 1, 0, 1), (1, 2, 0, 1), (2, 1, 64, 1), (2, 3, 0, 1)])
    let nest = try nestLoops(graph)
    #expect(nest.description == "0 (64: 1 2) 3")
    let loop = nest.loops[0]
    #expect(loop.members == [1, 2] && loop.edges == [1, 2] && loop.feedback == [2])
  }

  @Test func aTightLoopInsideALongOneDoesNotSlowTheLongOne() throws {
    let graph = stream(5, [(0, 1, 0, 1), (1, 2, 0, 1), (2, 1, 1, 1), (2, 3, 0, 1), (3, 0, 480, 1), (3, 4, 0, 1)])
    #expect(try nestLoops(graph).description == "(480: 0 (1: 1 2) 3) 4")
  }

  @Test func tokensAddUpOnlyWhereASingleEdgeHoldsThem() throws {
    // 32 and 64 tokens in one ring: cut at 64, the ring falls open.
    #expect(try nestLoops(stream(2, [(0, 1, 32, 1), (1, 0, 64, 1)])).description == "(64: 0 1)")
  }

  @Test func aLoopAtFourTimesTheRateTicksOnItsOwnClock() throws {
    let quick = stream(3, [(0, 1, 0, 4), (1, 2, 0, 4), (2, 1, 10, 4)])
    #expect(try nestLoops(quick).description == "0 (10 at 4: 1 2)")
    // Tokens at half the rate last twice as long: 5 frames at rate 1/2 are 10 ticks of a clock of 1.
    let slow = stream(2, [(0, 1, 0, 1), (1, 0, 5, Rational(1, 2))])
    #expect(try nestLoops(slow).description == "(10: 0 1)")
    let odd = stream(2, [(0, 1, 0, Rational(147, 160)), (1, 0, 3, 1)])
    #expect(try nestLoops(odd).description == "(441 at 147: 0 1)")
  }

  @Test func anActorWithItsOwnLoopIsALoopOfOne() throws {
    #expect(try nestLoops(stream(3, [(0, 1, 0, 1), (1, 1, 7, 1), (1, 2, 0, 1)])).description == "0 (7: 1) 2")
    #expect(try nestLoops(stream(2, [(0, 1, 0, 1), (1, 0, 5, 1), (1, 1, 7, 1)])).description == "(5: 0 1)")
    #expect(try nestLoops(stream(2, [(0, 1, 0, 1), (1, 0, 5, 1), (1, 1, 3, 1)])).description == "(5: 0 (3: 1))")
  }

  @Test func consumersFollowTheirProducers() throws {
    let graph = stream(6, [(0, 1, 0, 1), (0, 2, 0, 1), (1, 3, 0, 1), (2, 4, 0, 1), (3, 5, 0, 1), (4, 5, 0, 1)])
    #expect(try nestLoops(graph).description == "0 1 3 2 4 5")
  }

  @Test func aLoopWithoutTokensIsNamedWithItsRepair() {
    let graph = stream(5, [(0, 1, 0, 1), (1, 2, 0, 1), (2, 3, 0, 1), (3, 1, 0, 1), (3, 4, 0, 1), (2, 1, 9, 1)])
    #expect(throws: LoopNestError.deadLoop(cycle: [1, 2, 3], repair: [3])) { try nestLoops(graph) }
    #expect(throws: LoopNestError.deadLoop(cycle: [0], repair: [0])) { try nestLoops(stream(1, [(0, 0, 0, 1)])) }
  }

  @Test func twoDeadLoopsThroughOneEdgeNeedOneToken() {
    let graph = stream(4, [(0, 1, 0, 1), (1, 2, 0, 1), (2, 0, 0, 1), (1, 3, 0, 1), (3, 0, 0, 1)])
    #expect(throws: LoopNestError.deadLoop(cycle: [0, 1, 2], repair: [0])) { try nestLoops(graph) }
  }

  @Test(arguments: 0..<200) func theRepairIsMinimal(seed: Int) throws {
    let graph = randomStream(seed: seed, tokens: [0, 0, 0, 1, 5])
    do { _ = try nestLoops(graph) } catch {
      guard case .deadLoop(let cycle, let repair) = error else { throw error }
      for (edge, next) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) {
        #expect(graph.edges[edge].to == graph.edges[next].from && graph.edges[edge].initialTokens == 0)
      }
      #expect(isLive(graph, repair))
      for left in repair { #expect(!isLive(graph, repair.filter { $0 != left })) }
    }
  }

  @Test(arguments: 0..<300) func everyBlockSizeRunsWithoutMissingAFrame(seed: Int) throws {
    guard let (graph, nest) = try liveStream(seed: seed) else { return }
    var random = SeededGenerator(seed: seed)
    var run = StreamRun(graph)
    for _ in 0..<6 { run.block(nest, frames: Int.random(in: 1...90, using: &random)) }
    #expect(run.problems == [])
    #expect(nest.nodes.sorted() == Array(0..<graph.nodeCount))
    #expect(nest.loops.flatMap(\.ownEdges).count == Set(nest.loops.flatMap(\.ownEdges)).count)
  }

  @Test(arguments: 0..<300) func turnsAreAsLongAsTokensAllow(seed: Int) throws {
    guard let (graph, nest) = try liveStream(seed: seed) else { return }
    let expected = loopsByRepeatedCutting(graph, Array(0..<graph.nodeCount), Array(graph.edges.indices))
    #expect(Set(nest.loops.map { Loop(members: $0.members.sorted(), span: $0.span) }) == Set(expected))
    for loop in nest.loops {
      #expect(
        loop.clock == loop.edges.map { graph.edges[$0].rate }.reduce(graph.edges[loop.ownEdges[0]].rate, leastCommonMultiple))
      for edge in loop.feedback {
        #expect(graph.edges[edge].initialTokens >= loop.frames(perTurnAt: graph.edges[edge].rate))
      }
    }
  }

  @Test func aChainOf100000NodesAndADeepNestAreQuickAndDoNotExhaustTheStack() throws {
    let count = 100_000
    let chain = StreamGraph(nodeCount: count, edges: (1..<count).map { .init(from: $0 - 1, to: $0) })
    #expect(try nestLoops(chain).nodes == Array(0..<count))
    // Every node feeds back to the first with fewer tokens than the one after it: 5,000 loops in one another.
    let depth = 5_000
    let forward = (1..<depth).map { StreamGraph.Edge(from: $0 - 1, to: $0) }
    let back = (1..<depth).map { StreamGraph.Edge(from: $0, to: 0, initialTokens: 10 * $0) }
    let nest = try nestLoops(StreamGraph(nodeCount: depth, edges: forward + back))
    // Spans from 10 to 49,990 halve 12 times.
    #expect(nest.loops.count <= 13)
    for loop in nest.loops {
      // Node k lies in the loop of 10 k frames of its own, and may run in turns of more than half of that.
      for case .fire(let node) in loop.body.items { #expect(2 * loop.step > 10 * node && loop.step <= 10 * max(1, node)) }
    }
    #expect(nest.nodes == Array(0..<depth))
  }

  @Test func aRandomGraphOf5000NodesWithLoopsIsNestedWell() throws {
    let graph = randomStream(seed: 1, nodes: 5_000, extra: 5_000, tokens: Array(1...5_000))
    let nest = try nestLoops(graph)
    #expect(nest.nodes.sorted() == Array(0..<5_000))
    var run = StreamRun(graph)
    run.block(nest, frames: 3)
    #expect(run.problems == [])
  }
}

private struct Loop: Hashable {
  let members: [Int]
  let span: Rational
}

private func stream(_ count: Int, _ edges: [(Int, Int, Int, Rational)]) -> StreamGraph {
  StreamGraph(nodeCount: count, edges: edges.map { .init(from: $0, to: $1, initialTokens: $2, rate: $3) })
}

/// Forward edges without tokens mostly, backward edges with tokens drawn from a list.
private func randomStream(seed: Int, nodes: Int? = nil, extra: Int? = nil, tokens: [Int]) -> StreamGraph {
  var random = SeededGenerator(seed: seed)
  let count = nodes ?? Int.random(in: 1...9, using: &random)
  let rates: [Rational] = seed % 3 == 0 ? [1] : [1, 1, 2, 4, Rational(1, 2), Rational(3, 2), Rational(2, 3)]
  var edges: [StreamGraph.Edge] = []
  for node in stride(from: 1, to: count, by: 1) {
    edges.append(.init(from: .random(in: 0..<node, using: &random), to: node, rate: rates.randomElement(using: &random)!))
  }
  for _ in 0..<(extra ?? Int.random(in: 1...8, using: &random)) {
    let a = Int.random(in: 0..<count, using: &random), b = Int.random(in: 0..<count, using: &random)
    let waiting = a >= b || Int.random(in: 0..<5, using: &random) == 0 ? tokens.randomElement(using: &random)! : 0
    edges.append(.init(from: a, to: b, initialTokens: waiting, rate: rates.randomElement(using: &random)!))
  }
  return StreamGraph(nodeCount: count, edges: edges)
}

private func liveStream(seed: Int) throws -> (StreamGraph, LoopNest)? {
  let graph = randomStream(seed: seed, tokens: [1, 1, 2, 3, 5, 8, 13, 40, 64])
  return (graph, try nestLoops(graph))
}

private func isLive(_ graph: StreamGraph, _ repaired: [Int]) -> Bool {
  let free = graph.edges.indices.filter { graph.edges[$0].initialTokens == 0 && !repaired.contains($0) }
  let edges = free.map { DirectedEdge(from: graph.edges[$0].from, to: graph.edges[$0].to) }
  return !condense(nodeCount: graph.nodeCount, edges: edges).isCyclic.contains(true)
}

/// The definition of the nest, word by word: cut what lasts for the longest span that opens the part, and go on inside.
private func loopsByRepeatedCutting(_ graph: StreamGraph, _ nodes: [Int], _ edges: [Int]) -> [Loop] {
  let all = edges.map { DirectedEdge(from: graph.edges[$0].from, to: graph.edges[$0].to) }
  let parts = condense(nodeCount: graph.nodeCount, edges: all)
  func lasts(_ edge: Int) -> Rational { Rational(graph.edges[edge].initialTokens) / graph.edges[edge].rate }
  return zip(parts.components, parts.isCyclic).filter { $0.1 && nodes.contains($0.0[0]) }.flatMap { members, _ -> [Loop] in
    let inside = edges.filter { members.contains(graph.edges[$0].from) && members.contains(graph.edges[$0].to) }
    for span in Set(inside.map(lasts)).sorted().reversed() {
      let kept = inside.filter { lasts($0) < span }
      let rest = kept.map { DirectedEdge(from: graph.edges[$0].from, to: graph.edges[$0].to) }
      let condensation = condense(nodeCount: graph.nodeCount, edges: rest)
      let isWhole = members.allSatisfy { condensation.componentOf[$0] == condensation.componentOf[members[0]] }
      if isWhole && (members.count > 1 || !rest.isEmpty) { continue }
      return [Loop(members: members, span: span)] + loopsByRepeatedCutting(graph, members, kept)
    }
    return []
  }
}

/// Runs a loop nest on counters of frames.
private struct StreamRun {
  let graph: StreamGraph
  var written: [Int]
  var read: [Int]
  var time: Rational = 0
  var problems: Set<String> = []

  init(_ graph: StreamGraph) {
    self.graph = graph
    written = graph.edges.map { _ in 0 }
    read = written
    entering = (0..<graph.nodeCount).map { node in graph.edges.indices.filter { graph.edges[$0].to == node } }
    leaving = (0..<graph.nodeCount).map { node in graph.edges.indices.filter { graph.edges[$0].from == node } }
  }

  private let entering: [[Int]]
  private let leaving: [[Int]]

  mutating func block(_ nest: LoopNest, frames: Int) {
    let end = time + Rational(frames)
    run(nest, time, end)
    time = end
    for (index, edge) in graph.edges.enumerated()
    where written[index] != (time * edge.rate).ceiling || read[index] != written[index] {
      problems.insert("edge \(index) wrote \(written[index]) and read \(read[index]) frames until \(time)")
    }
  }

  private mutating func run(_ nest: LoopNest, _ start: Rational, _ end: Rational) {
    for item in nest.items {
      switch item {
      case .fire(let node): fire(node, until: end)
      case .loop(let loop):
        var from = start
        var tick = (start * loop.clock).ceiling
        while from < end {
          tick += loop.step
          let to = min(Rational(tick) / loop.clock, end)
          for index in loop.feedback {
            let needed = (to * graph.edges[index].rate).ceiling - read[index]
            if needed > graph.edges[index].initialTokens + written[index] - read[index] {
              problems.insert("feedback edge \(index) does not last for a turn")
            }
          }
          run(loop.body, from, to)
          from = to
        }
      }
    }
  }

  private mutating func fire(_ node: Int, until end: Rational) {
    for index in entering[node] {
      read[index] = (end * graph.edges[index].rate).ceiling
      if read[index] > graph.edges[index].initialTokens + written[index] { problems.insert("edge \(index) ran dry") }
    }
    for index in leaving[node] { written[index] = (end * graph.edges[index].rate).ceiling }
  }
}
