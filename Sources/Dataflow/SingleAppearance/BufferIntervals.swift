/// When the buffer of an edge holds tokens: a stretch of places in a single appearance schedule, or all but a gap.
///
/// Lives repeat with the loops around, yet two buffers hold tokens at once exactly where these stretches meet. A buffer is
/// filled and emptied in each turn of the innermost loop around writer and reader. Within a turn it lives from the writer's
/// first firing to the reader's last: around the writer, the loops inside run several times, so the stretch begins after the
/// last place before the writer at which that turn itself goes on; likewise behind the reader. A buffer inside another loop
/// meets it in some turn or other exactly where it reaches into that stretch.
/// Source: periodic lifetimes in single appearance schedules, Murthy and Bhattacharyya, IEEE Trans. CAD 2001.
struct BufferInterval: Hashable {
  /// Places from `first` to `last`; where `first` is behind `last`, from `first` through the border of the period to `last`.
  var first: Int
  var last: Int
  /// Tokens.
  var size: Int

  /// A buffer that holds tokens all the time.
  static func always(_ size: Int) -> BufferInterval { BufferInterval(first: 1, last: 0, size: size) }

  var wraps: Bool { first > last }

  func contains(_ place: Int) -> Bool { wraps ? place >= first || place <= last : place >= first && place <= last }

  /// Whether both hold tokens at some time. Inputs and outputs of one firing do.
  func meets(_ other: BufferInterval) -> Bool {
    contains(other.first) || contains(other.last) || other.contains(first)
  }
}

/// The life of each edge's buffer, or nil where an edge lacks tokens for the order.
func bufferIntervals(_ graph: AppearanceGraph, _ order: LoopOrder) -> [BufferInterval]? {
  guard let sizes = order.sizes(graph) else { return nil }
  let position = order.positions()
  let count = order.nodes.count
  return graph.edges.indices.map { edge in
    let writer = position[graph.from[edge]], reader = position[graph.to[edge]]
    let turns = order.leastTurns(min(writer, reader), max(writer, reader))
    func back(_ place: Int) -> Int {
      var place = place
      while place > 0, order.turns[place - 1] > turns { place -= 1 }
      return place
    }
    func ahead(_ place: Int) -> Int {
      var place = place
      while place < count - 1, order.turns[place] > turns { place += 1 }
      return place
    }
    let passing = graph.tokens[edge] / turns
    if writer < reader, graph.initialTokens[edge] == 0 {
      return BufferInterval(first: back(writer), last: ahead(reader), size: sizes[edge])
    }
    if reader < writer, graph.initialTokens[edge] == passing, ahead(reader) + 1 < back(writer) {
      // Read empty before it is filled again in the same turn.
      return BufferInterval(first: back(writer), last: ahead(reader), size: sizes[edge])
    }
    return .always(sizes[edge])
  }
}

/// The tokens that live at each place; nil where their sum does not fit.
func tokensByPlace(_ intervals: [BufferInterval], placeCount: Int) -> [Int]? {
  var changes = [Int](repeating: 0, count: placeCount + 1)
  var total = 0
  for interval in intervals {
    let (sum, overflow) = total.addingReportingOverflow(interval.size)
    if overflow { return nil }
    total = sum
    changes[interval.first] += interval.size
    changes[interval.last + 1] -= interval.size
    if interval.wraps { changes[0] += interval.size }
  }
  for place in 1..<changes.count { changes[place] += changes[place - 1] }
  changes.removeLast()
  return changes
}
