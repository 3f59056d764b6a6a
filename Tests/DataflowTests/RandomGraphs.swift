import Dataflow

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

/// What a random graph may contain.
struct GraphShape {
  var actors: ClosedRange<Int> = 2...8
  /// Edges beyond those of a spanning tree.
  var extraEdges: ClosedRange<Int> = 0...6
  /// Full cycles of an actor are drawn from these.
  var repetitions = [1, 2, 3, 4, 5, 6]
  /// Back edges get tokens up to this many times what passes in an iteration; 0 allows none and makes most loops dead.
  var tokenSpan = 1.5
  var hasLoops = true
  var hasPhases = false
}

/// A connected, consistent graph: rates follow from repetitions drawn first.
func randomGraph(seed: Int, _ shape: GraphShape = GraphShape()) -> DataflowGraph {
  var random = SeededGenerator(seed: seed)
  let count = Int.random(in: shape.actors, using: &random)
  let cycles = (0..<count).map { _ in shape.repetitions.randomElement(using: &random)! }
  var graph = DataflowGraph()
  for index in 0..<count { graph.add(.init("a\(index)")) }
  let isPhased = (0..<count).map { _ in shape.hasPhases && Bool.random(using: &random) }
  func connect(_ a: Int, _ b: Int, _ random: inout SeededGenerator) {
    let multiple = leastCommonMultiple(cycles[a], cycles[b]) * Int.random(in: 1...2, using: &random)
    let isBack = a >= b
    let span = Double(multiple) * shape.tokenSpan
    let tokens = isBack ? Int.random(in: 0...Int(span), using: &random) : Int.random(in: 0...4, using: &random) / 4
    graph.add(
      .init(
        "e\(graph.edges.count)", from: a, to: b, produce: rate(multiple / cycles[a], isPhased[a], &random),
        consume: rate(multiple / cycles[b], isPhased[b], &random), initialTokens: tokens))
  }
  func rate(_ total: Int, _ isPhased: Bool, _ random: inout SeededGenerator) -> PhasedRate {
    guard isPhased else { return PhasedRate([total]) }
    let first = Int.random(in: 0...total, using: &random)
    return PhasedRate([first, total - first])
  }
  for actor in 1..<count { connect(Int.random(in: 0..<actor, using: &random), actor, &random) }
  for _ in 0..<Int.random(in: shape.extraEdges, using: &random) {
    let a = Int.random(in: 0..<count, using: &random), b = Int.random(in: 0..<count, using: &random)
    if shape.hasLoops { connect(a, b, &random) } else if a != b { connect(min(a, b), max(a, b), &random) }
  }
  return graph
}

extension DataflowGraph {
  /// The same graph with actors and edges in another order, and the new index of each actor.
  func shuffled(seed: Int) -> (graph: DataflowGraph, actorAt: [Int]) {
    var random = SeededGenerator(seed: seed)
    let order = Array(actors.indices).shuffled(using: &random)
    var place = [Int](repeating: 0, count: order.count)
    for (new, old) in order.enumerated() { place[old] = new }
    let moved = edges.shuffled(using: &random).map { edge in
      var edge = edge
      (edge.from, edge.to) = (place[edge.from], place[edge.to])
      return edge
    }
    return (DataflowGraph(actors: order.map { actors[$0] }, edges: moved), place)
  }
}
