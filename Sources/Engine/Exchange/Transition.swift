import Dataflow
import PatchLanguage
import Signal

/// The way from a plan that runs to another, as plans that run one after the other:
///
///     base -> both, fading for 20 ms -> target with what removed actors still sound -> target
///
/// What has the same name, effect and shape goes on through all of them with its state. Stages that would change nothing
/// are left out; there is none at all where the two plans run alike.
public struct Transition: Sendable {
  public struct Stage: Sendable {
    public enum Kind: String, Sendable, Hashable {
      /// Both fade.
      case fading
      /// Removed actors ring out.
      case remaining
      /// Only what is to be.
      case settled
    }

    public let kind: Kind
    public let plan: Plan
    /// Frames of the patch for which it runs at least.
    public let frames: Int
    /// What goes on from the stage before: nodes and edges with their places before and now.
    let nodes: [(from: Int, to: Int)]
    let edges: [(from: Int, to: Int)]
  }

  /// Straight to a plan that takes nothing over from what ran before.
  public static func afresh(_ plan: Plan) -> Stage { Stage(kind: .settled, plan: plan, frames: 0, nodes: [], edges: []) }

  public let stages: [Stage]
  /// For each actor of the target, by its index in the graph, the one of the base that goes on as it.
  public let origin: [Int?]

  /// - Parameters:
  ///   - base: what runs.
  ///   - target: compiled with the same options, `isExchangeable` among them, for as many channels of `out`.
  /// - Throws: `PatchFailure` where the rates of the two have no common clock.
  public init(from base: Plan, to target: Plan) throws(PatchFailure) {
    var match = PlanMatch(base: base, target: target)
    while true {
      let timing = TransitionTiming(match), remains = Remains(match)
      let fading = TransitionNetwork(match, timing, remains, isLast: false)
      if let entangled = Self.entangled(fading, match) {
        match.separate(entangled)
        continue
      }
      origin = target.graph.actors.indices.map { match.origin[$0] }
      guard fading.hasFades || !fading.placeOf.isEmpty else {
        stages = match.isIdentity ? [] : [Self.settled(target, Self.moves(match))]
        return
      }
      let last = TransitionNetwork(match, timing, remains, isLast: true)
      var stages: [Stage] = []
      if fading.hasFades {
        let first = Self.moves(match, to: fading)
        stages.append(
          Stage(
            kind: .fading, plan: try Self.plan(fading, target), frames: timing.wait + timing.fade, nodes: first.nodes,
            edges: first.edges))
      }
      if last.placeOf.isEmpty {
        stages.append(Self.settled(target, stages.isEmpty ? Self.moves(match) : Self.moves(from: fading, to: nil, target)))
      } else {
        let moves = stages.isEmpty ? Self.moves(match, to: last) : Self.moves(from: fading, to: last, target)
        stages.append(
          Stage(kind: .remaining, plan: try Self.plan(last, target), frames: 0, nodes: moves.nodes, edges: moves.edges))
        stages.append(Self.settled(target, Self.moves(from: last, to: nil, target)))
      }
      self.stages = stages
      return
    }
  }

  private typealias Moves = (nodes: [(from: Int, to: Int)], edges: [(from: Int, to: Int)])

  private static func settled(_ target: Plan, _ moves: Moves) -> Stage {
    Stage(kind: .settled, plan: target, frames: 0, nodes: moves.nodes, edges: moves.edges)
  }

  /// From the base straight to the target.
  private static func moves(_ match: PlanMatch) -> Moves {
    (
      match.origin.enumerated().compactMap { to, from in from.map { (from: $0, to: to) } },
      match.formerEdge.map { (from: $0.value, to: $0.key) }.sorted { $0.to < $1.to }
    )
  }

  private static func moves(_ match: PlanMatch, to network: TransitionNetwork) -> Moves {
    let former = match.formerEdge
    var moves: Moves = ([], [])
    for (to, key) in network.nodeKeys.sorted(by: { $0.key < $1.key }) where !match.isSumPlace(key) {
      switch key {
      case .target(let node): if let from = match.origin[node] { moves.nodes.append((from, to)) }
      case .base(let from): moves.nodes.append((from, to))
      }
    }
    for (to, key) in network.edgeKeys.sorted(by: { $0.key < $1.key }) {
      switch key {
      case .target(let edge): if let from = former[edge] { moves.edges.append((from, to)) }
      case .base(let from): moves.edges.append((from, to))
      }
    }
    return moves
  }

  /// - Parameter last: nil for the target itself.
  private static func moves(from first: TransitionNetwork, to last: TransitionNetwork?, _ target: Plan) -> Moves {
    func places(_ keys: [Int: TransitionKey]) -> [TransitionKey: Int] {
      Dictionary(uniqueKeysWithValues: keys.map { ($1, $0) })
    }
    let nodes =
      last.map { places($0.nodeKeys) }
      ?? Dictionary(uniqueKeysWithValues: target.network.nodes.indices.map { (.target($0), $0) })
    let edges =
      last.map { places($0.edgeKeys) }
      ?? Dictionary(uniqueKeysWithValues: target.network.edges.indices.map { (.target($0), $0) })
    var moves: Moves = ([], [])
    for (from, key) in first.nodeKeys.sorted(by: { $0.key < $1.key }) {
      if let to = nodes[key], first.hasKernel(from) { moves.nodes.append((from, to)) }
    }
    for (key, from) in first.fadeOf.sorted(by: { $0.value < $1.value }) {
      if let to = last?.fadeOf[key] { moves.nodes.append((from, to)) }
    }
    for (from, key) in first.edgeKeys.sorted(by: { $0.key < $1.key }) {
      if let to = edges[key] { moves.edges.append((from, to)) }
    }
    return moves
  }

  /// Nodes that go on, but lie on a loop that only both wirings together make, without tokens or through a parameter.
  private static func entangled(_ network: TransitionNetwork, _ match: PlanMatch) -> Set<Int>? {
    let edges = network.network.edges
    let graph = streamGraph(network.network)
    var suspects: [[Int]] = []
    do throws(LoopNestError) {
      _ = try nestLoops(graph)
    } catch {
      switch error {
      case .deadLoop(let cycle, _): suspects.append(cycle.map { edges[$0].from })
      // No loop of either plan alone has such rates.
      case .tooLarge(let edge): suspects.append([edges[edge].from, edges[edge].to])
      }
    }
    let labels = condense(
      nodeCount: graph.nodeCount, edges: edges.map { DirectedEdge(from: $0.from, to: $0.to) }
    ).componentOf
    for edge in edges where edge.rate == Rational(1, controlPeriod) && labels[edge.from] == labels[edge.to] {
      suspects.append(labels.indices.filter { labels[$0] == labels[edge.from] })
    }
    for nodes in suspects {
      let kept = nodes.filter { node in
        if case .target(let index)? = network.nodeKeys[node] { match.origin[index] != nil } else { false }
      }
      let isMixed = nodes.contains { node in
        switch network.nodeKeys[node] {
        case .target(let index)?: match.origin[index] == nil && !match.target.isSum(index)
        case .base?, nil: true
        }
      }
      if isMixed, !kept.isEmpty { return Set(kept) }
    }
    return nil
  }

  private static func plan(_ transition: TransitionNetwork, _ target: Plan) throws(PatchFailure) -> Plan {
    var graph = target.graph
    graph.actors = transition.actors
    return try target.relaid(transition.network, transition.contexts, transition.departures, graph)
  }
}

extension PlanMatch {
  func isSumPlace(_ key: TransitionKey) -> Bool {
    switch key {
    case .target(let node): target.isSum(node)
    case .base(let node): base.isSum(node)
    }
  }
}

extension TransitionNetwork {
  /// Whether it is more than a sum: something with a state of its own.
  func hasKernel(_ node: Int) -> Bool {
    if case .sum = network.nodes[node].operation { false } else { true }
  }
}

extension Plan {
  /// The plan of another network of the same rates: every pass behind the alignment of latencies.
  ///
  /// - Throws: where a loop cannot start.
  func relaid(_ network: Network, _ contexts: [RenderContext?], _ departures: [Rational], _ graph: Graph) throws(PatchFailure)
    -> Plan
  {
    let nest: LoopNest
    do {
      nest = try nestLoops(streamGraph(network))
    } catch {
      throw PatchFailure(
        [Diagnostic(.error, "the loops of the two patches have no common clock", at: nil)], sources: graph.sources)
    }
    let program = layOutProgram(nest, network, options)
    let threads = partitionThreads(network, program, options)
    let buffers = placeBuffers(network, program, threads, kept: [], wholeLines: options.isExchangeable)
    return lower(
      graph: graph, options: options, network: network, nest: nest, program: program, contexts: contexts,
      order: program.order, departures: departures, loops: LoopMembership(network, program), taps: [], threads: threads,
      buffers: buffers)
  }
}
