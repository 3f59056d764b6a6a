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
/// - Parameter tries: orders to try beyond the four fixed ones, each got by moving a buffer that lies at the top forwards.
func packed(_ intervals: [BufferInterval], lowerBound: Int, tries: Int) -> ArenaPacking {
  var packer = FirstFit(intervals)
  func length(_ index: Int) -> Int { intervals[index].last - intervals[index].first }
  let keys: [(Int) -> (Int, Int)] = [
    { (-intervals[$0].size, intervals[$0].first) },
    { (intervals[$0].first, -intervals[$0].size) },
    { (-length($0), -intervals[$0].size) },
    { (-intervals[$0].last, -intervals[$0].size) },
  ]
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
  for _ in 0..<tries where best!.packing.size > lowerBound && order.count > 1 {
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
  private var placed: [(offset: Int, end: Int, index: Int)] = []

  init(_ intervals: [BufferInterval]) {
    self.intervals = intervals
    placed.reserveCapacity(intervals.count)
  }

  /// Puts each buffer in turn at the lowest offset that is free throughout its life.
  mutating func pack(_ order: [Int]) -> ArenaPacking {
    placed.removeAll(keepingCapacity: true)
    var packing = ArenaPacking(offsets: [Int](repeating: 0, count: intervals.count), size: 0)
    for index in order where intervals[index].size > 0 {
      var offset = 0
      for other in placed where other.end > offset {
        if other.offset >= offset + intervals[index].size { break }
        if intervals[other.index].meets(intervals[index]) { offset = other.end }
      }
      let end = offset + intervals[index].size
      packing.offsets[index] = offset
      packing.size = max(packing.size, end)
      var low = 0, high = placed.count
      while low < high {
        let middle = (low + high) / 2
        if placed[middle].offset < offset { low = middle + 1 } else { high = middle }
      }
      placed.insert((offset, end, index), at: low)
    }
    return packing
  }
}
