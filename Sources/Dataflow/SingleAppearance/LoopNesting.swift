/// What a nest of loops is chosen for.
enum NestingGoal {
  /// The least sum of buffers, each with memory of its own (DPPO).
  case privateBuffers
  /// The least estimate of what lives at once: of two parts, only one needs its memory at a time (SDPPO).
  case sharedBuffers
}

/// Finds the best loops around up to `capacity` items in a given order, again and again for orders that differ little.
///
/// The items i...j share a loop of as many turns as the greatest common divisor of their counts, and
/// `cost(i, j) = min over k of cost(i, k) + cost(k + 1, j) + crossing(i, k, j) / turns(i, j)`, with the larger cost in place
/// of the sum where memory is shared. Initial tokens add the same to every nest and are left out. Where all arcs that cross
/// may turn round, the second part may go first (GDPPO). O(n³) steps, counted in `steps`.
/// Source: Murthy, Bhattacharyya and Lee, Formal Methods in System Design 1997, and J. VLSI Signal Processing 1995 (delays);
/// Murthy and Bhattacharyya, IEEE Trans. CAD 2001 (sharing).
final class LoopNesting {
  /// An arc with initial tokens enough to turn round in loops of at least `leastTurns` turns.
  struct TurnableArc {
    var from: Int
    var to: Int
    var leastTurns: Int
  }

  private(set) var count = 0
  var goal = NestingGoal.privateBuffers
  var turnable: [TurnableArc] = []
  /// Splits looked at so far.
  private(set) var steps = 0

  private let capacity: Int
  /// Tokens in an iteration, by item: those of all arcs and those of arcs that cannot turn round.
  private let flow: UnsafeMutablePointer<Double>
  private let fixedFlow: UnsafeMutablePointer<Double>
  private let counts: UnsafeMutablePointer<Int>
  /// Tables over windows first...last, the transposed ones at last * capacity + first.
  private let cost: UnsafeMutablePointer<Double>
  private let costTransposed: UnsafeMutablePointer<Double>
  private let inside: UnsafeMutablePointer<Double>
  private let insideTransposed: UnsafeMutablePointer<Double>
  private let backward: UnsafeMutablePointer<Double>
  private let fixed: UnsafeMutablePointer<Double>
  private let divisor: UnsafeMutablePointer<Int>
  /// The item at each position.
  private let items: UnsafeMutablePointer<Int>
  private let position: UnsafeMutablePointer<Int>
  private let lacking: UnsafeMutablePointer<Int>
  private var divisors = DivisorCache()
  /// Positions whose windows do not belong to the order solved last.
  private var stale: ClosedRange<Int>?

  init(capacity: Int) {
    self.capacity = capacity
    let square = capacity * capacity
    func table() -> UnsafeMutablePointer<Double> {
      let table = UnsafeMutablePointer<Double>.allocate(capacity: square)
      table.initialize(repeating: 0, count: square)
      return table
    }
    func list(_ count: Int) -> UnsafeMutablePointer<Int> {
      let list = UnsafeMutablePointer<Int>.allocate(capacity: count)
      list.initialize(repeating: 0, count: count)
      return list
    }
    (flow, fixedFlow, cost, costTransposed) = (table(), table(), table(), table())
    (inside, insideTransposed, backward, fixed) = (table(), table(), table(), table())
    divisor = list(square)
    (counts, items, position, lacking) = (list(capacity), list(capacity), list(capacity), list(2 * capacity + 2))
  }

  deinit {
    for table in [flow, fixedFlow, cost, costTransposed, inside, insideTransposed, backward, fixed] { table.deallocate() }
    for list in [divisor, counts, items, position, lacking] { list.deallocate() }
  }

  /// Starts over with items that make `counts` turns, without arcs.
  func reset(counts newCounts: [Int]) {
    precondition(newCounts.count <= capacity)
    count = newCounts.count
    for item in 0..<count {
      counts[item] = newCounts[item]
      (flow + item * capacity).update(repeating: 0, count: count)
      (fixedFlow + item * capacity).update(repeating: 0, count: count)
    }
    turnable.removeAll(keepingCapacity: true)
    stale = 0...max(0, count - 1)
  }

  /// Adds an arc; `leastTurns` as in `TurnableArc`, nil where it never turns round.
  func add(from: Int, to: Int, tokens: Double, leastTurns: Int?) {
    flow[from * capacity + to] += tokens
    if let leastTurns {
      turnable.append(TurnableArc(from: from, to: to, leastTurns: leastTurns))
    } else {
      fixedFlow[from * capacity + to] += tokens
    }
  }

  /// The cost of the best nest around the items in this order, without initial tokens.
  ///
  /// - Parameter changed: the positions in which the order differs from the last one solved.
  func solve(_ order: [Int], changed: ClosedRange<Int>) -> Double {
    var dirty = changed
    if let stale { dirty = min(dirty.lowerBound, stale.lowerBound)...max(dirty.upperBound, stale.upperBound) }
    stale = nil
    for index in dirty { items[index] = order[index] }
    for first in stride(from: min(count - 1, dirty.upperBound), through: 0, by: -1) {
      if dirty.contains(first) {
        divisor[first * capacity + first] = counts[items[first]]
        let diagonal = first * capacity + first
        (cost[diagonal], costTransposed[diagonal], inside[diagonal], insideTransposed[diagonal]) = (0, 0, 0, 0)
        (backward[diagonal], fixed[diagonal]) = (0, 0)
      }
      var last = max(first + 1, dirty.lowerBound)
      while last < count {
        solveWindow(first, last)
        last += 1
      }
    }
    return count > 1 ? cost[count - 1] : 0
  }

  private func solveWindow(_ first: Int, _ last: Int) {
    let here = first * capacity + last
    let turns = divisors.common(divisor[here - 1], divisor[last * capacity + last])
    divisor[here] = turns
    let (a, b) = (items[first], items[last])
    let isInner = last > first + 1
    func windowSum(_ table: UnsafeMutablePointer<Double>, _ added: Double) -> Double {
      table[here - 1] + table[here + capacity] - (isInner ? table[here + capacity - 1] : 0) + added
    }
    let ahead = flow[a * capacity + b], back = flow[b * capacity + a]
    if turnable.isEmpty {
      let tokens = windowSum(inside, ahead + back)
      inside[here] = tokens
      insideTransposed[last * capacity + first] = tokens
      let least = leastSplit(first, last, Double(turns))
      let value = (least + tokens) / Double(turns)
      cost[here] = value
      costTransposed[last * capacity + first] = value
    } else {
      inside[here] = windowSum(inside, ahead)
      insideTransposed[last * capacity + first] = inside[here]
      backward[here] = windowSum(backward, back)
      fixed[here] = windowSum(fixed, fixedFlow[a * capacity + b])
      let value = turningSplit(first, last).cost
      cost[here] = value
      costTransposed[last * capacity + first] = value
    }
    steps += last - first + 8
  }

  /// The least of `turns * (cost left + cost right) - tokens inside left - tokens inside right`: the crossing tokens are
  /// those inside the whole less those inside the parts.
  private func leastSplit(_ first: Int, _ last: Int, _ turns: Double) -> Double {
    let left = cost + first * capacity + first
    let right = costTransposed + last * capacity + first + 1
    let leftInside = inside + first * capacity + first
    let rightInside = insideTransposed + last * capacity + first + 1
    let count = last - first
    var least = Double.infinity
    var index = 0
    if goal == .privateBuffers {
      if count >= 4 {
        var lanes = SIMD4<Double>(repeating: .infinity)
        while index + 4 <= count {
          let value = (load(left, index) + load(right, index)) * turns - (load(leftInside, index) + load(rightInside, index))
          lanes.replace(with: value, where: value .< lanes)
          index += 4
        }
        least = lanes.min()
      }
      while index < count {
        least = min(least, (left[index] + right[index]) * turns - (leftInside[index] + rightInside[index]))
        index += 1
      }
    } else {
      while index < count {
        least = min(least, max(left[index], right[index]) * turns - (leftInside[index] + rightInside[index]))
        index += 1
      }
    }
    return least
  }

  private func load(_ pointer: UnsafeMutablePointer<Double>, _ index: Int) -> SIMD4<Double> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD4<Double>.self)
  }

  /// The best split of a window where arcs may turn round, and whether the second part goes first.
  private func turningSplit(_ first: Int, _ last: Int) -> (cost: Double, middle: Int, isTurned: Bool) {
    let turns = divisor[first * capacity + last]
    let length = last - first
    // How many arcs forbid that each split keeps, or turns, its parts' order, as differences from split to split.
    let keeping = lacking, turning = lacking + length + 1
    keeping.update(repeating: 0, count: 2 * (length + 1))
    for index in 0..<count { position[items[index]] = index }
    for arc in turnable where arc.leastTurns > turns {
      let (a, b) = (position[arc.from], position[arc.to])
      guard min(a, b) >= first, max(a, b) <= last else { continue }
      let counts = a < b ? turning : keeping
      counts[min(a, b) - first] += 1
      counts[max(a, b) - first] -= 1
    }
    var best = (cost: Double.infinity, middle: first, isTurned: false)
    var lacksKeeping = 0, lacksTurning = 0
    func crossing(_ table: UnsafeMutablePointer<Double>, _ middle: Int) -> Double {
      table[first * capacity + last] - table[first * capacity + middle] - table[(middle + 1) * capacity + last]
    }
    for middle in first..<last {
      lacksKeeping += keeping[middle - first]
      lacksTurning += turning[middle - first]
      let left = cost[first * capacity + middle], right = cost[(middle + 1) * capacity + last]
      let parts = goal == .privateBuffers ? left + right : max(left, right)
      if lacksKeeping == 0 {
        let total = parts + crossing(inside, middle) / Double(turns)
        if total < best.cost { best = (total, middle, false) }
      }
      if lacksTurning == 0, crossing(fixed, middle) == 0 {
        let total = parts + crossing(backward, middle) / Double(turns)
        if total < best.cost { best = (total, middle, true) }
      }
    }
    return best
  }

  /// Marks the positions of an order that was solved and then given up.
  func reject(_ positions: ClosedRange<Int>) {
    stale = stale.map { min($0.lowerBound, positions.lowerBound)...max($0.upperBound, positions.upperBound) } ?? positions
  }

  /// The nest solved last: items in order (turned round where that is better), and the turns between each two.
  func nest() -> (order: [Int], turns: [Int]) {
    var order: [Int] = [], turns: [Int] = []
    order.reserveCapacity(count)
    turns.reserveCapacity(count)
    // What is still to come, from the last to the first; a negative pair stands for the turns between two windows.
    var rest = [(first: 0, last: count - 1)]
    while let (first, last) = rest.popLast() {
      if first < 0 {
        turns.append(last)
      } else if first == last {
        order.append(items[first])
      } else {
        let split = bestSplit(first, last)
        let left = (first, split.middle), right = (split.middle + 1, last)
        rest.append(split.isTurned ? left : right)
        rest.append((-1, divisor[first * capacity + last]))
        rest.append(split.isTurned ? right : left)
      }
    }
    return (order, turns)
  }

  private func bestSplit(_ first: Int, _ last: Int) -> (middle: Int, isTurned: Bool) {
    guard turnable.isEmpty else {
      let split = turningSplit(first, last)
      return (split.middle, split.isTurned)
    }
    let turns = Double(divisor[first * capacity + last])
    var best = Double.infinity, place = first
    for middle in first..<last {
      let left = cost[first * capacity + middle], right = cost[(middle + 1) * capacity + last]
      let parts = goal == .privateBuffers ? left + right : max(left, right)
      let value = parts * turns - (inside[first * capacity + middle] + inside[(middle + 1) * capacity + last])
      if value < best { (best, place) = (value, middle) }
    }
    return (place, false)
  }
}
