/// Where each buffer of an arena lies.
struct ArenaPacking {
  var offsets: [Int]
  var size: Int
}

/// Places buffers so that no two that hold tokens at once overlap: first fit, in several orders.
///
/// Source: first fit by start and by duration, Murthy and Bhattacharyya, IEEE Trans. CAD 2001; by size as in general dynamic
/// storage allocation.
///
/// - Parameter lowerBound: a size that cannot be beaten, at which the search ends.
/// - Parameter tries: orders to try beyond the four fixed ones, each got by moving a buffer that lies at the top forwards;
///   fewer with many buffers.
func packed(_ lives: BufferLives, lowerBound: Int, tries: Int) -> ArenaPacking {
  let intervals = lives.intervals
  var packer = FirstFit(lives)
  func length(_ index: Int) -> Int { intervals[index].last - intervals[index].first }
  let keys: [(Int) -> (Int, Int)] = [
    { (-intervals[$0].size, intervals[$0].first) },
    { (intervals[$0].first, -intervals[$0].size) },
    { (-length($0), -intervals[$0].size) },
    { (-intervals[$0].last, -intervals[$0].size) },
  ]
  // Beyond some thousand buffers the order of starts alone is near-linear: what has ended is out of the way.
  if intervals.count > 2_048 { return packer.packByStart() }
  let wrapping = { (index: Int) in intervals[index].wraps ? 0 : 1 }
  var best: (order: [Int], packing: ArenaPacking)?
  for key in keys {
    let order = intervals.indices.sorted { a, b in
      let (x, y) = (key(a), key(b))
      return (wrapping(a), x.0, x.1, a) < (wrapping(b), y.0, y.1, b)
    }
    let packing = packer.pack(order)
    if best == nil || packing.size < best!.packing.size { best = (order, packing) }
    if packing.size <= lowerBound { return packing }
  }
  var random = SearchRandom(seed: intervals.count)
  var (order, packing) = best!
  for _ in 0..<min(tries, 40_000_000 / (1 + intervals.count * intervals.count))
  where best!.packing.size > lowerBound && order.count > 1 {
    var trial = order
    let top = trial.indices.filter { packing.offsets[trial[$0]] + intervals[trial[$0]].size == packing.size }
    let place = random.below(3) > 0 && !top.isEmpty ? top[random.below(top.count)] : random.below(trial.count)
    trial.insert(trial.remove(at: place), at: place == 0 ? random.below(trial.count) : random.below(place))
    let result = packer.pack(trial)
    guard result.size <= packing.size else { continue }
    (order, packing) = (trial, result)
    if packing.size < best!.packing.size { best = (order, packing) }
  }
  return best!.packing
}

private struct FirstFit {
  private let intervals: [BufferInterval]
  /// The relations of each buffer; empty where there are none at all.
  private var relations: [[BufferLives.Relation]] = []
  private var placed: [(offset: Int, end: Int, index: Int)] = []

  init(_ lives: BufferLives) {
    intervals = lives.intervals
    placed.reserveCapacity(intervals.count)
    guard !lives.relations.isEmpty else { return }
    relations = [[BufferLives.Relation]](repeating: [], count: intervals.count)
    for relation in lives.relations {
      relations[relation.input].append(relation)
      relations[relation.output].append(relation)
    }
  }

  /// Puts each buffer in turn at the lowest offset that is free throughout its life.
  mutating func pack(_ order: [Int]) -> ArenaPacking {
    placed.removeAll(keepingCapacity: true)
    var packing = ArenaPacking(offsets: [Int](repeating: 0, count: intervals.count), size: 0)
    for index in order where intervals[index].size > 0 { place(index, &packing) }
    return packing
  }

  mutating func packByStart() -> ArenaPacking {
    placed.removeAll(keepingCapacity: true)
    var packing = ArenaPacking(offsets: [Int](repeating: 0, count: intervals.count), size: 0)
    let order = intervals.indices.sorted { a, b in
      let (x, y) = (intervals[a], intervals[b])
      return (x.wraps ? 0 : 1, x.first, -x.size, a) < (y.wraps ? 0 : 1, y.first, -y.size, b)
    }
    for index in order where intervals[index].size > 0 {
      if !intervals[index].wraps {
        placed.removeAll { !intervals[$0.index].wraps && intervals[$0.index].last < intervals[index].first }
      }
      place(index, &packing)
    }
    return packing
  }

  private mutating func place(_ index: Int, _ packing: inout ArenaPacking) {
    let own = relations.isEmpty ? [] : relations[index]
    let size = intervals[index].size
    var offset = 0
    while true {
      let before = offset
      for other in placed where other.end > offset {
        if other.offset >= offset + size { break }
        guard intervals[other.index].meets(intervals[index]) else { continue }
        if own.isEmpty { offset = other.end } else { offset = passing(other, own, index, offset) }
      }
      // What was well placed over a related buffer may no longer be, once others pushed it on.
      if own.isEmpty || offset == before { break }
    }
    let end = offset + size
    packing.offsets[index] = offset
    packing.size = max(packing.size, end)
    var low = 0, high = placed.count
    while low < high {
      let middle = (low + high) / 2
      if placed[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    placed.insert((offset, end, index), at: low)
  }

  /// The lowest offset from the given one on that gets on with a placed buffer which lives at the same time.
  private func passing(
    _ other: (offset: Int, end: Int, index: Int), _ own: [BufferLives.Relation], _ index: Int, _ offset: Int
  ) -> Int {
    if let relation = own.first(where: { $0.input == other.index && $0.output == index }) {
      guard let lag = relation.mostLag, offset > other.offset + lag else { return offset }
      return other.end
    }
    if let relation = own.first(where: { $0.output == other.index && $0.input == index }) {
      guard let lag = relation.mostLag else { return offset }
      return max(offset, other.offset - lag)
    }
    return other.end
  }
}
