/// Looks for the schedule with the least private buffers by moving items within windows; loops are found anew for each move.
///
/// Simulated annealing: a move that costs more is taken with a chance that falls with its cost and with the steps done.
struct PrivateSearch {
  private let graph: AppearanceGraph
  private let items: WindowItems
  private let lowerBound: Double
  private var random = SearchRandom(seed: 1)
  private var window = SearchWindow()
  private(set) var best: LoopOrder
  private(set) var bestCost: Double

  init(_ graph: AppearanceGraph, _ items: WindowItems, best: LoopOrder, lowerBound: Double) {
    self.graph = graph
    self.items = items
    self.best = best
    self.lowerBound = lowerBound
    bestCost = best.cost(graph)
  }

  /// One run from a start, cooling from `heat` times its cost per node.
  mutating func run(from start: LoopOrder, steps budget: Int, heat: Double) {
    guard graph.nodeCount > 2, bestCost > lowerBound else { return }
    var current = start
    var cost = current.cost(graph)
    let begin = items.nesting.steps
    var overhead = 0
    while bestCost > lowerBound {
      let done = items.nesting.steps - begin + overhead
      guard done < budget else { return }
      let rest = 1 - Double(done) / Double(budget)
      let temperature = cost * heat / Double(graph.nodeCount) * (rest * rest + 0.01)
      window.choose(current, around: random.below(graph.nodeCount), itemCount: 3 + random.below(30), &random)
      guard window.itemCount > 1 else {
        overhead += 10
        continue
      }
      items.load(window, current, .privateBuffers)
      overhead += 40 * window.places.count + 4 * window.itemCount * window.itemCount
      session(&current, &cost, temperature)
      overhead += 60 * graph.edges.count + 30 * graph.nodeCount
    }
  }

  private mutating func session(_ current: inout LoopOrder, _ cost: inout Double, _ temperature: Double) {
    let whole = 0...(window.itemCount - 1)
    var inside = items.nesting.solve(items.order, changed: whole)
    guard inside < .infinity else { return }
    // Loops found anew around items in the same order cost no more than before.
    let source = current
    current = commit(source)
    cost = current.cost(graph)
    let outside = cost - inside
    note(current, cost)
    for _ in 0..<(2 * window.itemCount) {
      let former = items.order
      guard let changed = items.moveSome(&random) else { continue }
      let candidate = items.nesting.solve(items.order, changed: changed)
      if candidate - inside < temperature * random.exponential() || candidate <= inside {
        inside = candidate
        if outside + inside < bestCost - 0.25 {
          let improved = commit(source)
          note(improved, improved.cost(graph))
        }
      } else {
        items.restore(former)
        items.nesting.reject(changed)
      }
    }
    _ = items.nesting.solve(items.order, changed: 0...0)
    current = commit(source)
    cost = current.cost(graph)
  }

  private func commit(_ order: LoopOrder) -> LoopOrder {
    let nest = items.nesting.nest()
    return window.rearranged(order, nest.order, nest.turns)
  }

  private mutating func note(_ order: LoopOrder, _ cost: Double) {
    if cost < bestCost { (best, bestCost) = (order, cost) }
  }
}
