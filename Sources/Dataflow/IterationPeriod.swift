/// The time of one iteration, or why there is none.
public enum IterationPeriod: Sendable, Hashable {
  /// The time per iteration in the long run, under the actors' execution times.
  case time(Rational)
  /// The graph is dead.
  case dead
  /// The effort allowed was used up, or the number does not fit.
  case undecided
}

/// Whether firings of one actor may overlap in time.
public enum Concurrency: Sendable, Hashable {
  /// As far as tokens on loops admit, loops from an actor to itself among them: one token on such a loop keeps its actor
  /// from it. An actor on no loop keeps up with everything; a graph without any loop is taken as if there were no
  /// concurrency, for nothing else bounds it. This is what the literature's figures mean.
  case byTokens
  /// Never.
  case none
}

/// The iteration period of self-timed execution: every firing starts as soon as its tokens are there (and, without
/// concurrency, the actor's last firing has ended), and buffers are unlimited.
///
/// Exact. Per strongly connected component (the slowest decides), actors are first made to repeat themselves after every
/// cycle through their phases. The constraints that ask for the longest period then either are those of the self-timed
/// execution already, or their actors are given more cycles before they repeat: no more than an iteration's.
/// Source: Bodin, Munier-Kordon and Dupont de Dinechin, Optimal and Fast Throughput Evaluation of CSDF, DAC 2016 (K-Iter).
///
/// - Parameter effort: constraints to look at; 100 million take about a second.
public func selfTimedPeriod(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, concurrency: Concurrency = .byTokens, effort: Int = 50_000_000
) -> IterationPeriod {
  var search = PeriodSearch(graph, repetitions, effort, concurrency == .none ? .sequential : .overlapping)
  var longest: Rational = 0
  if search.timing == .overlapping, !search.condensation.isCyclic.contains(true) { search.timing = .sequential }
  for component in search.condensation.components.indices {
    switch search.period(of: component) {
    case .time(let time): longest = max(longest, time)
    case let other: return other
    }
  }
  return .time(longest)
}

/// Whether a strongly connected component can run for ever; nil where the effort does not suffice. Counts no firings: what
/// it costs depends on how closely the component's loops are bound, not on its repetition counts.
func isLiveByConstraints(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, component: [Int], edges: [Int], effort: inout Int
) -> Bool? {
  var search = PeriodSearch(graph, repetitions, effort, .units)
  defer { effort = search.effort }
  switch search.period(of: component, edges, isEnough: true) {
  case .time: return true
  case .dead: return false
  case .undecided: return nil
  }
}

private struct PeriodSearch {
  /// Building a constraint takes as long as looking at so many.
  static let buildingCost = 20

  let graph: DataflowGraph
  let repetitions: RepetitionVector
  let condensation: Condensation
  var timing: FiringConstraints.Timing
  var effort: Int
  private let inner: Adjacency
  private var place: [Int]

  init(_ graph: DataflowGraph, _ repetitions: RepetitionVector, _ effort: Int, _ timing: FiringConstraints.Timing) {
    self.graph = graph
    self.repetitions = repetitions
    self.effort = effort
    self.timing = timing
    let condensation = condense(graph)
    self.condensation = condensation
    inner = Adjacency(
      nodeCount: condensation.components.count,
      incidences: graph.edges.enumerated().compactMap { index, edge in
        let component = condensation.componentOf[edge.from]
        return component == condensation.componentOf[edge.to] ? (component, index) : nil
      })
    place = [Int](repeating: 0, count: graph.actors.count)
  }

  mutating func period(of component: Int) -> IterationPeriod {
    let actors = condensation.components[component].filter { repetitions.cycles[$0] > 0 }
    if actors.isEmpty { return .time(0) }
    if inner[component].isEmpty {
      if timing == .overlapping { return .time(0) }
      let actor = actors[0]
      return sequentialTime(of: actor).map { .time($0) } ?? .undecided
    }
    return period(of: actors, Array(inner[component]), isEnough: false)
  }

  /// An actor outside loops fires as often as it can.
  private func sequentialTime(of actor: Int) -> Rational? {
    let times = graph.actors[actor].executionTimes
    guard let perRound = PhasedRate(validating: times)?.tokens(inFirst: repetitions.phaseCounts[actor]) else { return nil }
    let (time, overflow) = perRound.multipliedReportingOverflow(by: repetitions.cycles[actor])
    return overflow ? nil : Rational(time)
  }

  /// - Parameter isEnough: whether any period at all is good enough.
  mutating func period(of actors: [Int], _ edges: [Int], isEnough: Bool) -> IterationPeriod {
    for (index, actor) in actors.enumerated() { place[actor] = index }
    // Beyond 2^53 floating-point numbers are no longer exact.
    let mostTime = 1 << 53
    if timing != .units, actors.contains(where: { graph.actors[$0].executionTimes.contains { $0 > mostTime } }) {
      return .undecided
    }
    var repeats = actors.map { _ in 1 }
    while effort > 0 {
      guard
        let constraints = FiringConstraints(
          graph, repetitions, actors: actors, edges: edges, repeats: repeats, timing: timing, place: place,
          arcLimit: min(effort / Self.buildingCost, 1 << 24))
      else { return .undecided }
      effort -= Self.buildingCost * constraints.heads.count
      var search = CycleRatioSearch(constraints)
      let cycle: [Int]
      let isPossible: Bool
      switch search.criticalCycle(effort: &effort) {
      case .undecided: return .undecided
      case .impossible(let arcs): (cycle, isPossible) = (arcs, false)
      case .found(let arcs): (cycle, isPossible) = (arcs, true)
      }
      if isPossible, isEnough { return .time(1) }
      let members = Set(cycle.map { Int(constraints.actorOf[Int(constraints.heads[$0])]) }).sorted()
      let divisor = members.reduce(0) { greatestCommonDivisor($0, repetitions.cycles[actors[$1]]) }
      var isExact = true
      for member in members {
        let whole = repetitions.cycles[actors[member]] / divisor
        if repeats[member] % whole == 0 { continue }
        isExact = false
        // Both divide the actor's cycles, and so does this.
        repeats[member] = leastCommonMultiple(repeats[member], whole)
      }
      guard isExact else { continue }
      if !isPossible { return .dead }
      return ratio(cycle, constraints).map { .time($0) } ?? .undecided
    }
    return .undecided
  }

  private func ratio(_ cycle: [Int], _ constraints: FiringConstraints) -> Rational? {
    var time = 0
    for arc in cycle {
      let (sum, overflow) = time.addingReportingOverflow(Int(constraints.times[arc]))
      if overflow { return nil }
      time = sum
    }
    return constraints.height(of: cycle).flatMap { Rational(time).dividedReportingOverflow(by: $0) }
  }
}
