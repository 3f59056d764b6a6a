/// An order of items from cutting the level in two where the fewest tokens cross, and each part again.
///
/// A cut keeps all writers of what is before it before it. Candidates are every item with all before it, and every item with
/// all after it, each then improved by moving single items across; of those that leave a quarter of the items on either
/// side, the one that fewest tokens cross is taken.
/// Source: recursive partitioning by minimum cuts, Murthy, Bhattacharyya and Lee, APGAN and RPMC, 1997.
func cutWithFewestTokens(_ level: AppearanceLevel) -> [Int] {
  let cutting = MinimumCutting(level)
  var order: [Int] = []
  var rest = [Array(level.items.indices)]
  while let part = rest.popLast() {
    guard part.count > 1 else {
      order += part
      continue
    }
    let (before, after) = cutting.cut(part)
    rest.append(after)
    rest.append(before)
  }
  return order
}

private struct MinimumCutting {
  private let level: AppearanceLevel
  private let leaving: Adjacency
  private let entering: Adjacency

  init(_ level: AppearanceLevel) {
    self.level = level
    leaving = Adjacency(nodeCount: level.items.count, keys: level.binding.map(\.from))
    entering = Adjacency(nodeCount: level.items.count, keys: level.binding.map(\.to))
  }

  func cut(_ part: [Int]) -> (before: [Int], after: [Int]) {
    var side = [Side](repeating: .outside, count: level.items.count)
    let least = part.count <= 3 ? 1 : part.count / 4
    var best: (tokens: Double, imbalance: Int, sides: [Side])?
    for item in part {
      for direction in [true, false] {
        for member in part { side[member] = direction ? .after : .before }
        mark(item, &side, to: direction ? .before : .after)
        improve(part, &side, least)
        let before = part.reduce(0) { $0 + (side[$1] == .before ? 1 : 0) }
        guard before > 0, before < part.count else { continue }
        let tokens = crossing(part, side)
        let imbalance = max(0, least - min(before, part.count - before))
        if let best, (imbalance, tokens) >= (best.imbalance, best.tokens) { continue }
        best = (tokens, imbalance, side)
      }
    }
    let sides = best!.sides
    return (part.filter { sides[$0] == .before }, part.filter { sides[$0] == .after })
  }

  private enum Side { case outside, before, after }

  /// Puts an item on a side, with all that must be there with it.
  private func mark(_ item: Int, _ side: inout [Side], to target: Side) {
    var stack = [item]
    while let item = stack.popLast() {
      guard side[item] != target, side[item] != .outside else { continue }
      side[item] = target
      for arc in target == .before ? entering[item] : leaving[item] {
        stack.append(target == .before ? level.binding[arc].from : level.binding[arc].to)
      }
    }
  }

  private func crossing(_ part: [Int], _ side: [Side]) -> Double {
    var tokens = 0.0
    for item in part where side[item] == .before {
      for arc in leaving[item] where side[level.binding[arc].to] == .after { tokens += Double(level.binding[arc].tokens) }
    }
    return tokens
  }

  /// Moves items across while that lets fewer tokens cross.
  private func improve(_ part: [Int], _ side: inout [Side], _ least: Int) {
    var before = part.reduce(0) { $0 + (side[$1] == .before ? 1 : 0) }
    for _ in 0..<4 {
      var moved = false
      for item in part {
        let isBefore = side[item] == .before
        let blockers = isBefore ? leaving[item] : entering[item]
        let isFree = blockers.allSatisfy { arc in
          let other = isBefore ? level.binding[arc].to : level.binding[arc].from
          return side[other] != (isBefore ? .before : .after)
        }
        guard isFree, isBefore ? before > least : part.count - before > least else { continue }
        let gain = tokens(entering[item], side, \.from) - tokens(leaving[item], side, \.to)
        guard isBefore ? gain < 0 : gain > 0 else { continue }
        side[item] = isBefore ? .after : .before
        before += isBefore ? -1 : 1
        moved = true
      }
      if !moved { return }
    }
  }

  private func tokens(_ arcs: ArraySlice<Int>, _ side: [Side], _ end: KeyPath<AppearanceArc, Int>) -> Double {
    arcs.reduce(0) { $0 + (side[level.binding[$1][keyPath: end]] == .outside ? 0 : Double(level.binding[$1].tokens)) }
  }
}
