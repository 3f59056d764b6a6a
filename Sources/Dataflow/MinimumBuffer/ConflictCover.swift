/// Storage conflicts, and the smallest capacities that resolve all of them.
///
/// Conflicts that share no edge, not even through others, are resolved apart from each other.
struct ConflictCover {
  private let least: [Int]
  private(set) var conflicts: [StorageConflict] = []
  private var solutions: [[StorageConflict]: CoverSolution] = [:]

  init(least: [Int]) { self.least = least }

  mutating func insert(_ conflict: StorageConflict) {
    conflicts.removeAll { conflict.implies($0) }
    conflicts.append(conflict)
  }

  /// - Parameter steps: conflicts looked at, each counted with its edges; below 0 the rest is resolved without a proof.
  /// - Returns: capacities that resolve all conflicts, and a sum that none have less than.
  mutating func solve(steps: inout Int) -> (capacities: [Int], lowerBound: Int) {
    var capacities = least
    var bound = least.reduce(0, +)
    var current: [[StorageConflict]: CoverSolution] = [:]
    for part in parts() {
      var solution = solutions[part]
      if solution == nil || solution!.tokens > solution!.lowerBound {
        var search = CoverSearch(part, least)
        solution = search.solve(steps: &steps)
      }
      current[part] = solution
      bound += solution!.lowerBound
      for (edge, tokens) in solution!.capacities { capacities[edge] = tokens }
    }
    solutions = current
    return (capacities, bound)
  }

  /// The conflicts, grouped by the edges that tie them together.
  private func parts() -> [[StorageConflict]] {
    var group = [Int](repeating: -1, count: least.count)
    func root(_ edge: Int) -> Int {
      var edge = edge
      while group[edge] >= 0 { edge = group[edge] }
      return edge
    }
    for conflict in conflicts {
      let first = root(conflict.needs[0].edge)
      for need in conflict.needs.dropFirst() {
        let other = root(need.edge)
        if other != root(first) { group[other] = root(first) }
      }
    }
    var parts: [[StorageConflict]] = []
    var partOf: [Int: Int] = [:]
    for conflict in conflicts {
      let key = root(conflict.needs[0].edge)
      if let part = partOf[key] {
        parts[part].append(conflict)
      } else {
        partOf[key] = parts.count
        parts.append([conflict])
      }
    }
    return parts
  }
}

extension StorageConflict {
  /// Whether what resolves this conflict resolves the other too.
  func implies(_ other: StorageConflict) -> Bool {
    needs.allSatisfy { need in other.needs.contains { $0.edge == need.edge && $0.tokens <= need.tokens } }
  }
}

/// What resolves some conflicts.
struct CoverSolution {
  /// Of the edges that need more than the least.
  var capacities: [(edge: Int, tokens: Int)]
  /// Tokens beyond the least.
  var tokens: Int
  var lowerBound: Int
}
