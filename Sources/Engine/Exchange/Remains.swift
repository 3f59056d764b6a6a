import Dataflow
import Signal

/// How long the parts of a transition take, in frames of the patch.
struct TransitionTiming {
  /// Until what is new has filled its latencies.
  var wait = 0
  var fade: Int
  /// Of silence that proves the end of a remainder, and the longest that one may take.
  var proof: Int
  var limit: Int

  init(_ match: PlanMatch) {
    let target = match.target
    let rate = target.options.sampleRate
    fade = rate / 50
    proof = match.base.tail.longestEcho + rate / 10
    limit = 60 * rate
    let former = Set(match.formerEdge.keys)
    let isFilling =
      target.network.nodes.indices.contains { match.origin[$0] == nil && target.network.nodes[$0].latency > 0 }
      || target.network.edges.indices.contains { !former.contains($0) && target.network.edges[$0].compensation > 0 }
    guard isFilling else { return }
    for (node, origin) in match.origin.enumerated() where origin != nil {
      for port in 0..<target.portCount(node) {
        for edge in target.terms(node, port).terms where !former.contains(edge) {
          let network = target.network
          let arrival =
            target.departures[network.edges[edge].from] + Rational(network.edges[edge].compensation) / network.edges[edge].rate
          wait = max(wait, min(arrival.ceiling, 2 * rate))
        }
      }
    }
  }
}

/// What removed actors still sound: those whose name is gone, with tails or delays, ring out on silence. At most two
/// exchanges have remainders at a time; the oldest fades out for a third.
struct Remains {
  /// No patch can write a name with a blank.
  static let prefix = "remainder "

  let generation: Int
  private let base: Plan
  private var ringing: Set<Int> = []
  private var doomed: Set<Int> = []

  init(_ match: PlanMatch) {
    base = match.base
    let kept = Set(match.origin.compactMap(\.self))
    let names = Set(match.target.network.nodes.map(\.address))
    var former: [Int: Int] = [:]
    var removed: Set<Int> = []
    for (index, node) in base.network.nodes.enumerated() where !kept.contains(index) {
      guard case .effect(let type) = node.operation, !names.contains(node.address) else { continue }
      if node.address.hasPrefix(Self.prefix) {
        ringing.insert(index)
        if type.spec.name == Fade.spec.name { former[index] = base.contexts[index]!.configuration.integer("generation") }
      } else if !type.spec.isGenerator {
        removed.insert(index)
      }
    }
    generation = (former.values.max() ?? 0) + 1
    guard Self.soundsOn(base, removed) else { return }
    ringing.formUnion(removed)
    let generations = Set(former.values).sorted()
    guard generations.count > 1 else { return }
    doomed = Set(former.filter { generations.dropLast().contains($0.value) }.keys)
  }

  /// Whether anything of these nodes is heard for longer than a fade.
  private static func soundsOn(_ plan: Plan, _ nodes: Set<Int>) -> Bool {
    let fade = Rational(1, 50)
    for node in nodes {
      guard case .effect(let type) = plan.network.nodes[node].operation, let context = plan.contexts[node] else { continue }
      switch type.tail(context) {
      case .rings: return true
      case .frames(let count): if Rational(count) / context.sampleRate > fade { return true }
      }
    }
    return plan.network.edges.contains { edge in
      edge.tokens > 0 && nodes.contains(edge.from) && plan.readers(edge.to).contains(where: nodes.contains)
    }
  }

  /// Whether what comes along an edge of the base goes on sounding.
  func sounds(_ edge: Int) -> Bool {
    let source = base.network.edges[edge].from
    return ringing.contains(source) && !doomed.contains(source)
  }

  /// Whether an edge feeds what rings out, and so fades.
  func isCut(_ edge: Int, _ node: Int, _ port: Int) -> Bool {
    port < base.network.nodes[node].inputChannels.count && ringing.contains(node)
      && !ringing.contains(base.network.edges[edge].from)
  }

  /// How an edge of the base that is none any more leaves; nil where it stays as it is.
  func mode(_ edge: Int, isLast: Bool) -> Fade.Mode? {
    let source = base.network.edges[edge].from
    guard ringing.contains(source), !doomed.contains(source) else { return .out }
    if case .effect(let type) = base.network.nodes[source].operation, type.spec.name == Fade.spec.name { return nil }
    return .remainder
  }
}

extension Plan {
  /// Whether a node lets a removed actor ring out.
  func isRemainder(_ node: Int) -> Bool {
    guard case .effect(let type) = network.nodes[node].operation, type.spec.name == Fade.spec.name else { return false }
    return contexts[node]!.configuration.word("mode") == Fade.Mode.remainder.rawValue
  }

  /// The actors that read what enters a node: itself, or what its sum feeds.
  func readers(_ node: Int) -> [Int] {
    isSum(node) ? network.edges.filter { $0.from == node }.map(\.to) : [node]
  }
}
