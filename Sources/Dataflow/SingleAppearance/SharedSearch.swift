/// Looks for the schedule whose buffers fit into the smallest arena, by moving items within windows.
///
/// Loops around the items moved come from either nesting goal; the schedule as a whole is judged by the most tokens that
/// live at once, with the mean square over its places to tell equals apart, and packed where that is below the best arena.
struct SharedSearch {
  private let graph: AppearanceGraph
  private let items: WindowItems
  private let live: LiveTokens
  private let pack: (LoopOrder) -> Int?
  private var random = SearchRandom(seed: 2)
  private var window = SearchWindow()
  private(set) var best: LoopOrder
  private(set) var bestSize: Double
  private var leastPacked = Double.infinity
  private var overhead = 0

  /// - Parameter pack: the size of the arena that a schedule's buffers take.
  init(_ graph: AppearanceGraph, _ items: WindowItems, _ live: LiveTokens, start: LoopOrder, pack: @escaping (LoopOrder) -> Int?)
  {
    self.graph = graph
    self.items = items
    self.live = live
    self.pack = pack
    best = start
    bestSize = pack(start).map(Double.init) ?? .infinity
  }

  mutating func note(_ order: LoopOrder) {
    if live.most(order).tokens < bestSize, let size = pack(order), Double(size) < bestSize {
      (best, bestSize) = (order, Double(size))
    }
  }

  /// One run from a start, cooling from `heat` times its size per node.
  mutating func run(from start: LoopOrder, steps budget: Int, heat: Double) {
    guard graph.nodeCount > 2 else { return }
    var current = start
    var cost = judged(current)
    let begin = items.nesting.steps
    overhead = 0
    while items.nesting.steps - begin + overhead < budget {
      let rest = 1 - Double(items.nesting.steps - begin + overhead) / Double(budget)
      let temperature = bestSize * heat / Double(graph.nodeCount) * (rest * rest + 0.01)
      window.choose(current, around: random.below(graph.nodeCount), itemCount: 3 + random.below(20), &random)
      overhead += 40 * window.places.count + 4 * window.itemCount * window.itemCount
      guard window.itemCount > 1 else { continue }
      items.load(window, current, random.below(3) == 0 ? .privateBuffers : .sharedBuffers)
      let initial = current
      for _ in 0..<window.itemCount {
        let former = items.order
        guard let changed = items.moveSome(&random) else { continue }
        overhead += 24 * graph.edges.count + 16 * graph.nodeCount + 16 * window.itemCount
        if items.nesting.solve(items.order, changed: changed) < .infinity {
          let nest = items.nesting.nest()
          let candidate = window.rearranged(initial, nest.order, nest.turns)
          let candidateCost = judged(candidate)
          if candidateCost <= cost || candidateCost - cost < temperature * random.exponential() {
            (current, cost) = (candidate, candidateCost)
            continue
          }
        }
        items.restore(former)
        items.nesting.reject(changed)
      }
    }
  }

  private mutating func judged(_ order: LoopOrder) -> Double {
    let most = live.most(order)
    guard most.tokens < .infinity else { return .infinity }
    // Where arenas stay above what lives at once, only some schedules are worth placing.
    if most.tokens < bestSize, most.tokens < leastPacked || random.below(32) == 0 {
      leastPacked = min(leastPacked, most.tokens)
      overhead += 16 * graph.edges.count * graph.edges.count
      if let size = pack(order), Double(size) < bestSize { (best, bestSize) = (order, Double(size)) }
    }
    return most.tokens + (most.tokens > 0 ? 0.1 * most.meanSquare / most.tokens : 0)
  }
}
