/// Two ways round a contradictory cycle that ask for different numbers of firings of one actor.
public struct RateConflict: Sendable, Hashable {
  /// One end of both ways, and how often it fires.
  public let start: Int
  public let startFirings: Int
  /// Edges from `start` to `end`, walked in either direction.
  public let way: [Int]
  /// The edge that joins both ends directly.
  public let shortcut: Int
  public let end: Int
  /// Firings of `end` that the way implies, and those that the shortcut implies.
  public let firings: Int
  public let shortcutFirings: Int
}

/// Spells out why the rates around a cycle contradict one another; nil where a number does not fit.
///
/// - Parameter cycle: edges in walking order, as `InconsistentRates.contradiction` gives them.
public func explainConflict(_ graph: DataflowGraph, cycle: [Int]) -> RateConflict? {
  guard let shortcut = cycle.last, let equations = try? BalanceEquations(graph) else { return nil }
  let way = Array(cycle.dropLast())
  let last = graph.edges[shortcut]
  /// Cycles of the far end per cycle of the near end.
  func step(_ index: Int, from near: Int) -> Rational {
    let isForward = graph.edges[index].from == near
    let (p, c) = (equations.produced[index], equations.consumed[index])
    return isForward ? Rational(p, c) : Rational(c, p)
  }
  func far(_ index: Int, from near: Int) -> Int {
    graph.edges[index].from == near ? graph.edges[index].to : graph.edges[index].from
  }
  // The way starts at the end of the shortcut that its first edge touches.
  for start in way.isEmpty ? [last.from] : [last.from, last.to] {
    var actor = start
    var ratio: Rational? = 1
    var fits = true
    for index in way {
      let edge = graph.edges[index]
      guard edge.from == actor || edge.to == actor else {
        fits = false
        break
      }
      ratio = ratio?.multipliedReportingOverflow(by: step(index, from: actor))
      actor = far(index, from: actor)
    }
    let end = start == last.from ? last.to : last.from
    guard fits, actor == end, let ratio else { continue }
    // The shortcut leads from `start` to `end`; an edge to itself implies p/c cycles for each.
    let direct = step(shortcut, from: start)
    guard let multiple = leastCommonMultipleReportingOverflow(ratio.denominator, direct.denominator),
      let firings = multiple.times(ratio, equations.phaseCounts[end]),
      let shortcutFirings = multiple.times(direct, equations.phaseCounts[end]),
      let startFirings = multiple.times(1, equations.phaseCounts[start])
    else { return nil }
    return RateConflict(
      start: start, startFirings: startFirings, way: way, shortcut: shortcut, end: end, firings: firings,
      shortcutFirings: shortcutFirings)
  }
  return nil
}

extension Int {
  /// `self * ratio * count`, for a multiple of the ratio's denominator; nil where it does not fit.
  fileprivate func times(_ ratio: Rational, _ count: Int) -> Int? {
    let (a, overflow) = (self / ratio.denominator).multipliedReportingOverflow(by: ratio.numerator)
    let (b, overflowB) = a.multipliedReportingOverflow(by: count)
    return overflow || overflowB ? nil : b
  }
}
