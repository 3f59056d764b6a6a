/// A stretch of a schedule cut into items: what a local search puts in another order, with everything else in place.
///
/// The stretch is a loop, or some neighbours within one; items are loops inside it. What leaves the stretch is filled and
/// emptied in the turns of loops around it, so nothing inside changes what edges outside cost.
struct SearchWindow {
  static let mostItems = 48

  /// The first place of each item, and the place behind the last.
  private(set) var borders: [Int] = []

  var places: Range<Int> { borders[0]..<borders[borders.count - 1] }
  var itemCount: Int { borders.count - 1 }

  /// Chooses a window of some `itemCount` items, at most `mostItems`, around a place.
  mutating func choose(_ order: LoopOrder, around place: Int, itemCount: Int, _ random: inout SearchRandom) {
    let target = min(itemCount, Self.mostItems)
    var first = place, last = place
    while last - first + 1 < target, last - first + 1 < order.nodes.count {
      let turns = max(first > 0 ? order.turns[first - 1] : 0, last < order.turns.count ? order.turns[last] : 0)
      // A loop of many neighbours gives no more than the items that are wanted.
      var room = target
      while room > 0, first > 0 || last < order.turns.count {
        let goesLeft = first > 0 && order.turns[first - 1] >= turns
        let goesRight = last < order.turns.count && order.turns[last] >= turns
        guard goesLeft || goesRight else { break }
        if goesLeft && (!goesRight || random.below(2) == 0) {
          first -= 1
          while first > 0, order.turns[first - 1] > turns { first -= 1 }
        } else {
          last += 1
          while last < order.turns.count, order.turns[last] > turns { last += 1 }
        }
        room -= 1
      }
      if random.below(4) == 0 { break }
    }
    borders = [first, last + 1]
    var idle = 0
    while borders.count <= target, idle < 8 {
      let item = random.below(borders.count - 1)
      let (low, high) = (borders[item], borders[item + 1] - 1)
      guard low < high else {
        idle += 1
        continue
      }
      idle = 0
      let turns = order.leastTurns(low, high)
      // One of the borders of the outermost loop inside, the first from a random place on.
      var border = low + random.below(high - low)
      while order.turns[border] != turns { border = border + 1 == high ? low : border + 1 }
      borders.insert(border + 1, at: item + 1)
    }
  }

  /// The schedule with the window's items in another order, in loops of the given turns.
  func rearranged(_ order: LoopOrder, _ items: [Int], _ turns: [Int]) -> LoopOrder {
    var result = order
    var place = places.lowerBound
    for (index, item) in items.enumerated() {
      for source in borders[item]..<borders[item + 1] {
        result.nodes[place] = order.nodes[source]
        if source + 1 < borders[item + 1] {
          result.turns[place] = order.turns[source]
        } else if index + 1 < items.count {
          result.turns[place] = turns[index]
        }
        place += 1
      }
    }
    return result
  }
}

/// The items of a window in changing order, with the arcs between them.
final class WindowItems {
  let graph: AppearanceGraph
  let nesting = LoopNesting(capacity: SearchWindow.mostItems)
  private(set) var order: [Int] = []
  /// Items that must come before, and after, each item; one bit per item.
  private var before: [UInt64] = []
  private var after: [UInt64] = []
  private var label: [Int]
  private let leastTurns: [Int?]

  init(_ graph: AppearanceGraph) {
    self.graph = graph
    label = [Int](repeating: -1, count: graph.nodeCount)
    leastTurns = graph.edges.indices.map(graph.leastTurns)
  }

  func load(_ window: SearchWindow, _ schedule: LoopOrder, _ goal: NestingGoal) {
    let count = window.itemCount
    let borders = window.borders
    order = Array(0..<count)
    before = [UInt64](repeating: 0, count: count)
    after = before
    nesting.goal = goal
    nesting.reset(
      counts: (0..<count).map { item in
        let (first, last) = (borders[item], borders[item + 1] - 1)
        return first == last ? graph.counts[schedule.nodes[first]] : schedule.leastTurns(first, last)
      })
    for item in 0..<count { for place in borders[item]..<borders[item + 1] { label[schedule.nodes[place]] = item } }
    for place in window.places {
      let node = schedule.nodes[place]
      for edge in graph.leaving[node] {
        let (a, b) = (label[node], label[graph.to[edge]])
        guard b >= 0, a != b else { continue }
        nesting.add(from: a, to: b, tokens: Double(graph.tokens[edge]), leastTurns: leastTurns[edge])
        if leastTurns[edge] == nil {
          before[b] |= 1 << UInt64(a)
          after[a] |= 1 << UInt64(b)
        }
      }
    }
    for place in window.places { label[schedule.nodes[place]] = -1 }
  }

  /// Moves one item, or some neighbours together, to another place that what must come before and after permits.
  ///
  /// - Returns: the positions whose items changed, or nil where the items chosen cannot move.
  func moveSome(_ random: inout SearchRandom) -> ClosedRange<Int>? {
    let count = order.count
    let first = random.below(count)
    let length = random.below(5) < 3 ? 1 : min(1 + random.below(4), count - first)
    var mustPrecede: UInt64 = 0, mustFollow: UInt64 = 0
    for position in first..<(first + length) {
      mustPrecede |= before[order[position]]
      mustFollow |= after[order[position]]
    }
    var left = 0, right = 0
    while first - left > 0, mustPrecede >> UInt64(order[first - left - 1]) & 1 == 0 { left += 1 }
    while first + length + right < count, mustFollow >> UInt64(order[first + length + right]) & 1 == 0 { right += 1 }
    guard left + right > 0 else { return nil }
    let choice = random.below(left + right)
    if choice < left {
      let target = first - choice - 1
      rotate(target, first, first + length)
      return target...(first + length - 1)
    }
    let end = first + length + choice - left + 1
    rotate(first, first + length, end)
    return first...(end - 1)
  }

  func restore(_ former: [Int]) { order = former }

  /// Exchanges the neighbouring stretches first..<middle and middle..<end.
  private func rotate(_ first: Int, _ middle: Int, _ end: Int) {
    order[first..<middle].reverse()
    order[middle..<end].reverse()
    order[first..<end].reverse()
  }
}

extension SearchRandom {
  /// An exponentially distributed number of mean about 1: the exponent and mantissa of a random fraction, as a logarithm.
  mutating func exponential() -> Double {
    let bits = next() | 1
    let zeros = bits.leadingZeroBitCount
    let mantissa = Double((bits << UInt64(zeros)) >> 11) / Double(1 << 52 as UInt64)
    return (Double(zeros) + 2 - mantissa) * 0.6931471805599453
  }
}
