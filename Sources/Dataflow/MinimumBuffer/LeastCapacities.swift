/// The fewest tokens that each edge must be able to hold under any periodic schedule, seen by itself: between firings,
/// in the order of edges. An edge from an actor to itself counts what waits on it while its actor does not fire.
///
///     A 2 -> 3 B        gives        4        (p + c - g + d mod g, or d where that is more)
///
/// The writer need not fire before the reader lacks tokens, so an edge holds most where the reader lacks the fewest and the
/// writer fires. Over the cycles of both phases what waits runs through all numbers that agree modulo the greatest
/// common divisor g of the two rates. Exact for each edge alone; together the bounds may be out of reach.
/// Source: Ade, Lauwereins and Peperstraete, Data Memory Minimisation for Synchronous Data Flow Graphs, DAC 1997; by
/// phase as for the lags of Bodin, Munier-Kordon and Dupont de Dinechin, ESTIMedia 2013.
///
/// - Parameter repetitions: of this graph.
public func leastCapacities(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> [Int] {
  zip(graph.edges, repetitions.tokens).map { edge, tokens in
    if tokens == 0 { return edge.initialTokens }
    return edge.from == edge.to ? mostBetweenFirings(edge) : leastCapacity(edge)
  }
}

private func leastCapacity(_ edge: DataflowGraph.Edge) -> Int {
  let written = edge.produce, read = edge.consume
  let divisor = greatestCommonDivisor(written.perCycle, read.perCycle)
  let pairs = written.phases.count.multipliedReportingOverflow(by: read.phases.count)
  guard !pairs.overflow, pairs.partialValue <= 1 << 22 else {
    return max(edge.initialTokens, written.phases.max()!, read.phases.max()!)
  }
  var most = edge.initialTokens
  for (j, writes) in written.phases.enumerated() {
    let given = sum(edge.initialTokens, written.sums[j], modulo: divisor)
    for (i, reads) in read.phases.enumerated() where reads > 0 {
      // The most tokens below `reads` that can wait when the writer is at phase j and the reader at phase i.
      let residue = difference(given, read.sums[i], modulo: divisor)
      let left = reads - 1 - difference(reads - 1, residue, modulo: divisor)
      if left >= 0 { most = max(most, left + writes) }
    }
  }
  return most
}

/// Without overflow, for numbers from 0 up.
private func sum(_ a: Int, _ b: Int, modulo divisor: Int) -> Int {
  let (x, y) = (a % divisor, b % divisor)
  return x >= divisor - y ? x - (divisor - y) : x + y
}

private func difference(_ a: Int, _ b: Int, modulo divisor: Int) -> Int {
  let (x, y) = (a % divisor, b % divisor)
  return x >= y ? x - y : x + (divisor - y)
}

/// What waits on an edge from an actor to itself comes back after a cycle of phases.
private func mostBetweenFirings(_ edge: DataflowGraph.Edge) -> Int {
  let cycle = leastCommonMultiple(edge.produce.phases.count, edge.consume.phases.count)
  var waiting = edge.initialTokens, most = waiting
  for firing in 0..<cycle {
    waiting += edge.produce.phases[firing % edge.produce.phases.count]
    waiting -= edge.consume.phases[firing % edge.consume.phases.count]
    most = max(most, waiting)
  }
  return most
}
