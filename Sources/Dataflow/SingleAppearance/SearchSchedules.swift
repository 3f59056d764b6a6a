/// How much a search may do, counted in splits looked at by `LoopNesting` and in like steps.
struct SearchBudget {
  /// Steps of the search for private buffers, and of that for shared ones.
  var privateSteps: Int
  var sharedSteps: Int
  /// Orders of placing that are tried.
  var packings: Int
  /// Nodes up to which the loops around a whole order are found at once.
  var wholeNesting: Int

  init(_ effort: Effort, share: Double) {
    switch effort {
    case .fast: (privateSteps, sharedSteps, packings, wholeNesting) = (0, 0, 0, 64)
    case .default: (privateSteps, sharedSteps, packings, wholeNesting) = (200_000_000, 200_000_000, 200, 256)
    case .thorough: (privateSteps, sharedSteps, packings, wholeNesting) = (6_000_000_000, 6_000_000_000, 5_000, 512)
    }
    privateSteps = Int(Double(privateSteps) * share)
    sharedSteps = Int(Double(sharedSteps) * share)
  }
}

/// Schedules of one part.
struct PartSchedules {
  var flat: LoopOrder
  /// Least private buffers, and least memory shared, among those met.
  var least: LoopOrder
  var shared: LoopOrder
}

/// The best schedules of one part, or nil where none exists in which every node appears once.
func searchSchedules(_ graph: AppearanceGraph, _ budget: SearchBudget) -> PartSchedules? {
  guard let flat = looseSchedule(graph, arrange: flattened) else { return nil }
  let isSmall = graph.nodeCount <= 512
  let arrangements = LevelArrangement.allCases.filter { isSmall || $0 == .nextToProducer }
  let seeds = arrangements.map { arrangement in looseSchedule(graph) { arrangement($0) }! } + [flat]
  var candidates: [LoopOrder] = []
  if graph.nodeCount <= budget.wholeNesting {
    let nesting = WholeNesting(graph)
    for goal in [NestingGoal.privateBuffers, .sharedBuffers] { candidates += seeds.map { nesting.nested($0, goal) } }
  }
  candidates += seeds
  let least = candidates.min { $0.cost(graph) < $1.cost(graph) }!
  func most(_ order: LoopOrder) -> Int {
    bufferIntervals(graph, order).flatMap { mostTokensAtOnce($0, placeCount: graph.nodeCount) } ?? .max
  }
  let shared = candidates.min { most($0) < most($1) }!
  return PartSchedules(flat: flat, least: least, shared: shared)
}

/// Items in topological order, in loops that no other item shares.
private func flattened(_ level: AppearanceLevel) -> LoopOrder {
  if level.items.count == 1 { return level.items[0].order }
  let order = topologicalOrder(
    keys: Array(level.items.indices), edges: level.binding.map { DirectedEdge(from: $0.from, to: $0.to) },
    preference: .nextToProducer)!
  let turns = level.items.reduce(0) { greatestCommonDivisor($0, $1.count) }
  return level.joined(order, turns: order.dropFirst().map { _ in turns })
}

/// The best loops around a whole order of nodes.
struct WholeNesting {
  private let graph: AppearanceGraph
  private let nesting: LoopNesting

  init(_ graph: AppearanceGraph) {
    self.graph = graph
    nesting = LoopNesting(capacity: graph.nodeCount)
  }

  func nested(_ order: LoopOrder, _ goal: NestingGoal) -> LoopOrder {
    nesting.reset(counts: graph.counts)
    nesting.goal = goal
    for edge in graph.edges.indices {
      nesting.add(
        from: graph.from[edge], to: graph.to[edge], tokens: Double(graph.tokens[edge]), leastTurns: graph.leastTurns(edge))
    }
    guard nesting.solve(order.nodes, changed: 0...max(0, graph.nodeCount - 1)) < .infinity else { return order }
    let nest = nesting.nest()
    return LoopOrder(nodes: nest.order, turns: nest.turns)
  }
}
