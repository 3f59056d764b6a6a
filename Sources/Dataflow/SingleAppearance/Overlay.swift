/// An output edge that a node may write over an input edge, in edges of one part.
struct Overlay: Hashable {
  var node: Int
  var input: Int
  var output: Int
  /// Tokens per firing.
  var consumed: Int
  var produced: Int

  /// By how much the output may begin behind the input where `firings` follow one another; nil where any place will do.
  ///
  /// Firing m has written up to `(m + 1) produced` and must leave alone what is read from `(m + 1) consumed` on. With equal
  /// rates the output never runs ahead of the input even within a firing, so that single tokens may be read and written in
  /// turn; with unequal rates, a firing reads all before it writes.
  func mostLag(firings: Int) -> Int? {
    if consumed == produced { return 0 }
    guard firings > 1 else { return nil }
    return min(consumed - produced, (firings - 1) * (consumed - produced))
  }
}

/// The pairs of `Actor.inPlace` that hold for edges of a part: both of fixed rates and equal tokens, and read and written by
/// the actor. By node.
func overlays(_ part: AppearanceGraph, _ graph: DataflowGraph) -> [Overlay] {
  guard part.actors.contains(where: { !graph.actors[$0].inPlace.isEmpty }) else { return [] }
  var local: [Int: Int] = [:]
  for (index, edge) in part.edges.enumerated() { local[edge] = index }
  var result: [Overlay] = []
  for node in 0..<part.nodeCount {
    var pairs: [Overlay] = []
    for pair in graph.actors[part.actors[node]].inPlace {
      guard let input = local[pair.input], let output = local[pair.output] else { continue }
      let (read, written) = (graph.edges[pair.input], graph.edges[pair.output])
      guard part.to[input] == node, part.from[output] == node, read.tokenBytes == written.tokenBytes,
        read.consume.phases.count == 1, written.produce.phases.count == 1
      else { continue }
      let overlay = Overlay(
        node: node, input: input, output: output, consumed: read.consume.perCycle, produced: written.produce.perCycle)
      if !pairs.contains(overlay) { pairs.append(overlay) }
    }
    result += pairs.sorted { ($0.input, $0.output) < ($1.input, $1.output) }
  }
  return result
}

/// When buffers live, and which may lie over which although they meet.
struct BufferLives {
  /// Of two buffers that meet at one place alone, the output may begin up to `mostLag` behind the input; anywhere if nil.
  struct Relation: Hashable {
    var place: Int
    var input: Int
    var output: Int
    var mostLag: Int?
  }

  var intervals: [BufferInterval]
  var relations: [Relation]
  var placeCount: Int

  init(intervals: [BufferInterval], relations: [Relation], placeCount: Int) {
    self.intervals = intervals
    self.relations = relations
    self.placeCount = placeCount
  }

  /// nil where an edge lacks tokens for the order.
  init?(_ graph: AppearanceGraph, _ order: LoopOrder, _ overlays: [Overlay]) {
    guard let intervals = bufferIntervals(graph, order) else { return nil }
    self.intervals = intervals
    placeCount = graph.nodeCount
    let position = overlays.isEmpty ? [] : order.positions()
    relations = overlays.compactMap { overlay in
      let input = intervals[overlay.input], output = intervals[overlay.output], place = position[overlay.node]
      guard !input.wraps, !output.wraps, input.last == place, output.first == place else { return nil }
      return Relation(
        place: place, input: overlay.input, output: overlay.output,
        mostLag: overlay.mostLag(firings: input.size / overlay.consumed))
    }
  }

  /// The most tokens at one place, less what lying over one another can save there; nil where the number does not fit.
  var lowerBound: Int? {
    guard var loads = tokensByPlace(intervals, placeCount: placeCount) else { return nil }
    var index = 0
    while index < relations.count {
      let place = relations[index].place
      let here = relations[index...].prefix { $0.place == place }
      let inputs = Set(here.map(\.input)).reduce(0) { $0 + intervals[$1].size }
      let outputs = Set(here.map(\.output)).reduce(0) { $0 + intervals[$1].size }
      loads[place] -= min(inputs, outputs)
      index += here.count
    }
    return loads.max() ?? 0
  }
}
