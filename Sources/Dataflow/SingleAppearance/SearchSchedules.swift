/// How much a search may do, counted in splits looked at by `LoopNesting` and in like steps.
struct SearchBudget {
  /// Steps of the search for private buffers, and of that for shared ones.
  var privateSteps: Int
  var sharedSteps: Int
  /// Orders of placing that are tried.
  var packings: Int
  /// Nodes up to which the loops around a whole order are found at once.
  var wholeNesting: Int
  /// How hot each run of a search begins, as a share of the cost that falls to one node on average.
  var heats: [Double]

  /// - Parameters:
  ///   - nodeCount: of one part; small ones are searched through with fewer steps, and large ones have a deadline.
  ///   - share: of the whole that falls to this part.
  init(_ effort: Effort, nodeCount: Int, share: Double) {
    switch effort {
    case .fast: (privateSteps, sharedSteps, packings, wholeNesting, heats) = (0, 0, 0, 64, [])
    case .default:
      (privateSteps, sharedSteps, packings, wholeNesting) = (160_000_000, 160_000_000, 2_000, 256)
      heats = [0.9, 0.9, 0.25]
    case .thorough:
      (privateSteps, sharedSteps, packings, wholeNesting) = (5_000_000_000, 5_000_000_000, 20_000, 512)
      heats = [0.9, 0.9, 0.45, 0.9, 0.45]
    }
    let size = Double(nodeCount) / 32
    let scale = share * min(1, size * size) * (effort == .default && nodeCount > 64 ? 0.5 : 1)
    privateSteps = Int(Double(privateSteps) * scale)
    sharedSteps = Int(Double(sharedSteps) * scale)
  }
}

/// Schedules of one part.
struct PartSchedules {
  var flat: LoopOrder
  /// Least private buffers, and least memory shared, among those met.
  var least: LoopOrder
  var shared: LoopOrder
  /// nil where no actor may write over its input.
  var inPlace: LoopOrder?
}

/// The best schedules of one part, or nil where none exists in which every node appears once.
func searchSchedules(_ graph: AppearanceGraph, _ overlays: [Overlay], _ budget: SearchBudget) -> PartSchedules? {
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
  candidates.sort { $0.cost(graph) < $1.cost(graph) }
  let least = leastPrivate(graph, candidates, budget)
  candidates.insert(least, at: 0)
  let shared = leastShared(graph, candidates, budget, overlays: [])
  var answer = PartSchedules(flat: flat, least: least, shared: shared)
  if !overlays.isEmpty {
    candidates.insert(shared, at: 0)
    answer.inPlace = leastShared(graph, candidates, budget, overlays: overlays)
  }
  return answer
}

/// The schedule with the least private buffers found from several starts.
private func leastPrivate(_ graph: AppearanceGraph, _ starts: [LoopOrder], _ budget: SearchBudget) -> LoopOrder {
  let lowerBound = graph.edges.indices.reduce(0.0) { $0 + Double(graph.leastTokens($1)) }
  let items = WindowItems(graph)
  var search = PrivateSearch(graph, items, best: starts[0], lowerBound: lowerBound)
  for (round, heat) in budget.heats.enumerated() where budget.privateSteps > 0 {
    let start = round % 2 == 0 ? search.best : starts[min(round, starts.count - 1)]
    search.run(from: start, steps: budget.privateSteps / budget.heats.count, heat: heat)
  }
  return search.best
}

/// The schedule with the smallest arena found from several starts.
private func leastShared(
  _ graph: AppearanceGraph, _ starts: [LoopOrder], _ budget: SearchBudget, overlays: [Overlay]
) -> LoopOrder {
  let items = WindowItems(graph)
  let live = LiveTokens(graph, overlays: overlays)
  let ranked = starts.enumerated().sorted {
    (live.most($0.element).tokens, $0.offset) < (live.most($1.element).tokens, $1.offset)
  }.map(\.element)
  var search = SharedSearch(graph, items, live, start: ranked[0]) { order in
    guard let lives = BufferLives(graph, order, overlays), let most = lives.lowerBound else { return nil }
    return packed(lives, lowerBound: most, tries: 0).size
  }
  for start in ranked.dropFirst() { search.note(start) }
  for (round, heat) in budget.heats.enumerated() where budget.sharedSteps > 0 {
    let start = round % 2 == 0 ? search.best : ranked[min(round, ranked.count - 1)]
    search.run(from: start, steps: budget.sharedSteps / budget.heats.count, heat: heat)
  }
  return search.best
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
