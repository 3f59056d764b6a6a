/// Which firing waits for which, when every actor repeats its firings after a fixed number of cycles through its phases.
///
/// A node is one of the firings that an actor repeats. An arc says that its head starts no earlier than its tail has ended,
/// `height` iterations before: start(head) >= start(tail) + time - height * period. A cycle of arcs therefore asks for a
/// period of at least its time over its height.
/// Source: Bodin, Munier-Kordon and Dupont de Dinechin, K-Periodic Schedules for Evaluating the Maximum Throughput of a
/// Synchronous Dataflow Graph, SAMOS 2012, and Optimal and Fast Throughput Evaluation of CSDF, DAC 2016.
struct FiringConstraints {
  /// What firings take, and whether those of one actor may overlap.
  enum Timing {
    /// The execution times, and the next firing of an actor waits for the end of the last.
    case sequential
    /// The execution times, and the next firing waits for tokens alone.
    case overlapping
    /// 1 each, one after the other.
    case units
  }

  private(set) var nodeCount = 0
  /// The actor of each node, in the numbering of `actors`.
  private(set) var actorOf: [Int32] = []
  /// Arcs grouped by their tail.
  private(set) var starts: [Int] = []
  private(set) var heads: [Int32] = []
  private(set) var times: [Double] = []
  private(set) var heights: [Double] = []
  /// The exact height of an arc, as a ratio.
  private(set) var heightNumerators: [Int] = []
  private(set) var heightDenominators: [Int] = []

  /// - Parameters:
  ///   - actors: the actors of one strongly connected component, all of which fire.
  ///   - edges: the edges inside.
  ///   - repeats: cycles after which each of `actors` repeats itself; divisors of their cycles in an iteration.
  ///   - place: the index in `actors` of each of the graph's actors.
  ///   - arcLimit: arcs at most.
  /// - Returns: nil beyond the limit.
  init?(
    _ graph: DataflowGraph, _ repetitions: RepetitionVector, actors: [Int], edges: [Int], repeats: [Int], timing: Timing,
    place: [Int], arcLimit: Int
  ) {
    var first: [Int] = []
    for (index, actor) in actors.enumerated() {
      first.append(nodeCount)
      let (firings, overflow) = repeats[index].multipliedReportingOverflow(by: repetitions.phaseCounts[actor])
      guard !overflow, firings <= arcLimit - nodeCount else { return nil }
      nodeCount += firings
    }
    first.append(nodeCount)
    actorOf.reserveCapacity(nodeCount)
    for index in actors.indices { for _ in first[index]..<first[index + 1] { actorOf.append(Int32(index)) } }

    var list = ArcList(limit: arcLimit)
    // An actor's firings start in order; that takes no time where they may overlap.
    let ordering = timing == .overlapping
    for (index, actor) in actors.enumerated() {
      let nodes = first[index]..<first[index + 1]
      for node in nodes {
        let isLast = node + 1 == nodes.upperBound
        list.append(
          from: node, to: isLast ? nodes.lowerBound : node + 1, height: isLast ? repeats[index] : 0,
          over: repetitions.cycles[actor], isInstant: ordering)
      }
    }
    for index in edges {
      let edge = graph.edges[index]
      let (from, to) = (place[edge.from], place[edge.to])
      guard repetitions.tokens[index] > 0,
        list.appendArcs(
          of: edge, tokens: repetitions.tokens[index], writers: first[from]..<first[from + 1],
          readers: first[to]..<first[to + 1])
      else {
        if repetitions.tokens[index] > 0 { return nil }
        continue
      }
    }
    guard list.tails.count <= arcLimit else { return nil }
    let durations = actors.indices.flatMap { index in
      let times = timing == .units ? [1] : graph.actors[actors[index]].executionTimes
      return (0..<(first[index + 1] - first[index])).lazy.map { Double(times[$0 % times.count]) }
    }
    group(list, durations)
  }

  private mutating func group(_ list: ArcList, _ durations: [Double]) {
    starts = [Int](repeating: 0, count: nodeCount + 1)
    for tail in list.tails { starts[Int(tail) + 1] += 1 }
    for node in 0..<nodeCount { starts[node + 1] += starts[node] }
    var next = starts
    let count = list.tails.count
    heads = [Int32](repeating: 0, count: count)
    times = [Double](repeating: 0, count: count)
    heights = times
    heightNumerators = [Int](repeating: 0, count: count)
    heightDenominators = heightNumerators
    for arc in 0..<count {
      let tail = Int(list.tails[arc]), position = next[tail]
      next[tail] += 1
      heads[position] = list.heads[arc]
      times[position] = list.isInstant[arc] ? 0 : durations[tail]
      heights[position] = Double(list.numerators[arc]) / Double(list.denominators[arc])
      heightNumerators[position] = list.numerators[arc]
      heightDenominators[position] = list.denominators[arc]
    }
  }
}

/// Arcs in no order yet.
private struct ArcList {
  let limit: Int
  var tails: [Int32] = []
  var heads: [Int32] = []
  var numerators: [Int] = []
  var denominators: [Int] = []
  /// Whether the head may start together with the tail.
  var isInstant: [Bool] = []

  init(limit: Int) { self.limit = limit }

  mutating func append(from tail: Int, to head: Int, height: Int, over denominator: Int, isInstant: Bool = false) {
    tails.append(Int32(tail))
    heads.append(Int32(head))
    numerators.append(height)
    denominators.append(denominator)
    self.isInstant.append(isInstant)
  }

  /// Firing m of the writer brings the last token that firing n of the reader waits for where the reader leaves x tokens
  /// behind, 0 <= x < written(m); and no firing before n waits for m unless x >= written(m) - read(n), without which the arc
  /// says nothing new. All x of a pair are equal modulo g, and the largest binds most.
  ///
  /// - Returns: false beyond the limit.
  mutating func appendArcs(of edge: DataflowGraph.Edge, tokens: Int, writers: Range<Int>, readers: Range<Int>) -> Bool {
    let written = edge.produce, read = edge.consume
    let divisor = greatestCommonDivisor(written.tokens(inFirst: writers.count)!, read.tokens(inFirst: readers.count)!)
    var waiting: [(residue: Int, firing: Int, sum: Int)] = []
    waiting.reserveCapacity(readers.count)
    for firing in 0..<readers.count where read.phases[firing % read.phases.count] > 0 {
      let sum = read.tokens(inFirst: firing + 1)!
      waiting.append((sum % divisor, firing, sum))
    }
    waiting.sort { ($0.residue, $0.firing) < ($1.residue, $1.firing) }
    let most = read.phases.max()!
    for firing in 0..<writers.count {
      let amount = written.phases[firing % written.phases.count]
      guard amount > 0 else { continue }
      let sum = edge.initialTokens + written.tokens(inFirst: firing + 1)!
      let base = sum % divisor
      // Residues from the one that leaves the most behind, `span` of them, going up and around.
      let span = min(amount, most, divisor)
      var low = (base - (amount - 1) % divisor) % divisor
      if low < 0 { low += divisor }
      var index = lowerBound(waiting, low)
      for _ in 0..<waiting.count {
        if index == waiting.count { index = 0 }
        let (residue, reader, readSum) = waiting[index]
        let distance = residue >= low ? residue - low : residue - low + divisor
        if distance >= span { break }
        let left = amount - 1 - distance
        if left >= amount - read.phases[reader % read.phases.count] {
          append(
            from: writers.lowerBound + firing, to: readers.lowerBound + reader, height: sum - readSum - left, over: tokens)
        }
        index += 1
      }
      if tails.count > limit { return false }
    }
    return true
  }

  private func lowerBound(_ list: [(residue: Int, firing: Int, sum: Int)], _ residue: Int) -> Int {
    var low = 0, high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].residue < residue { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
