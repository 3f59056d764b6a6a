/// Tokens that a buffer of one edge holds at least, whatever happens on the other edges; edges from an actor to itself
/// count nothing, for they hold the same number of tokens between any two firings.
///
/// The numbers are for a buffer that is private to its edge and counted between firings; sums over edges are bounds of the
/// whole graph, which cannot always be met on all edges at once.
public struct EdgeBounds: Sendable, Hashable {
  /// For any schedule: p + c - g + (d mod g), or d where that is more (g the greatest common divisor of p and c).
  /// With phases, the greatest such number over the pairs of phases that can wait for one another.
  /// Source: Ade, Lauwereins and Peperstraete, Data Memory Minimisation for Synchronous Data Flow Graphs, DAC 1997.
  public let anySchedule: [Int]
  /// For a schedule in which every actor appears once: pc/g + d, or d where d alone lasts for pc/g.
  /// Source: Bhattacharyya, Murthy and Lee, Software Synthesis from Dataflow Graphs, 1996 (BMLB).
  public let singleAppearance: [Int]

  /// Sums over all edges; nil where the sum does not fit.
  public var anyScheduleSum: Int? { sumReportingOverflow(anySchedule) }
  public var singleAppearanceSum: Int? { sumReportingOverflow(singleAppearance) }

  public init(_ graph: DataflowGraph, _ repetitions: RepetitionVector) {
    var any: [Int] = []
    var single: [Int] = []
    for edge in graph.edges {
      guard edge.from != edge.to else {
        any.append(0)
        single.append(0)
        continue
      }
      let initial = edge.initialTokens
      // Totals fit, for the repetition vector does.
      let p = edge.produce.tokens(inFirst: repetitions.phaseCounts[edge.from])!
      let c = edge.consume.tokens(inFirst: repetitions.phaseCounts[edge.to])!
      guard p > 0, c > 0 else {
        any.append(initial)
        single.append(initial)
        continue
      }
      let period = leastCommonMultipleReportingOverflow(p, c) ?? .max
      single.append(initial >= period ? initial : saturatingSum(period, initial))
      any.append(max(initial, mostTokensOnDemand(edge, greatestCommonDivisor(p, c))))
    }
    anySchedule = any
    singleAppearance = single
  }
}

/// The most tokens on an edge whose writer fires only when its reader needs it to, over all states the two can be in.
///
/// When phase m of the writer brings what phase n of the reader waits for, the reader leaves x tokens behind,
/// 0 <= x < what m wrote, and x is fixed modulo g by the tokens that both have moved before.
private func mostTokensOnDemand(_ edge: DataflowGraph.Edge, _ divisor: Int) -> Int {
  var most = 0
  for (m, written) in edge.produce.phases.enumerated() where written > 0 {
    for (n, read) in edge.consume.phases.enumerated() {
      let before = remainder(edge.initialTokens, plus: edge.produce.sums[m + 1], divisor)
      let residue = remainder(before, minus: edge.consume.sums[n + 1], divisor)
      guard residue < written else { continue }
      most = max(most, saturatingSum((written - 1 - residue) / divisor * divisor + residue, read))
    }
  }
  return most
}

private func remainder(_ a: Int, plus b: Int, _ divisor: Int) -> Int {
  let (x, y) = (a % divisor, b % divisor)
  return x >= divisor - y ? x - (divisor - y) : x + y
}

private func remainder(_ a: Int, minus b: Int, _ divisor: Int) -> Int {
  let (x, y) = (a % divisor, b % divisor)
  return x >= y ? x - y : x + (divisor - y)
}

private func saturatingSum(_ a: Int, _ b: Int) -> Int {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? .max : sum
}

private func sumReportingOverflow(_ numbers: [Int]) -> Int? {
  var total = 0
  for number in numbers {
    let (sum, overflow) = total.addingReportingOverflow(number)
    if overflow { return nil }
    total = sum
  }
  return total
}
