/// Joins, again and again, the two adjacent groups that share the most turns, as long as no cycle of groups comes about.
///
/// Where every edge can be as small as the counts of its two ends permit, the result makes all of them so.
/// Source: Bhattacharyya, Murthy and Lee, APGAN and RPMC, Design Automation for Embedded Systems 1997.
func groupedByTurns(_ level: AppearanceLevel) -> LoopOrder {
  var grouping = PairwiseGrouping(level)
  while let pair = grouping.bestPair() { grouping.join(pair) }
  return grouping.joined()
}

private struct PairwiseGrouping {
  struct Pair {
    var writer: Int
    var reader: Int
    var turns: Int
  }

  private let level: AppearanceLevel
  private var groupOf: [Int]
  /// Each group's items as a schedule, and the greatest common divisor of their counts; empty for groups joined to others.
  private var orders: [LoopOrder]
  private var counts: [Int]
  private var live: [Int]

  init(_ level: AppearanceLevel) {
    self.level = level
    groupOf = Array(level.items.indices)
    orders = level.items.map(\.order)
    counts = level.items.map(\.count)
    live = groupOf
  }

  /// The adjacent groups that share the most turns and have no other path between them; among equals those with the most
  /// tokens between them, then the first.
  func bestPair() -> Pair? {
    var readers = [[Int: Int]](repeating: [:], count: orders.count)
    for arc in level.binding where groupOf[arc.from] != groupOf[arc.to] {
      let (sum, overflow) = readers[groupOf[arc.from]][groupOf[arc.to], default: 0].addingReportingOverflow(arc.tokens)
      readers[groupOf[arc.from]][groupOf[arc.to]] = overflow ? .max : sum
    }
    var pairs: [(pair: Pair, tokens: Int)] = []
    for writer in live {
      for (reader, tokens) in readers[writer] {
        let turns = greatestCommonDivisor(counts[writer], counts[reader])
        pairs.append((Pair(writer: writer, reader: reader, turns: turns), tokens))
      }
    }
    pairs.sort { a, b in
      (-a.pair.turns, -a.tokens, a.pair.writer, a.pair.reader) < (-b.pair.turns, -b.tokens, b.pair.writer, b.pair.reader)
    }
    let targets = readers.map { Array($0.keys) }
    return pairs.first { !hasDetour($0.pair, targets) }?.pair
  }

  /// Whether the reader is reached from the writer through other groups too.
  private func hasDetour(_ pair: Pair, _ readers: [[Int]]) -> Bool {
    var isSeen = [Bool](repeating: false, count: orders.count)
    var stack = readers[pair.writer].filter { $0 != pair.reader }
    while let group = stack.popLast() {
      if group == pair.reader { return true }
      if isSeen[group] { continue }
      isSeen[group] = true
      stack += readers[group]
    }
    return false
  }

  mutating func join(_ pair: Pair) {
    orders[pair.writer].append(orders[pair.reader], turns: pair.turns)
    orders[pair.reader] = .empty
    counts[pair.writer] = pair.turns
    live.removeAll { $0 == pair.reader }
    for item in groupOf.indices where groupOf[item] == pair.reader { groupOf[item] = pair.writer }
  }

  /// The groups that nothing binds, one after another.
  func joined() -> LoopOrder {
    var whole = orders[live[0]]
    var turns = counts[live[0]]
    for group in live.dropFirst() {
      turns = greatestCommonDivisor(turns, counts[group])
      whole.append(orders[group], turns: turns)
    }
    return whole
  }
}
