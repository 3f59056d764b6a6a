/// Tokens that a buffer of one edge holds at least, whatever happens on the other edges; edges from an actor to itself
/// count nothing, for they hold the same number of tokens between any two firings.
///
/// The numbers are for a buffer that is private to its edge and counted between firings; sums over edges are bounds of the
/// whole graph, which cannot always be met on all edges at once.
public struct EdgeBounds: Sendable, Hashable {
  /// For any schedule: p + c - g + (d mod g), or d where that is more (g the greatest common divisor of p and c).
  /// With phases, see `leastCapacities`.
  /// Source: Ade, Lauwereins and Peperstraete, Data Memory Minimisation for Synchronous Data Flow Graphs, DAC 1997.
  public let anySchedule: [Int]
  /// For a schedule in which every actor appears once: pc/g + d, or d where d alone lasts for pc/g.
  /// Source: Bhattacharyya, Murthy and Lee, Software Synthesis from Dataflow Graphs, 1996 (BMLB).
  public let singleAppearance: [Int]

  /// Sums over all edges; nil where the sum does not fit.
  public var anyScheduleSum: Int? { sumReportingOverflow(anySchedule) }
  public var singleAppearanceSum: Int? { sumReportingOverflow(singleAppearance) }

  public init(_ graph: DataflowGraph, _ repetitions: RepetitionVector) {
    anySchedule = zip(graph.edges, leastCapacities(graph, repetitions)).map { $0.from == $0.to ? 0 : $1 }
    var single: [Int] = []
    for edge in graph.edges {
      guard edge.from != edge.to else {
        single.append(0)
        continue
      }
      let initial = edge.initialTokens
      // Totals fit, for the repetition vector does.
      let p = edge.produce.tokens(inFirst: repetitions.phaseCounts[edge.from])!
      let c = edge.consume.tokens(inFirst: repetitions.phaseCounts[edge.to])!
      guard p > 0, c > 0 else {
        single.append(initial)
        continue
      }
      let period = leastCommonMultipleReportingOverflow(p, c) ?? .max
      single.append(initial >= period ? initial : saturatingSum(period, initial))
    }
    singleAppearance = single
  }
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
