import Dataflow
import PatchLanguage
import Signal

/// What arrives at one port: edges from actors, in order, and the edge behind the sum that adds them, where there is one.
struct PortTerms {
  var terms: [Int] = []
  var sum: Int?
  var main: Int?
}

extension Plan {
  func terms(_ node: Int, _ port: Int) -> PortTerms {
    guard let edge = inputEdges[node][port] else { return PortTerms() }
    let source = network.edges[edge].from
    guard case .sum = network.nodes[source].operation else { return PortTerms(terms: [edge]) }
    return PortTerms(terms: inputEdges[source].compactMap(\.self), sum: source, main: edge)
  }

  /// Frames by which an edge delays.
  func delay(_ edge: Int) -> Int { network.edges[edge].tokens + network.edges[edge].compensation }

  /// The delay behind the sum of a port.
  func mainDelay(_ terms: PortTerms) -> Int { terms.main.map(delay) ?? 0 }

  func isSum(_ node: Int) -> Bool { if case .sum = network.nodes[node].operation { true } else { false } }

  /// Audio ports, then control ports.
  func portCount(_ node: Int) -> Int { network.nodes[node].inputChannels.count + network.nodes[node].drivenParameters.count }
}

/// Which actors of one plan go on in another: those with the same name, effect and shape. Sums belong to their ports.
struct PlanMatch {
  let base: Plan
  let target: Plan
  /// For each node of the target the node of the base that goes on as it.
  private(set) var origin: [Int?]

  init(base: Plan, target: Plan) {
    (self.base, self.target) = (base, target)
    var byAddress: [String: Int] = [:]
    for (index, node) in base.network.nodes.enumerated() where !base.isSum(index) { byAddress[node.address] = index }
    origin = target.network.nodes.indices.map { index in
      guard !target.isSum(index), let former = byAddress[target.network.nodes[index].address] else { return nil }
      return Self.haveOneShape(base, former, target, index) ? former : nil
    }
    settle()
  }

  /// Takes nodes for changed: what they were fades out, and they start afresh.
  mutating func separate(_ nodes: some Sequence<Int>) {
    for node in nodes { origin[node] = nil }
    settle()
  }

  private static func haveOneShape(_ base: Plan, _ a: Int, _ target: Plan, _ b: Int) -> Bool {
    let (x, y) = (base.network.nodes[a], target.network.nodes[b])
    switch (x.operation, y.operation) {
    case (.effect(let one), .effect(let other)): guard one.spec.name == other.spec.name else { return false }
    case (.input, .input), (.output, .output), (.sampler, .sampler): break
    default: return false
    }
    guard x.inputRate == y.inputRate, x.rate == y.rate, x.inputChannels == y.inputChannels,
      x.outputChannels == y.outputChannels, x.drivenParameters == y.drivenParameters, x.latency == y.latency
    else { return false }
    guard let one = base.contexts[a], let other = target.contexts[b] else { return true }
    func names(_ plan: Plan, _ node: Network.Node) -> [String] { plan.graph.actors[node.actor!].parameters.map(\.name) }
    return one.configuration == other.configuration && one.unconnectedInputs == other.unconnectedInputs
      && names(base, x) == names(target, y)
  }

  /// A value that drives a parameter cannot fade: whose driver is another is another. A delay behind a sum cannot either.
  private mutating func settle() {
    var isSettled = false
    while !isSettled {
      isSettled = true
      for (node, former) in origin.enumerated() {
        guard let former else { continue }
        let audio = target.network.nodes[node].inputChannels.count
        var isSampler = false
        if case .sampler = target.network.nodes[node].operation { isSampler = true }
        let fits = (0..<target.portCount(node)).allSatisfy { port in
          let (a, b) = (base.terms(former, port), target.terms(node, port))
          if isSampler || port >= audio { return match(a, b).count == b.terms.count && a.terms.count == b.terms.count }
          return base.mainDelay(a) == target.mainDelay(b)
        }
        if !fits { (origin[node], isSettled) = (nil, false) }
      }
    }
  }

  /// The edges of a port of the target that were there before, each with what it was.
  func match(_ a: PortTerms, _ b: PortTerms) -> [Int: Int] {
    var free = a.terms
    var pairs: [Int: Int] = [:]
    for edge in b.terms {
      guard let place = free.firstIndex(where: { isSame($0, edge) }) else { continue }
      pairs[edge] = free.remove(at: place)
    }
    return pairs
  }

  private func isSame(_ a: Int, _ b: Int) -> Bool {
    let (x, y) = (base.network.edges[a], target.network.edges[b])
    return origin[y.from] == x.from && x.outputPort == y.outputPort && x.channelMap == y.channelMap && x.rate == y.rate
      && base.delay(a) == target.delay(b)
  }

  /// What each edge of the target was that was there before, edges behind sums included.
  var formerEdge: [Int: Int] {
    var former: [Int: Int] = [:]
    for (node, origin) in origin.enumerated() {
      guard let origin else { continue }
      for port in 0..<target.portCount(node) {
        let (a, b) = (base.terms(origin, port), target.terms(node, port))
        former.merge(match(a, b)) { first, _ in first }
        if let main = b.main, let before = a.main { former[main] = before }
      }
    }
    return former
  }

  /// Whether the target runs as the base does, node for node.
  var isIdentity: Bool {
    guard base.network.nodes.count == target.network.nodes.count else { return false }
    return target.network.nodes.indices.allSatisfy { node in
      if target.isSum(node) { return base.isSum(node) }
      guard origin[node] == node else { return false }
      return (0..<target.portCount(node)).allSatisfy { port in
        let (a, b) = (base.terms(node, port), target.terms(node, port))
        return a.terms.count == b.terms.count && zip(a.terms, b.terms).allSatisfy { isSame($0, $1) }
      }
    }
  }
}
