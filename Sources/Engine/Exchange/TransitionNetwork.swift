import Dataflow
import PatchLanguage
import Signal

/// Where a node or an edge of a transition comes from.
enum TransitionKey: Hashable {
  /// Of the plan that is to be.
  case target(Int)
  /// Of the plan that was.
  case base(Int)
}

/// The network of a patch that is changing into another:
///
///     was a -> b -> out, is to be a -> c -> out:     a -> b -> fade out -> out
///                                                    a -> c -> fade in  -> out
///
/// What goes on is there once. `isLast` is what follows when all has faded: the patch that is to be, and what removed
/// actors still sound.
struct TransitionNetwork {
  private(set) var network = Network()
  private(set) var contexts: [RenderContext?]
  private(set) var departures: [Rational]
  private(set) var actors: [Graph.Actor]
  private(set) var nodeKeys: [Int: TransitionKey] = [:]
  private(set) var fadeOf: [TransitionKey: Int] = [:]
  private(set) var edgeKeys: [Int: TransitionKey] = [:]
  /// The places of base nodes that are carried along.
  private(set) var placeOf: [Int: Int] = [:]

  private let match: PlanMatch
  private let timing: TransitionTiming
  private let remains: Remains
  private let isLast: Bool

  init(_ match: PlanMatch, _ timing: TransitionTiming, _ remains: Remains, isLast: Bool) {
    (self.match, self.timing, self.remains, self.isLast) = (match, timing, remains, isLast)
    let target = match.target
    (contexts, departures, actors) = (target.contexts, target.departures, target.graph.actors)
    network.nodes = target.network.nodes
    for node in network.nodes.indices { nodeKeys[node] = .target(node) }
    carry()
    for node in target.network.nodes.indices where !target.isSum(node) {
      for port in 0..<target.portCount(node) { connectTarget(node, port) }
    }
    for (node, place) in placeOf.sorted(by: { $0.value < $1.value }) {
      for port in 0..<match.base.portCount(node) { connectBase(node, place, port) }
    }
  }

  var hasFades: Bool { !fadeOf.isEmpty }

  // MARK: What is carried along

  /// Finds what of the base still sounds at an edge that goes on, and what that hangs on.
  private mutating func carry() {
    var stack: [Int] = []
    for (node, former) in match.origin.enumerated() {
      guard let former else { continue }
      for port in 0..<match.target.network.nodes[node].inputChannels.count {
        stack += oldTerms(node, former, port).filter { !isLast || remains.sounds($0) }.map { match.base.network.edges[$0].from }
      }
    }
    let kept = Set(match.origin.compactMap(\.self))
    var found: Set<Int> = []
    while let node = stack.popLast() {
      guard !kept.contains(node), found.insert(node).inserted else { continue }
      for port in 0..<match.base.portCount(node) {
        for edge in match.base.terms(node, port).terms where !(isLast && remains.isCut(edge, node, port)) {
          stack.append(match.base.network.edges[edge].from)
        }
      }
    }
    for node in found.sorted() { placeOf[node] = append(node) }
  }

  /// Copies a node of the base.
  private mutating func append(_ index: Int) -> Int {
    var node = match.base.network.nodes[index]
    if let actor = node.actor {
      var description = match.base.graph.actors[actor]
      if !description.address.hasPrefix(Remains.prefix) { description.address = Remains.prefix + description.address }
      (node.address, node.actor) = (description.address, actors.count)
      actors.append(description)
    }
    network.nodes.append(node)
    contexts.append(match.base.contexts[index])
    departures.append(match.base.departures[index])
    nodeKeys[network.nodes.count - 1] = .base(index)
    return network.nodes.count - 1
  }

  private func oldTerms(_ node: Int, _ former: Int, _ port: Int) -> [Int] {
    let before = match.base.terms(former, port)
    let pairs = match.match(before, match.target.terms(node, port))
    return before.terms.filter { edge in !pairs.values.contains(edge) }
  }

  // MARK: Ports

  private struct Entry {
    var edge: Network.Edge
    var key: TransitionKey
    var fade: Fade.Mode?
  }

  private mutating func connectTarget(_ node: Int, _ port: Int) {
    let target = match.target
    let now = target.terms(node, port)
    var pairs: [Int: Int]?
    if let former = match.origin[node] { pairs = match.match(match.base.terms(former, port), now) }
    var entries = now.terms.map { edge in
      Entry(
        edge: target.network.edges[edge], key: .target(edge), fade: isLast || pairs?[edge] != nil || pairs == nil ? nil : .in)
    }
    if let former = match.origin[node], port < target.network.nodes[node].inputChannels.count {
      for edge in oldTerms(node, former, port) where !isLast || remains.sounds(edge) {
        entries.append(
          Entry(edge: moved(match.base.network.edges[edge]), key: .base(edge), fade: remains.mode(edge, isLast: isLast)))
      }
    }
    connect(entries, to: node, port: port, sum: now.sum.map { .target($0) }, main: now.main.map { (target, $0, .target($0)) })
  }

  private mutating func connectBase(_ node: Int, _ place: Int, _ port: Int) {
    let base = match.base
    let terms = base.terms(node, port)
    let entries = terms.terms.compactMap { edge -> Entry? in
      let isCut = remains.isCut(edge, node, port)
      return isCut && isLast
        ? nil : Entry(edge: moved(base.network.edges[edge]), key: .base(edge), fade: isCut ? .out : nil)
    }
    connect(entries, to: place, port: port, sum: terms.sum.map { .base($0) }, main: terms.main.map { (base, $0, .base($0)) })
  }

  /// An edge of the base that leaves from the place where its writer now is.
  private func moved(_ edge: Network.Edge) -> Network.Edge {
    var edge = edge
    edge.from = placeOf[edge.from] ?? match.origin.firstIndex(of: edge.from)!
    edge.graphEdge = nil
    return edge
  }

  private mutating func connect(
    _ entries: [Entry], to node: Int, port: Int, sum: TransitionKey?, main: (plan: Plan, edge: Int, key: TransitionKey)?
  ) {
    let needsSum = entries.count > 1 || main.map { $0.plan.delay($0.edge) > 0 } == true
    guard let first = entries.first else { return }
    let (width, rate) = (first.edge.channelMap.count, first.edge.rate)
    guard needsSum else { return add(entries[0], to: node, port: port) }
    let place: Int
    switch sum {
    case .target(let index)?: place = index
    case .base(let index)?: place = append(index)
    case nil:
      network.nodes.append(
        Network.Node(
          operation: .sum, address: "\(network.nodes[node].address) sum", actor: nil, inputRate: rate, rate: rate,
          inputChannels: [], outputChannels: [width]))
      contexts.append(nil)
      departures.append(0)
      place = network.nodes.count - 1
    }
    // One that adds a single edge for the delay behind it has a second port, which nothing feeds.
    network.nodes[place].inputChannels = Array(repeating: width, count: max(2, entries.count))
    for (index, entry) in entries.enumerated() { add(entry, to: place, port: index) }
    var edge = Network.Edge(
      from: place, outputPort: 0, to: node, inputPort: port, channelMap: Array(0..<width), rate: rate)
    if let main {
      let former = main.plan.network.edges[main.edge]
      (edge.channelMap, edge.tokens, edge.compensation) = (former.channelMap, former.tokens, former.compensation)
      edgeKeys[network.edges.count] = main.key
    }
    network.edges.append(edge)
  }

  private mutating func add(_ entry: Entry, to node: Int, port: Int) {
    var edge = entry.edge
    edgeKeys[network.edges.count] = entry.key
    guard let mode = entry.fade else {
      (edge.to, edge.inputPort) = (node, port)
      network.edges.append(edge)
      return
    }
    let fade = addFade(mode, entry.key, width: edge.channelMap.count, rate: edge.rate)
    (edge.to, edge.inputPort) = (fade, 0)
    network.edges.append(edge)
    network.edges.append(
      Network.Edge(
        from: fade, outputPort: 0, to: node, inputPort: port, channelMap: Array(0..<edge.channelMap.count), rate: edge.rate))
  }

  private mutating func addFade(_ mode: Fade.Mode, _ key: TransitionKey, width: Int, rate: Rational) -> Int {
    let sampleRate = rate * Rational(match.target.options.sampleRate)
    func frames(_ patchFrames: Int) -> StructuralValue { .integer(max(1, (Rational(patchFrames) * rate).ceiling)) }
    let configuration = EffectConfiguration(structural: [
      "mode": .word(mode.rawValue), "wait": timing.wait > 0 ? frames(timing.wait) : .integer(0), "frames": frames(timing.fade),
      "proof": frames(timing.proof), "limit": frames(timing.limit), "generation": .integer(remains.generation),
    ])
    // A remainder's number is its own from one transition to the next.
    let address = "\(Remains.prefix)fade \(actors.count) \(remains.generation)"
    actors.append(Graph.Actor(address: address, kind: .effect(Fade.self), configuration: configuration))
    network.nodes.append(
      Network.Node(
        operation: .effect(Fade.self), address: address, actor: actors.count - 1, inputRate: rate, rate: rate,
        inputChannels: [width], outputChannels: [width]))
    contexts.append(
      RenderContext(
        sampleRate: sampleRate, patchSampleRate: Rational(match.target.options.sampleRate), inputChannels: [width],
        outputChannels: [width],
        maximumFrameCount: (Rational(match.target.options.maximumFrameCount) * rate).ceiling, configuration: configuration))
    departures.append(0)
    fadeOf[key] = network.nodes.count - 1
    return network.nodes.count - 1
  }
}
