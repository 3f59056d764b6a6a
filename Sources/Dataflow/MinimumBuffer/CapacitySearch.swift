/// Looks for the smallest capacities of the edges of one biconnected component under which its actors get through an
/// iteration.
///
/// Where all get stuck, a circle of actors that wait for one another is a conflict: one of the edges without room must grow.
/// The smallest capacities that resolve all conflicts known are a lower bound; they are the answer as soon as no actor gets
/// stuck with them. Otherwise they show further conflicts.
/// Source: storage dependencies after Stuijk, Geilen and Basten, Exploring Trade-Offs in Buffer Requirements and Throughput
/// Constraints for Synchronous Dataflow Graphs, DAC 2006; the alternation after Chandrasekaran, Karp, Moreno-Centeno and
/// Vempala, Algorithms for Implicit Hitting Set Problems, SODA 2011.
struct CapacitySearch {
  let simulation: CapacitySimulation
  /// No edge can do with less.
  let least: [Int]
  /// Steps of simulation left.
  var steps: Int
  /// The best capacities found so far.
  private(set) var best: [Int]
  /// No capacities that do have a smaller sum.
  private(set) var lowerBound: Int
  /// Where all get stuck with the least capacities. Every run with more may go on from here.
  private(set) var stuck: CapacitySimulation.State

  var isOptimal: Bool { best.reduce(0, +) == lowerBound }

  /// - Parameters:
  ///   - simulation: of a live graph.
  ///   - least: capacities that no edge can do without, by edge of the simulation.
  ///   - steps: spent on what is better than the first capacities that do.
  init(_ simulation: CapacitySimulation, least: [Int], steps: Int) {
    self.simulation = simulation
    self.least = least
    self.steps = steps
    lowerBound = least.reduce(0, +)
    stuck = simulation.start
    best = least
    var unlimited = Int.max
    simulation.run(least, &stuck, waking: simulation.actors.indices, steps: &unlimited)
    guard !simulation.isComplete(stuck) else { return }
    var state = stuck
    relieve(&best, &state, waking: [], steps: &unlimited)
  }

  /// Runs to the end of the iteration; wherever all get stuck, the edge of a circle grows that lacks the least. An edge that
  /// has grown often grows by more than it lacks, so that long iterations do not take a stop for each of their firings.
  ///
  /// - Returns: whether the end was reached within the steps.
  @discardableResult
  func relieve(_ capacities: inout [Int], _ state: inout CapacitySimulation.State, waking: [Int], steps: inout Int) -> Bool {
    var waking = waking
    var first = 0
    var growths = [Int](repeating: 0, count: capacities.count)
    while true {
      simulation.run(capacities, &state, waking: waking, steps: &steps)
      if steps < 0 { return false }
      while first < simulation.firings.count, state.fired[first] == simulation.firings[first] { first += 1 }
      guard first < simulation.firings.count else { return true }
      let conflict = simulation.conflict(startingAt: first, capacities, state, steps: &steps)
      let need = conflict.needs.min { $0.tokens - capacities[$0.edge] < $1.tokens - capacities[$1.edge] }!
      let (extra, overflow) = state.writes[need.edge].multipliedReportingOverflow(by: growths[need.edge] / 64)
      capacities[need.edge] =
        overflow || extra > simulation.unlimited[need.edge] - need.tokens ? simulation.unlimited[need.edge] : need.tokens + extra
      growths[need.edge] += 1
      waking = [simulation.from[need.edge]]
    }
  }

  /// Whether an iteration ends with these capacities; false too when the steps run out.
  mutating func isFeasible(_ capacities: [Int]) -> Bool {
    var state = stuck
    simulation.run(capacities, &state, waking: simulation.actors.indices, steps: &steps)
    return steps >= 0 && simulation.isComplete(state)
  }

  /// Takes from each edge what it need not have; what remains can do without no token.
  mutating func shrink(_ capacities: inout [Int]) {
    let grown = capacities.indices.filter { capacities[$0] > least[$0] }
      .sorted { (capacities[$1] - least[$1], $0) < (capacities[$0] - least[$0], $1) }
    for edge in grown {
      // The least capacity that does lies in low...high.
      var low = least[edge], high = capacities[edge]
      var probe = low
      while low < high, steps >= 0 {
        capacities[edge] = probe
        if isFeasible(capacities) { high = probe } else { low = probe + 1 }
        probe = probe == least[edge] ? high - 1 : low + (high - low) / 2
      }
      capacities[edge] = high
    }
  }

  /// Looks for smaller capacities, and for the proof that there are none, until the steps run out.
  mutating func improve() {
    guard !isOptimal else { return }
    var capacities = best
    shrink(&capacities)
    best = capacities
    var cover = ConflictCover(least: least)
    // Steps spent on smaller capacities and on the bound.
    var descents = 0, ascents = 0
    while !isOptimal, steps >= 0 {
      let before = steps
      var (trial, bound) = cover.solve(steps: &steps)
      lowerBound = max(lowerBound, bound)
      var state = stuck
      simulation.run(trial, &state, waking: simulation.actors.indices, steps: &steps)
      guard steps >= 0, !isOptimal else { return }
      guard !simulation.isComplete(state) else {
        accept(trial)
        return
      }
      for conflict in conflicts(trial, state) { cover.insert(conflict) }
      ascents += before - steps
      if descents <= ascents {
        let before = steps
        if relieve(&trial, &state, waking: [], steps: &steps) {
          shrink(&trial)
          accept(trial)
        }
        descents += before - steps
      }
    }
  }

  private mutating func accept(_ capacities: [Int]) {
    if capacities.reduce(0, +) < best.reduce(0, +) { best = capacities }
  }
}

extension CapacitySimulation {
  /// The first actor that has not ended its iteration.
  func firstUnfinished(_ state: State) -> Int? { firings.indices.first { state.fired[$0] < firings[$0] } }

  /// A circle of actors that wait for one another, in a state where none can fire.
  func conflict(startingAt actor: Int, _ capacities: [Int], _ state: State, steps: inout Int) -> StorageConflict {
    var path: [(actor: Int, need: StorageConflict.Need?)] = []
    var place: [Int: Int] = [:]
    var actor = actor
    while place[actor] == nil {
      place[actor] = path.count
      steps -= 4
      let (next, need) = reason(actor, capacities, state)
      path.append((actor, need))
      actor = next
    }
    return StorageConflict(path[place[actor]!...].compactMap(\.need))
  }

  /// What an actor waits for: tokens where they lack, or else room on the edge that lacks the most.
  private func reason(_ actor: Int, _ capacities: [Int], _ state: State) -> (next: Int, need: StorageConflict.Need?) {
    for place in enteringStart[actor]..<enteringStart[actor + 1] {
      let edge = entering[place]
      if state.tokens[edge] < state.reads[edge] { return (from[edge], nil) }
    }
    var fullest: (edge: Int, need: Int)?
    for place in leavingStart[actor]..<leavingStart[actor + 1] {
      let edge = leaving[place]
      let need = state.tokens[edge] + state.writes[edge]
      if need > capacities[edge], fullest.map({ need - capacities[edge] > $0.need - capacities[$0.edge] }) ?? true {
        fullest = (edge, need)
      }
    }
    guard let fullest else { preconditionFailure("an actor that can fire does not wait") }
    return (to[fullest.edge], StorageConflict.Need(edge: fullest.edge, tokens: fullest.need))
  }
}
