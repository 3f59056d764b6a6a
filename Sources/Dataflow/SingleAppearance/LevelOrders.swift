/// Ways to put the items of a level in a row with loops around them.
enum LevelArrangement: CaseIterable {
  /// Bottom up: join the neighbours that share the most turns.
  case grouping
  /// Top down: cut where the fewest tokens cross.
  case cutting
  /// A reader right after its writer.
  case nextToProducer
  /// By rank alone.
  case givenOrder

  func callAsFunction(_ level: AppearanceLevel) -> LoopOrder {
    if level.items.count == 1 { return level.items[0].order }
    let isSmall = level.items.count <= 512
    switch self {
    case .grouping where isSmall: return groupedByTurns(level)
    case .cutting where isSmall: return nestedGreedily(level, cutWithFewestTokens(level))
    case .givenOrder: return nestedGreedily(level, topologicalOrder(of: level, .givenOrder))
    default: return nestedGreedily(level, topologicalOrder(of: level, .nextToProducer))
    }
  }
}

private func topologicalOrder(of level: AppearanceLevel, _ preference: OrderPreference) -> [Int] {
  topologicalOrder(
    keys: Array(level.items.indices), edges: level.binding.map { DirectedEdge(from: $0.from, to: $0.to) }, preference: preference)!
}

/// Loops around items in a fixed order: again and again, the two neighbours that share the most turns share a loop.
/// O(n log n).
func nestedGreedily(_ level: AppearanceLevel, _ order: [Int]) -> LoopOrder {
  let count = order.count
  // Groups are runs of positions, known by their first; each knows the next group's first and the one before.
  var turns = order.map { level.items[$0].count }
  var next = (0..<count).map { $0 + 1 }, previous = (0..<count).map { $0 - 1 }
  var version = [Int](repeating: 0, count: count)
  var between = [Int](repeating: 1, count: max(0, count - 1))
  var queue = GroupQueue()
  func offer(_ first: Int) {
    guard next[first] < count else { return }
    let shared = greatestCommonDivisor(turns[first], turns[next[first]])
    queue.insert(.init(turns: shared, first: first, versions: version[first] &+ version[next[first]]))
  }
  for first in 0..<count { offer(first) }
  while let pair = queue.removeMost() {
    let first = pair.first
    guard version[first] >= 0, next[first] < count, version[first] &+ version[next[first]] == pair.versions else { continue }
    let second = next[first]
    guard greatestCommonDivisor(turns[first], turns[second]) == pair.turns else { continue }
    between[second - 1] = pair.turns
    turns[first] = pair.turns
    next[first] = next[second]
    if next[second] < count { previous[next[second]] = first }
    version[first] += version[second] + 1
    version[second] = -1
    offer(first)
    if previous[first] >= 0 { offer(previous[first]) }
  }
  return level.joined(order, turns: between)
}

/// The pair of neighbouring groups that shares the most turns; among equals the first.
private struct GroupQueue {
  struct Pair {
    var turns: Int
    var first: Int
    var versions: Int

    func precedes(_ other: Pair) -> Bool { turns != other.turns ? turns > other.turns : first < other.first }
  }

  private var pairs: [Pair] = []

  mutating func insert(_ pair: Pair) {
    pairs.append(pair)
    var index = pairs.count - 1
    while index > 0, pairs[index].precedes(pairs[(index - 1) / 2]) {
      pairs.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func removeMost() -> Pair? {
    guard let last = pairs.popLast() else { return nil }
    guard let most = pairs.first else { return last }
    pairs[0] = last
    var index = 0
    while true {
      var best = index
      for child in [2 * index + 1, 2 * index + 2] where child < pairs.count && pairs[child].precedes(pairs[best]) { best = child }
      if best == index { return most }
      pairs.swapAt(index, best)
      index = best
    }
  }
}
