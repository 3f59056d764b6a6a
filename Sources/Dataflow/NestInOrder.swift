/// Terms that run `count` times in an iteration.
struct LoopItem {
  var count: Int
  var terms: [Schedule.Term]
}

/// Tokens that pass from one item to another in an iteration.
struct LoopArc {
  var from: Int
  var to: Int
  var tokens: Double
  var initialTokens: Double
}

/// The loops around items in a fixed order that need the least memory, when each arc has a buffer of its own.
///
/// The items i...j share a loop of as many turns as the greatest common divisor of their counts. The loop is best split
/// where the least tokens per turn cross: `cost(i, j) = min over k of cost(i, k) + cost(k + 1, j) + crossing(i, k, j)`.
/// O(n³) up to 256 items; beyond, neighbours with equal counts share a loop.
/// Source: Murthy, Bhattacharyya and Lee, Joint Minimization of Code and Data for Synchronous Dataflow Programs,
/// Formal Methods in System Design 1997.
func nestInOrder(_ items: [LoopItem], _ arcs: [LoopArc], _ order: [Int]) -> [Schedule.Term] {
  guard items.count <= 256 else { return groupEqualCounts(order.map { items[$0] }) }
  guard !items.isEmpty else { return [] }
  return LoopNesting(order.map { items[$0] }, arcs, order).terms()
}

private func groupEqualCounts(_ items: [LoopItem]) -> [Schedule.Term] {
  var terms: [Schedule.Term] = []
  var first = 0
  while first < items.count {
    let last = items[first...].firstIndex { $0.count != items[first].count } ?? items.count
    terms += repeated(items[first].count, items[first..<last].flatMap(\.terms))
    first = last
  }
  return terms
}

/// Terms in a loop; `(2 (3 A))` becomes `(6 A)`.
private func repeated(_ count: Int, _ terms: [Schedule.Term]) -> [Schedule.Term] {
  if count == 1 { return terms }
  if terms.count == 1, case .loop(let inner, let body) = terms[0] { return [.loop(count * inner, body)] }
  return [.loop(count, terms)]
}

private struct LoopNesting {
  private let items: [LoopItem]
  private let count: Int
  /// Tokens from items before a to items before b, summed over both.
  private var sums: [Double]
  private var initialSums: [Double]
  private var divisor: [Int]
  private var cost: [Double]
  private var split: [Int]

  init(_ items: [LoopItem], _ arcs: [LoopArc], _ order: [Int]) {
    self.items = items
    count = items.count
    let side = count + 1
    sums = [Double](repeating: 0, count: side * side)
    initialSums = sums
    divisor = [Int](repeating: 0, count: count * count)
    cost = [Double](repeating: 0, count: count * count)
    split = divisor
    var place = [Int](repeating: 0, count: count)
    for (position, item) in order.enumerated() { place[item] = position }
    for arc in arcs {
      sums[(place[arc.from] + 1) * side + place[arc.to] + 1] += arc.tokens
      initialSums[(place[arc.from] + 1) * side + place[arc.to] + 1] += arc.initialTokens
    }
    for a in 1..<side {
      for b in 1..<side {
        for table in [\LoopNesting.sums, \LoopNesting.initialSums] {
          self[keyPath: table][a * side + b] +=
            self[keyPath: table][(a - 1) * side + b] + self[keyPath: table][a * side + b - 1]
            - self[keyPath: table][(a - 1) * side + b - 1]
        }
      }
    }
    for index in 0..<count { divisor[index * count + index] = items[index].count }
    for length in stride(from: 2, through: count, by: 1) {
      for first in 0...(count - length) { solve(first, first + length - 1) }
    }
  }

  private mutating func solve(_ first: Int, _ last: Int) {
    let turns = greatestCommonDivisor(divisor[first * count + last - 1], items[last].count)
    divisor[first * count + last] = turns
    var best = Double.infinity
    for middle in first..<last {
      let crossing = between(sums, first, middle, last) / Double(turns) + between(initialSums, first, middle, last)
      let total = cost[first * count + middle] + cost[(middle + 1) * count + last] + crossing
      if total < best {
        best = total
        split[first * count + last] = middle
      }
    }
    cost[first * count + last] = best
  }

  /// The sum over arcs from first...middle to middle + 1...last.
  private func between(_ table: [Double], _ first: Int, _ middle: Int, _ last: Int) -> Double {
    let side = count + 1
    return table[(middle + 1) * side + last + 1] - table[first * side + last + 1] - table[(middle + 1) * side + middle + 1]
      + table[first * side + middle + 1]
  }

  func terms() -> [Schedule.Term] { terms(0, count - 1, 1) }

  /// The items first...last, inside loops that already make `outer` turns.
  private func terms(_ first: Int, _ last: Int, _ outer: Int) -> [Schedule.Term] {
    let turns = divisor[first * count + last]
    if first == last { return repeated(turns / outer, items[first].terms) }
    let middle = split[first * count + last]
    return repeated(turns / outer, terms(first, middle, turns) + terms(middle + 1, last, turns))
  }
}
