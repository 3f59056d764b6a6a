/// A periodic schedule with one private buffer per edge, and how few tokens those buffers hold.
public struct MinimumBuffer: Sendable, Hashable {
  /// Tokens that each edge holds at most, between firings, in the order of edges. Edges from an actor to itself are among
  /// them, though no schedule changes what waits there.
  public let capacities: [Int]
  /// The sum of `capacities` without edges from an actor to itself.
  public let tokens: Int
  /// One iteration that needs exactly `capacities`.
  public let schedule: Schedule
  /// No schedule makes do with fewer tokens in private buffers; at least the sum of `leastCapacities`.
  public let lowerBound: Int
  /// Whether `tokens` is proven to be the minimum.
  public var isOptimal: Bool { tokens == lowerBound }
}

/// Looks for a periodic schedule that needs the fewest tokens in all, when each edge has a buffer of its own.
///
///     A 2 -> 3 B        gives        (2 A) B A B, with 4 tokens; (3 A) (2 B) needs 6
///
/// The space for a firing's output is taken when the firing starts, that of its input is free when it has ended; on an
/// edge from an actor to itself, which is not counted, one firing reads before it writes.
///
/// Edges on no undirected cycle get `leastCapacities`. Within each biconnected component the least capacities are enlarged
/// where actors get stuck, see `CapacitySearch`; the minimum is proven where the effort suffices. An iteration of more
/// firings than the effort allows gets the schedule of `scheduleFirings`.
/// The same for all names and orders of actors and edges, as far as `structuralOrder` tells them apart.
///
/// - Parameter repetitions: of this graph.
/// - Throws: the deadlock of a dead graph; `tooLong` where the effort does not suffice for any schedule.
public func minimumBufferSchedule(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, effort: Effort = .default
) throws(SchedulingError) -> MinimumBuffer {
  let least = leastCapacities(graph, repetitions)
  guard var lowerBound = graph.privateTokens(least) else { throw .tooLong }
  // Sums of capacities are no more than all tokens of an iteration.
  let all = zip(graph.edges, repetitions.tokens).map { $0.initialTokens + $1 }
  let isSearched = repetitions.totalFirings <= effort.longestIteration && graph.privateTokens(all) != nil
  let looped = try loopedBuffer(graph, repetitions, mayBeTooLong: isSearched)
  if let looped, looped.tokens == lowerBound { return looped }
  guard isSearched else {
    guard let looped else { throw .tooLong }
    return looped.bounded(below: lowerBound)
  }
  let order = structuralOrder(graph, repetitions)
  let (capacities, missing) = smallestCapacities(graph, repetitions, order: order, least: least, effort: effort)
  lowerBound += missing
  let schedule = demandDrivenSchedule(graph, repetitions, order: order, capacities: capacities)
  guard let buffer = measuredBuffer(schedule, graph) ?? looped else { throw .tooLong }
  if let looped, (looped.tokens, looped.schedule.length) < (buffer.tokens, schedule.length) {
    return looped.bounded(below: lowerBound)
  }
  return buffer.bounded(below: lowerBound)
}

/// What the loops of `scheduleFirings` need: the shortest notation, and often all that is to be had.
///
/// - Parameter mayBeTooLong: whether the answer is nil, not an error, for a live graph that takes too many loops.
private func loopedBuffer(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, mayBeTooLong: Bool
) throws(SchedulingError) -> MinimumBuffer? {
  do {
    return measuredBuffer(try scheduleFirings(graph, repetitions), graph)
  } catch {
    guard mayBeTooLong, error == .tooLong, checkLiveness(graph, repetitions) == .live else { throw error }
    return nil
  }
}

/// What a schedule needs, as its own lower bound.
private func measuredBuffer(_ schedule: Schedule, _ graph: DataflowGraph) -> MinimumBuffer? {
  guard let trace = try? simulate(schedule, on: graph), let tokens = graph.privateTokens(trace.mostTokens) else { return nil }
  return MinimumBuffer(capacities: trace.mostTokens, tokens: tokens, schedule: schedule, lowerBound: tokens)
}

extension MinimumBuffer {
  fileprivate func bounded(below bound: Int) -> MinimumBuffer {
    MinimumBuffer(capacities: capacities, tokens: tokens, schedule: schedule, lowerBound: bound)
  }
}

extension DataflowGraph {
  /// The sum of capacities without edges from an actor to itself; nil where it does not fit.
  func privateTokens(_ capacities: [Int]) -> Int? {
    var total = 0
    for (edge, capacity) in zip(edges, capacities) where edge.from != edge.to {
      let (sum, overflow) = total.addingReportingOverflow(capacity)
      if overflow { return nil }
      total = sum
    }
    return total
  }
}

extension Schedule {
  /// Actors and loops in the notation.
  var length: Int { Self.length(terms) }

  private static func length(_ terms: [Term]) -> Int {
    terms.reduce(0) { sum, term in
      if case .loop(_, let inner) = term { return sum + 1 + length(inner) }
      return sum + 1
    }
  }
}

extension Effort {
  /// Firings of an iteration that is still simulated one by one.
  var longestIteration: Int {
    switch self {
    case .fast: 200_000
    case .default: 2_000_000
    case .thorough: 20_000_000
    }
  }

  /// Steps of simulation that the search for smaller capacities may take, for a graph of so many edges.
  func searchSteps(edgeCount: Int) -> Int {
    switch self {
    case .fast: 100_000 + 20 * edgeCount
    case .default: 6_000_000
    case .thorough: 2_000_000_000
    }
  }
}
