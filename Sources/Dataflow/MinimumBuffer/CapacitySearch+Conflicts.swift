extension CapacitySearch {
  /// Conflicts that hold the iteration up in a state where no actor can fire, no edge in two of them. Every one is as
  /// strong as it can be made.
  mutating func conflicts(_ capacities: [Int], _ state: CapacitySimulation.State) -> [StorageConflict] {
    var capacities = capacities, state = state
    var found: [StorageConflict] = []
    while steps >= 0, let first = simulation.firstUnfinished(state) {
      let conflict = strengthened(simulation.conflict(startingAt: first, capacities, state, steps: &steps), state)
      found.append(conflict)
      for need in conflict.needs { capacities[need.edge] = simulation.unlimited[need.edge] }
      simulation.run(capacities, &state, waking: conflict.needs.map { simulation.from[$0.edge] }, steps: &steps)
    }
    return found
  }

  /// The conflict with as few edges and as large needs as still get stuck when all other edges are unlimited.
  private mutating func strengthened(_ conflict: StorageConflict, _ state: CapacitySimulation.State) -> StorageConflict {
    var conflict = StuckConflict(conflict, state, simulation)
    _ = conflict.advance(&steps, waking: Array(simulation.actors.indices))
    for edge in conflict.edges.sorted(by: { (conflict.limits[$0] - least[$0], $0) < (conflict.limits[$1] - least[$1], $1) })
    where steps >= 0 && conflict.edges.count > 1 && conflict.edges.contains(edge) {
      conflict.tryLimit(simulation.unlimited[edge], of: edge, &steps)
    }
    for edge in conflict.edges where steps >= 0 && conflict.edges.contains(edge) { conflict.lift(edge, &steps) }
    return conflict.conflict
  }
}

/// A conflict whose edges have the most tokens with which all still get stuck, and the state in which they do.
private struct StuckConflict {
  private let simulation: CapacitySimulation
  private(set) var edges: [Int]
  private(set) var limits: [Int]
  private var state: CapacitySimulation.State

  init(_ conflict: StorageConflict, _ state: CapacitySimulation.State, _ simulation: CapacitySimulation) {
    self.simulation = simulation
    self.state = state
    edges = conflict.needs.map(\.edge)
    limits = simulation.unlimited
    for need in conflict.needs { limits[need.edge] = need.tokens - 1 }
  }

  var conflict: StorageConflict { StorageConflict(edges.map { .init(edge: $0, tokens: limits[$0] + 1) }) }

  /// Goes on to where all get stuck, and keeps the edges that are to blame there.
  ///
  /// - Returns: whether they got stuck at all.
  mutating func advance(_ steps: inout Int, waking: [Int]) -> Bool {
    var waking = waking
    while true {
      simulation.run(limits, &state, waking: waking, steps: &steps)
      guard steps >= 0, let first = simulation.firstUnfinished(state) else { return false }
      let blamed = simulation.conflict(startingAt: first, limits, state, steps: &steps)
      for need in blamed.needs { limits[need.edge] = need.tokens - 1 }
      guard blamed.needs.count < edges.count else { return true }
      let kept = Set(blamed.needs.map(\.edge))
      waking = []
      for edge in edges where !kept.contains(edge) {
        limits[edge] = simulation.unlimited[edge]
        waking.append(simulation.from[edge])
      }
      edges = blamed.needs.map(\.edge)
    }
  }

  /// Takes a higher limit for an edge where all still get stuck with it.
  ///
  /// - Returns: whether they do.
  @discardableResult
  mutating func tryLimit(_ limit: Int, of edge: Int, _ steps: inout Int) -> Bool {
    var trial = self
    trial.limits[edge] = limit
    if limit == simulation.unlimited[edge] { trial.edges.removeAll { $0 == edge } }
    guard trial.advance(&steps, waking: [simulation.from[edge]]) else { return false }
    self = trial
    return true
  }

  /// Raises the limit of an edge as far as all still get stuck.
  mutating func lift(_ edge: Int, _ steps: inout Int) {
    var high = simulation.unlimited[edge]
    var stride = max(1, state.writes[edge])
    while steps >= 0, edges.contains(edge), limits[edge] + 1 < high {
      let limit = min(limits[edge] + stride, limits[edge] + (high - limits[edge] + 1) / 2)
      if tryLimit(limit, of: edge, &steps) {
        stride *= 2
      } else {
        high = limit
        stride = max(1, stride / 2)
      }
    }
  }
}
