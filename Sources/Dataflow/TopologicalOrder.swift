/// Which of the nodes that may come next does.
enum OrderPreference {
  /// The one with the lowest key.
  case givenOrder
  /// One that the last node made ready, so that a consumer runs while its producer's data is still in the cache; the
  /// lowest key among equals.
  case nextToProducer
}

/// An order in which every edge leads forwards, or nil where the edges form a cycle. `keys` are distinct.
/// O((V + E) log V).
func topologicalOrder(keys: [Int], edges: [DirectedEdge], preference: OrderPreference) -> [Int]? {
  let leaving = Adjacency(nodeCount: keys.count, keys: edges.map(\.from))
  var missing = [Int](repeating: 0, count: keys.count)
  for edge in edges { missing[edge.to] += 1 }
  var order: [Int] = []
  order.reserveCapacity(keys.count)
  let sources = keys.indices.filter { missing[$0] == 0 }

  func successors(_ node: Int) -> [Int] {
    var ready: [Int] = []
    for edge in leaving[node] {
      let next = edges[edge].to
      missing[next] -= 1
      if missing[next] == 0 { ready.append(next) }
    }
    return ready
  }
  switch preference {
  case .givenOrder:
    var ready = MinimumHeap(sources.map { (keys[$0], $0) })
    while let (_, node) = ready.removeMinimum() {
      order.append(node)
      for next in successors(node) { ready.insert((keys[next], next)) }
    }
  case .nextToProducer:
    var ready = sources.sorted { keys[$0] > keys[$1] }
    while let node = ready.popLast() {
      order.append(node)
      ready += successors(node).sorted { keys[$0] > keys[$1] }
    }
  }
  return order.count == keys.count ? order : nil
}

/// A binary heap of pairs, least key first.
struct MinimumHeap {
  private var items: [(key: Int, node: Int)] = []

  init(_ items: [(Int, Int)]) { for item in items { insert(item) } }

  var isEmpty: Bool { items.isEmpty }

  mutating func insert(_ item: (Int, Int)) {
    items.append((item.0, item.1))
    var index = items.count - 1
    while index > 0, items[(index - 1) / 2].key > items[index].key {
      items.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func removeMinimum() -> (Int, Int)? {
    guard let last = items.popLast() else { return nil }
    guard let first = items.first else { return last }
    items[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < items.count && items[child].key < items[least].key {
        least = child
      }
      if least == index { return first }
      items.swapAt(index, least)
      index = least
    }
  }
}
