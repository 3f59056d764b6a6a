/// How often each actor fires in one iteration of a periodic schedule.
public struct RepetitionVector: Sendable, Hashable, CustomStringConvertible {
  /// Full cycles through each actor's phases: the smallest whole numbers that leave every edge with as many tokens as
  /// before. Their greatest common divisor is 1 over each connected part; 0 for actors that a rate of 0 starves.
  public let cycles: [Int]
  /// Phases of each actor; 1 throughout a synchronous graph.
  public let phaseCounts: [Int]
  /// `cycles` times `phaseCounts`.
  public let firings: [Int]
  /// Tokens that pass each edge in one iteration.
  public let tokens: [Int]

  /// Firings of one iteration.
  public var totalFirings: Int { firings.reduce(0, +) }

  public var description: String { "[" + firings.map(String.init).joined(separator: ", ") + "]" }
}

/// Why a graph has no repetition vector.
public enum InconsistentRates: Error, Sendable, Hashable {
  /// The rates around this undirected cycle of edges contradict one another; no shorter cycle does. In walking order.
  case contradiction(cycle: [Int])
  /// The rates agree, but a number of firings or tokens is above 2^63 - 1.
  case tooLarge
}

/// Finds how often each actor must fire so that every edge gets as many tokens as it gives.
///
///     A 2 -> 3 B 1 -> 2 C      gives      A 3, B 2, C 1
///
/// Exact, and never traps or wraps. Ports that move nothing on both ends of an edge join nothing; where one end moves
/// tokens and the other none, the end that moves them never fires in an iteration.
/// O(V + E), and on contradiction O(VE) at most to find the shortest cycle (cut off after a fixed effort).
/// Source: Lee and Messerschmitt, Static Scheduling of Synchronous Data Flow Programs, IEEE Trans. Computers 1987;
/// phases after Bilsen et al., Cyclo-Static Dataflow, IEEE Trans. Signal Processing 1996.
public func solveBalanceEquations(_ graph: DataflowGraph) throws(InconsistentRates) -> RepetitionVector {
  let equations = try BalanceEquations(graph)
  guard let cycles = equations.solve() else {
    if let cycle = shortestContradiction(graph, equations) { throw .contradiction(cycle: cycle) }
    throw .tooLarge
  }
  return try equations.complete(cycles)
}

/// One equation per edge: tokens that a full cycle of phases writes at one end and reads at the other.
struct BalanceEquations {
  let graph: DataflowGraph
  let phaseCounts: [Int]
  let produced: [Int]
  let consumed: [Int]

  init(_ graph: DataflowGraph) throws(InconsistentRates) {
    self.graph = graph
    var phaseCounts: [Int] = []
    for count in graph.phaseCounts {
      guard let count else { throw .tooLarge }
      phaseCounts.append(count)
    }
    self.phaseCounts = phaseCounts
    var produced: [Int] = []
    var consumed: [Int] = []
    for edge in graph.edges {
      guard let out = edge.produce.tokens(inFirst: phaseCounts[edge.from]),
        let into = edge.consume.tokens(inFirst: phaseCounts[edge.to])
      else { throw .tooLarge }
      produced.append(out)
      consumed.append(into)
    }
    self.produced = produced
    self.consumed = consumed
  }

  /// Whether the edge ties the firings of its ends together.
  func couples(_ edge: Int) -> Bool { produced[edge] > 0 && consumed[edge] > 0 }

  /// Cycles per actor, or nil where the equations contradict or a number does not fit.
  ///
  /// Within a connected part, an actor's ratio to the first one is in lowest terms. So the first one's cycles are the
  /// common multiple of the denominators, and a ratio that does not fit means a solution that does not fit.
  func solve() -> [Int]? {
    let incident = graph.incidentEdges(where: couples)
    let isStarved = starvedActors
    var ratios = [Rational?](repeating: nil, count: graph.actors.count)
    var cycles = [Int](repeating: 0, count: graph.actors.count)
    for root in graph.actors.indices where ratios[root] == nil {
      ratios[root] = 1
      var part = [root], next = 0
      var multiple = 1
      while next < part.count {
        let actor = part[next]
        next += 1
        for index in incident[actor] {
          let edge = graph.edges[index]
          let isForward = edge.from == actor
          let step = Rational(isForward ? produced[index] : consumed[index], isForward ? consumed[index] : produced[index])
          guard let ratio = ratios[actor]!.multipliedReportingOverflow(by: step) else { return nil }
          let other = isForward ? edge.to : edge.from
          if let known = ratios[other] {
            if known != ratio { return nil }
            continue
          }
          guard let common = leastCommonMultipleReportingOverflow(multiple, ratio.denominator) else { return nil }
          multiple = common
          ratios[other] = ratio
          part.append(other)
        }
      }
      if part.contains(where: { isStarved[$0] }) { continue }
      for actor in part {
        let ratio = ratios[actor]!
        let (count, overflow) = (multiple / ratio.denominator).multipliedReportingOverflow(by: ratio.numerator)
        if overflow { return nil }
        cycles[actor] = count
      }
    }
    return cycles
  }

  /// Actors that would fill an edge nobody reads, or read from one that nobody fills.
  private var starvedActors: [Bool] {
    var starved = [Bool](repeating: false, count: graph.actors.count)
    for (index, edge) in graph.edges.enumerated() where !couples(index) {
      if produced[index] > 0 { starved[edge.from] = true }
      if consumed[index] > 0 { starved[edge.to] = true }
    }
    return starved
  }

  /// The whole vector; throws where totals do not fit.
  func complete(_ cycles: [Int]) throws(InconsistentRates) -> RepetitionVector {
    var firings: [Int] = []
    var total = 0
    for (count, phases) in zip(cycles, phaseCounts) {
      let (product, overflow) = count.multipliedReportingOverflow(by: phases)
      let (sum, overflowSum) = total.addingReportingOverflow(product)
      if overflow || overflowSum { throw .tooLarge }
      total = sum
      firings.append(product)
    }
    var tokens: [Int] = []
    for (index, edge) in graph.edges.enumerated() {
      let (product, overflow) = produced[index].multipliedReportingOverflow(by: cycles[edge.from])
      // What waits before an iteration and what passes in it may queue up together.
      let (_, overflowSum) = product.addingReportingOverflow(edge.initialTokens)
      if overflow || overflowSum { throw .tooLarge }
      tokens.append(product)
    }
    return RepetitionVector(cycles: cycles, phaseCounts: phaseCounts, firings: firings, tokens: tokens)
  }
}
