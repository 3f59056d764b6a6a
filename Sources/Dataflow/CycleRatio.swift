/// The cycle of firing constraints that asks for the longest period.
enum CriticalCycle {
  /// Arcs in walking order; the period is their times over their heights.
  case found([Int])
  /// The heights of these arcs add up to 0 or less: no period at all is long enough.
  case impossible([Int])
  /// The effort allowed was used up, or a number did not fit.
  case undecided
}

/// Finds the cycle of the largest ratio of time to height.
///
/// Howard's policy iteration on floating-point values, then a proof in whole numbers that no cycle is better; where that
/// finds one, the iteration goes on from it.
/// Source: Dasdan, Irani and Gupta, Efficient Algorithms for Optimum Cycle Mean and Optimum Cost to Time Ratio Problems,
/// DAC 1999.
struct CycleRatioSearch {
  private let constraints: FiringConstraints
  /// The arc by which each node depends on a later one.
  private var policy: [Int]
  private var value: [Double]
  private var mark: [Int]
  private var markCount = 0
  private let tails: [Int]
  private let entering: Adjacency

  init(_ constraints: FiringConstraints) {
    self.constraints = constraints
    policy = (0..<constraints.nodeCount).map { node in
      let arcs = constraints.starts[node]..<constraints.starts[node + 1]
      return arcs.min { constraints.heights[$0] < constraints.heights[$1] }!
    }
    value = [Double](repeating: 0, count: constraints.nodeCount)
    mark = [Int](repeating: -1, count: constraints.nodeCount)
    tails = (0..<constraints.nodeCount).flatMap { node in
      repeatElement(node, count: constraints.starts[node + 1] - constraints.starts[node])
    }
    entering = Adjacency(nodeCount: constraints.nodeCount, keys: constraints.heads.map(Int.init))
  }

  /// - Parameter effort: arcs to look at; counted down.
  mutating func criticalCycle(effort: inout Int) -> CriticalCycle {
    while effort > 0 {
      var best: (cycle: [Int], ratio: Double)?
      for cycle in policyCycles() {
        effort -= cycle.count
        guard let isPositive = hasPositiveHeight(cycle) else { return .undecided }
        if !isPositive { return .impossible(cycle) }
        let ratio = cycle.reduce(0) { $0 + constraints.times[$1] } / cycle.reduce(0) { $0 + constraints.heights[$1] }
        if best == nil || ratio > best!.ratio { best = (cycle, ratio) }
      }
      guard let best else { return .undecided }
      evaluate(from: best.cycle[0], best.ratio)
      effort -= constraints.heads.count + constraints.nodeCount
      if improve(best.ratio) { continue }
      switch prove(best.cycle, effort: &effort) {
      case .some(true): return .found(best.cycle)
      case .some(false): continue
      case .none: return .undecided
      }
    }
    return .undecided
  }

  /// The cycles that nodes reach by following their policy.
  private mutating func policyCycles() -> [[Int]] {
    var cycles: [[Int]] = []
    let first = markCount
    for start in 0..<constraints.nodeCount where mark[start] < first {
      var node = start
      while mark[node] < first {
        mark[node] = markCount
        node = Int(constraints.heads[policy[node]])
      }
      if mark[node] == markCount {
        var cycle: [Int] = []
        let entry = node
        repeat {
          cycle.append(policy[node])
          node = Int(constraints.heads[policy[node]])
        } while node != entry
        cycles.append(cycle)
      }
      markCount += 1
    }
    return cycles
  }

  /// Lets every node depend on the best cycle, by its policy where that leads there and by a shortest way else, and counts
  /// values from the cycle's first head. From then on each policy's cycles have ratios no worse than this one.
  private mutating func evaluate(from arc: Int, _ ratio: Double) {
    let root = Int(constraints.heads[arc])
    let dependents = Adjacency(nodeCount: constraints.nodeCount, keys: policy.map { Int(constraints.heads[$0]) })
    var isReached = [Bool](repeating: false, count: constraints.nodeCount)
    isReached[root] = true
    var queue = [root], next = 0
    func reach(_ node: Int, by arc: Int) {
      let head = Int(constraints.heads[arc])
      value[node] = value[head] + constraints.times[arc] - ratio * constraints.heights[arc]
      isReached[node] = true
      queue.append(node)
    }
    while next < queue.count {
      for node in dependents[queue[next]] where !isReached[node] { reach(node, by: policy[node]) }
      next += 1
    }
    next = 0
    while queue.count < constraints.nodeCount {
      for arc in entering[queue[next]] where !isReached[tails[arc]] {
        policy[tails[arc]] = arc
        reach(tails[arc], by: arc)
      }
      next += 1
    }
  }

  /// Turns nodes to better arcs; false where there are none beyond rounding.
  private mutating func improve(_ ratio: Double) -> Bool {
    var largest = 1e-300
    for item in value { largest = max(largest, abs(item)) }
    let tolerance = 1e-11 * max(largest, ratio * 1e-3)
    var isImproved = false
    for node in 0..<constraints.nodeCount {
      for arc in constraints.starts[node]..<constraints.starts[node + 1] {
        let other = value[Int(constraints.heads[arc])] + constraints.times[arc] - ratio * constraints.heights[arc]
        guard other > value[node] + tolerance else { continue }
        value[node] = other
        policy[node] = arc
        isImproved = true
      }
    }
    return isImproved
  }

  /// Whether the heights add up to more than 0; nil where that cannot be told exactly.
  private func hasPositiveHeight(_ cycle: [Int]) -> Bool? {
    let height = cycle.reduce(0) { $0 + constraints.heights[$1] }
    let scale = cycle.reduce(0) { $0 + abs(constraints.heights[$1]) }
    if abs(height) > 1e-9 * scale { return height > 0 }
    return constraints.height(of: cycle).map { $0.numerator > 0 }
  }

  /// Whether no cycle beats this one, in whole numbers: with lengths time * H - T * height (T and H the cycle's own) values
  /// settle. False where a policy arose that holds a better cycle; nil where the effort does not suffice. Where numbers do
  /// not fit, the floating-point result stands.
  private mutating func prove(_ cycle: [Int], effort: inout Int) -> Bool? {
    guard let scaled = ScaledHeights(constraints), let height = scaled.sum(cycle) else { return true }
    let time = cycle.reduce(Int128(0)) { $0 + Int128(constraints.times[$1]) }
    let limit = Int128.max >> 24
    var lengths: [Int128] = []
    lengths.reserveCapacity(constraints.heads.count)
    for arc in constraints.heads.indices {
      let (a, overflow) = Int128(constraints.times[arc]).multipliedReportingOverflow(by: height)
      let (b, overflowB) = time.multipliedReportingOverflow(by: scaled.heights[arc])
      guard !overflow, !overflowB, abs(a) < limit, abs(b) < limit else { return true }
      lengths.append(a - b)
    }
    let factor = Double(height)
    guard value.allSatisfy({ abs($0 * factor) < 1e36 }) else { return true }
    var exact = value.map { Int128($0 * factor) }
    for _ in 0...(constraints.nodeCount + 1) {
      effort -= constraints.heads.count
      guard effort > 0 else { return nil }
      var isImproved = false
      for node in 0..<constraints.nodeCount {
        for arc in constraints.starts[node]..<constraints.starts[node + 1] {
          let other = exact[Int(constraints.heads[arc])] + lengths[arc]
          guard other > exact[node] else { continue }
          exact[node] = other
          policy[node] = arc
          isImproved = true
        }
      }
      if !isImproved { return true }
      for other in policyCycles() where other.reduce(Int128(0), { $0 + lengths[$1] }) > 0 { return false }
    }
    return nil
  }
}

extension FiringConstraints {
  /// The sum of the arcs' heights; nil where it does not fit.
  func height(of arcs: [Int]) -> Rational? {
    var sum: Rational? = 0
    for arc in arcs { sum = sum?.addingReportingOverflow(Rational(heightNumerators[arc], heightDenominators[arc])) }
    return sum
  }
}

/// Heights over one common denominator.
private struct ScaledHeights {
  let heights: [Int128]

  /// nil where the denominator does not fit.
  init?(_ constraints: FiringConstraints) {
    var common = 1
    var last = (0, 0)
    for (n, d) in zip(constraints.heightNumerators, constraints.heightDenominators) where (n, d) != last {
      last = (n, d)
      let reduced = Rational(n, d).denominator
      if common % reduced == 0 { continue }
      guard let next = leastCommonMultipleReportingOverflow(common, reduced) else { return nil }
      common = next
    }
    heights = zip(constraints.heightNumerators, constraints.heightDenominators).map { n, d in
      Int128(n) * Int128(common) / Int128(d)
    }
  }

  func sum(_ arcs: [Int]) -> Int128? { arcs.reduce(Int128(0)) { $0 + heights[$1] } }
}
