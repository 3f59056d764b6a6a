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
}

/// The loops around items in a fixed order that need the least memory, when each arc has a buffer of its own.
///
/// O(n³) up to 256 items (`LoopNesting`); beyond, neighbours with equal counts share a loop.
func nestInOrder(_ items: [LoopItem], _ arcs: [LoopArc], _ order: [Int]) -> [Schedule.Term] {
  guard items.count <= 256 else { return groupEqualCounts(order.map { items[$0] }) }
  guard !items.isEmpty else { return [] }
  let nesting = LoopNesting(capacity: items.count)
  nesting.reset(counts: items.map(\.count))
  for arc in arcs { nesting.add(from: arc.from, to: arc.to, tokens: arc.tokens, leastTurns: nil) }
  _ = nesting.solve(order, changed: 0...(items.count - 1))
  let nest = nesting.nest()
  return looped(nest.order.map { items[$0] }, nest.turns[...], outer: 1)
}

/// Items in loops of which the innermost around each two neighbours makes the given turns.
private func looped(_ items: [LoopItem], _ turns: ArraySlice<Int>, outer: Int) -> [Schedule.Term] {
  guard let loop = turns.min() else { return repeated(items[turns.startIndex].count / outer, items[turns.startIndex].terms) }
  var body: [Schedule.Term] = []
  var start = turns.startIndex
  for index in turns.indices where turns[index] == loop {
    body += looped(items, turns[start..<index], outer: loop)
    start = index + 1
  }
  body += looped(items, turns[start...], outer: loop)
  return repeated(loop / outer, body)
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
func repeated(_ count: Int, _ terms: [Schedule.Term]) -> [Schedule.Term] {
  if count == 1 { return terms }
  if terms.count == 1, case .loop(let inner, let body) = terms[0] { return [.loop(count * inner, body)] }
  return [.loop(count, terms)]
}
