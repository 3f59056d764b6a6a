/// Sums what lives at each place of a schedule, as `bufferIntervals` and `mostTokensAtOnce` do, again and again and fast.
final class LiveTokens {
  private let graph: AppearanceGraph
  private let overlays: [Overlay]
  private var position: [Int]
  private var changes: [Double]
  private var intervals: [(first: Int, last: Int, size: Double)]

  init(_ graph: AppearanceGraph, overlays: [Overlay] = []) {
    self.graph = graph
    self.overlays = overlays
    position = [Int](repeating: 0, count: graph.nodeCount)
    changes = [Double](repeating: 0, count: graph.nodeCount + 1)
    intervals = [(first: Int, last: Int, size: Double)](repeating: (0, 0, 0), count: graph.edges.count)
  }

  /// The most tokens at one place, less what writing in place saves there; and the mean square over places.
  /// Infinite where an edge lacks tokens for the order.
  func most(_ order: LoopOrder) -> (tokens: Double, meanSquare: Double) {
    for place in order.nodes.indices { position[order.nodes[place]] = place }
    for place in changes.indices { changes[place] = 0 }
    let isFitting = order.turns.withUnsafeBufferPointer { turns in
      for edge in graph.edges.indices where !add(edge, turns) { return false }
      return true
    }
    guard isFitting else { return (.infinity, .infinity) }
    subtractOverlays()
    var tokens = 0.0, most = 0.0, squares = 0.0
    for place in 0..<graph.nodeCount {
      tokens += changes[place]
      most = max(most, tokens)
      squares += tokens * tokens
    }
    return (most, squares / Double(graph.nodeCount))
  }

  private func add(_ edge: Int, _ turns: UnsafeBufferPointer<Int>) -> Bool {
    let writer = position[graph.from[edge]], reader = position[graph.to[edge]]
    var least = Int.max
    for place in min(writer, reader)..<max(writer, reader) { least = min(least, turns[place]) }
    var first = writer, last = reader
    while first > 0, turns[first - 1] > least { first -= 1 }
    while last < turns.count, turns[last] > least { last += 1 }
    let passing = graph.tokens[edge] / least, initial = graph.initialTokens[edge]
    var size = Double(initial)
    if writer < reader {
      size += Double(passing)
      if initial > 0 { (first, last) = (1, 0) }
    } else {
      if initial < passing { return false }
      if initial > passing || last + 1 >= first { (first, last) = (1, 0) }
    }
    intervals[edge] = (first, last, size)
    changes[first] += size
    changes[last + 1] -= size
    if first > last { changes[0] += size }
    return true
  }

  private func subtractOverlays() {
    var index = 0
    while index < overlays.count {
      let node = overlays[index].node
      var inputs = 0.0, outputs = 0.0
      var next = index
      while next < overlays.count, overlays[next].node == node {
        let overlay = overlays[next]
        if meetsOnly(overlay) {
          // An edge that stands in several pairs counts once.
          let former = overlays[index..<next].filter(meetsOnly)
          if !former.contains(where: { $0.input == overlay.input }) { inputs += intervals[overlay.input].size }
          if !former.contains(where: { $0.output == overlay.output }) { outputs += intervals[overlay.output].size }
        }
        next += 1
      }
      let saved = min(inputs, outputs)
      changes[position[node]] -= saved
      changes[position[node] + 1] += saved
      index = next
    }
  }

  /// Whether the input's life ends where the output's begins.
  private func meetsOnly(_ overlay: Overlay) -> Bool {
    let input = intervals[overlay.input], output = intervals[overlay.output]
    return input.first <= input.last && output.first <= output.last && input.last == position[overlay.node]
      && output.first == position[overlay.node]
  }
}
