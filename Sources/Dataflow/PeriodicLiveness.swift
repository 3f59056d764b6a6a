/// Whether the actors could fire strictly periodically, each firing at its even distance, given enough time: then they are
/// live, whatever their repetition counts. False says nothing.
///
/// Firing m of the writer and firing n of the reader are bound together where m must come first, that is where
/// initialTokens + written(m firings) < read(n + 1 firings). With firings evenly spread over an iteration, the reader must
/// start later than the writer by w, the greatest m/M - n/N over such pairs; it depends on the phases and on multiples of the
/// greatest common divisor of the two rates alone. Start times exist where no cycle of edges adds up to 0 or more.
/// Source: Benabid, Hanen, Marchetti and Munier, Periodic Schedules for Bounded Timed Weighted Event Graphs, IEEE Trans.
/// Automatic Control 2012; phases after Bodin, Munier-Kordon and Dupont de Dinechin, ESTIMedia 2013.
func canFirePeriodically(_ graph: DataflowGraph, _ repetitions: RepetitionVector, actors: [Int], edges: [Int]) -> Bool {
  // More than any error of rounding at the potentials allowed below; loops with less to spare stay unproven.
  let margin = 1e-13, largestPotential = 100.0
  var lags: [(from: Int, to: Int, lag: Double)] = []
  for index in edges {
    let edge = graph.edges[index]
    guard let lag = leastLag(edge, repetitions) else { return false }
    lags.append((edge.from, edge.to, lag + margin))
  }
  var start = [Double](repeating: 0, count: graph.actors.count)
  // Bellman and Ford: without a bad cycle nothing moves after as many rounds as there are actors.
  for _ in 0...actors.count {
    var moved = false
    for (from, to, lag) in lags where start[from] + lag > start[to] {
      start[to] = start[from] + lag
      guard start[to] < largestPotential else { return false }
      moved = true
    }
    if !moved { return true }
  }
  return false
}

/// By how much of an iteration the reader must start after the writer; nil where a number does not fit.
private func leastLag(_ edge: DataflowGraph.Edge, _ repetitions: RepetitionVector) -> Double? {
  let written = edge.produce, read = edge.consume
  let writerPhases = written.phases.count, readerPhases = read.phases.count
  guard written.perCycle > 0, read.perCycle > 0 else { return -.infinity }
  guard writerPhases.multipliedReportingOverflow(by: readerPhases).partialValue < 1 << 22 else { return nil }
  let divisor = greatestCommonDivisor(written.perCycle, read.perCycle)
  let writerFirings = Double(repetitions.firings[edge.from]), readerFirings = Double(repetitions.firings[edge.to])
  // Tokens of an iteration, from the rates of this edge: its phase list may be shorter than the actor's cycle.
  let total = writerFirings / Double(writerPhases) * Double(written.perCycle)
  var lag = -Double.infinity
  for j in 0..<writerPhases where written.phases[j] > 0 {
    for i in 0..<readerPhases where read.phases[i] > 0 {
      let (lacking, overflow) = (read.sums[i + 1] - written.sums[j]).subtractingReportingOverflow(edge.initialTokens)
      guard !overflow else { return nil }
      // The largest multiple of the divisor below what is lacking.
      let (quotient, remainder) = lacking.quotientAndRemainder(dividingBy: divisor)
      let multiple = remainder > 0 ? quotient : quotient - 1
      lag = max(lag, Double(j) / writerFirings - Double(i) / readerFirings + Double(multiple) * Double(divisor) / total)
    }
  }
  return lag
}
