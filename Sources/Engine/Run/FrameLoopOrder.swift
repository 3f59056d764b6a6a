import Dataflow
import Signal

/// The order in which a frame loop runs its nodes: in stages, each after what it hears in the same frame, and in a stage what
/// mixes alike together.
struct FrameLoopOrder {
  /// What runs as one.
  struct Item {
    /// In the order of firing; a sum right before the gain that alone hears it.
    var nodes: [Int]
    var kind: Kind
  }

  enum Kind: Hashable {
    case alone
    /// Sums, of so many ports, and gains; what is heard in later frames apart.
    case mix(portCount: Int, isHeld: Bool)
    /// Filters of second-order sections.
    case sections
  }

  let items: [Item]
  /// For a gain, the sum that only it hears.
  let sumOfGain: [Int: Int]

  private let itemOfNode: [Int: Int]

  /// - Parameter members: in an order in which each fires after what it hears in the same frame.
  init(_ plan: Plan, _ members: [Int]) {
    let network = plan.network
    let isInside = Set(members)
    var readers: [Int: Int] = [:]
    var held: Set<Int> = []
    for (index, edge) in network.edges.enumerated() {
      readers[edge.from, default: 0] += 1
      if isInside.contains(edge.to), plan.lineOfEdge[index] != nil { held.insert(edge.from) }
    }
    /// The nodes of the loop that a node hears in the same frame.
    func heard(_ node: Int) -> [Int] {
      plan.inputEdges[node].compactMap { index in
        guard let index, plan.lineOfEdge[index] == nil, isInside.contains(network.edges[index].from) else { return nil }
        return network.edges[index].from
      }
    }
    func mixes(_ node: Int) -> (isSum: Bool, isGain: Bool) {
      switch network.nodes[node].operation {
      case .sum: (true, false)
      case .effect(let type): (false, type.isGain)
      case .input, .output, .sampler: (false, false)
      }
    }
    func kind(_ node: Int, portCount: Int) -> Kind {
      if case .effect(let type) = network.nodes[node].operation, type.isSectionSeries { return .sections }
      let mixes = mixes(node)
      return mixes.isSum || mixes.isGain ? .mix(portCount: portCount, isHeld: held.contains(node)) : .alone
    }
    var sumOfGain: [Int: Int] = [:]
    for gain in members where mixes(gain).isGain {
      if let sum = heard(gain).first, mixes(sum).isSum, readers[sum] == 1,
        network.nodes[sum].outputChannels == network.nodes[gain].inputChannels
      {
        sumOfGain[gain] = sum
      }
    }
    var stage: [Int: Int] = [:]
    for node in members {
      stage[node] = sumOfGain[node].map { stage[$0]! } ?? (heard(node).map { stage[$0]! + 1 }.max() ?? 0)
    }
    // What fires alone keeps its order in its stage; of what runs together, one item for each stage and kind.
    struct Place: Hashable {
      var stage: Int
      var kind: Kind
    }
    var items: [(stage: Int, item: Item)] = []
    var itemOfPlace: [Place: Int] = [:]
    let taken = Set(sumOfGain.values)
    for node in members where !taken.contains(node) {
      let nodes = sumOfGain[node].map { [$0, node] } ?? [node]
      let place = Place(stage: stage[node]!, kind: kind(node, portCount: network.nodes[nodes[0]].inputChannels.count))
      if place.kind != .alone, let index = itemOfPlace[place] {
        items[index].item.nodes += nodes
      } else {
        itemOfPlace[place] = items.count
        items.append((place.stage, Item(nodes: nodes, kind: place.kind)))
      }
    }
    let order = items.indices.sorted { (items[$0].stage, $0) < (items[$1].stage, $1) }
    // What filters hear stands in their order, so that their inputs lie side by side as well.
    var rank: [Int: Int] = [:]
    for index in order where items[index].item.kind == .sections {
      for node in items[index].item.nodes {
        for source in heard(node) where rank[source] == nil { rank[source] = rank.count }
      }
    }
    self.items = order.map { index in
      var item = items[index].item
      guard case .mix = item.kind else { return item }
      let ends = item.nodes.filter { !taken.contains($0) }.enumerated().sorted {
        (rank[$0.element, default: .max], $0.offset) < (rank[$1.element, default: .max], $1.offset)
      }
      item.nodes = ends.flatMap { end in sumOfGain[end.element].map { [$0, end.element] } ?? [end.element] }
      return item
    }
    self.sumOfGain = sumOfGain
    itemOfNode = Dictionary(
      uniqueKeysWithValues: self.items.enumerated().flatMap { index, item in item.nodes.map { ($0, index) } })
  }

  /// Whether a node has fired, and what runs with it, before another one does.
  func runs(_ node: Int, before other: Int) -> Bool { itemOfNode[node]! < itemOfNode[other]! }

  func contains(_ node: Int) -> Bool { itemOfNode[node] != nil }
}
