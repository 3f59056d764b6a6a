import Dataflow
import PatchLanguage

/// Looks for the loops that cannot run, and for tokens that would make them run: in the network as written, with the
/// tokens proposed so far.
struct LoopRepair {
  private(set) var network: Network
  let graph: Graph

  init(_ network: Network, _ graph: Graph) {
    self.network = network
    self.graph = graph
  }

  /// Why the network cannot be nested, if it cannot.
  func mistake() -> LoopNestError? {
    do throws(LoopNestError) {
      _ = try nestLoops(streamGraph(network))
      return nil
    } catch {
      return error
    }
  }

  // MARK: Loops without tokens

  /// More dead loops than these are not counted: each costs a search.
  private static let edgeLimit = 64

  /// The message about a cycle without tokens, with edges enough to make it and every other such cycle live, none of which
  /// could be left out.
  mutating func deadLoop(_ cycle: [Int]) -> Diagnostic {
    let names = visibleNames(cycle)
    let isMultirate = Set(cycle.map { network.edges[$0].rate }).count > 1
    var edges: [Int] = []
    var next: [Int]? = cycle
    while let dead = next, let edge = writableEdge(of: dead), edges.count < Self.edgeLimit {
      edges.append(edge)
      network.edges[edge].tokens = 1
      next = if case .deadLoop(let other, _)? = mistake() { other } else { nil }
    }
    // One that opened an early cycle may be spared by those that opened later ones.
    if next == nil {
      for edge in edges.reversed() where edges.count > 1 {
        network.edges[edge].tokens = 0
        if mistake() == nil { edges.removeAll { $0 == edge } } else { network.edges[edge].tokens = 1 }
      }
    }
    let place = edges.first ?? cycle.first { network.edges[$0].graphEdge != nil }
    let written = place.flatMap { network.edges[$0].graphEdge }.map { graph.edges[$0] }
    let proposals = edges.map { proposal(edge: $0, tokens: 1) }
    let help =
      switch proposals.count {
      case 0: "help: put at least 1 token on one of its edges"
      case 1: "help: put at least 1 token on one of its edges, for example \(proposals[0])"
      default:
        "help: this and the other loops without tokens run with at least 1 token on each of these edges: "
          + proposals.joined(separator: ", ")
      }
    return Diagnostic(
      .error, "this loop has no delay token, so none of its actors can fire first",
      at: written?.arrow?.from ?? written?.fromSpan ?? written?.span,
      notes: ["loop: \((names + names.prefix(1)).joined(separator: " -> "))"]
        + (isMultirate ? ["its edges run at different sample rates; one token on any of them is enough"] : []) + [help])
  }

  // MARK: Loops through parameters

  /// A loop closed through a control edge carries at least a control period of tokens.
  mutating func loopsThroughParameters() -> [Diagnostic] {
    var failures: [Diagnostic] = []
    let (_, outgoing) = network.adjacency()
    let component = condense(
      nodeCount: network.nodes.count, edges: network.edges.map { DirectedEdge(from: $0.from, to: $0.to) }
    ).componentOf
    for (index, edge) in network.edges.enumerated()
    where edge.inputPort >= network.nodes[edge.to].inputChannels.count && component[edge.from] == component[edge.to] {
      var shortest: [Int]?
      var proposed: [Int] = []
      while let (delay, path) = shortestPath(from: edge.to, to: edge.from, outgoing), delay < Rational(controlPeriod) {
        if shortest == nil { shortest = path }
        guard let place = writableEdge(of: path) else {
          // A node before the parameter mends every way round.
          network.edges[index].tokens = 1
          proposed = []
          break
        }
        network.edges[place].tokens += ((Rational(controlPeriod) - delay) * network.edges[place].rate).ceiling
        if !proposed.contains(place) { proposed.append(place) }
      }
      guard let shortest else { continue }
      let names = visibleNames([index] + shortest)
      let written = edge.graphEdge.map { graph.edges[$0] }
      let proposals = proposed.map { proposal(edge: $0, tokens: network.edges[$0].tokens) }
      let help =
        proposals.isEmpty
        ? written.map { "help: put a node before the parameter: `\(detour($0))`" }
        : "help: write " + proposals.joined(separator: " and ")
      failures.append(
        Diagnostic(
          .error, "this loop runs through a parameter and needs a control period of delay: at least \(controlPeriod) samples",
          at: written?.span,
          notes: ["loop: \((names + names.prefix(1)).joined(separator: " -> "))"] + (help.map { [$0] } ?? [])))
    }
    return failures
  }

  /// The path with the fewest frames of delay, in frames of the patch.
  private func shortestPath(from source: Int, to target: Int, _ outgoing: [[Int]]) -> (delay: Rational, path: [Int])? {
    var best: [Int: Rational] = [source: 0]
    var via: [Int: Int] = [:]
    var done: Set<Int> = []
    while let node = best.filter({ !done.contains($0.key) }).min(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key {
      if node == target { break }
      done.insert(node)
      for index in outgoing[node] {
        let edge = network.edges[index]
        let cost = best[node]! + Rational(edge.tokens) / edge.rate
        if best[edge.to].map({ cost < $0 }) ?? true {
          best[edge.to] = cost
          via[edge.to] = index
        }
      }
    }
    guard let total = best[target] else { return nil }
    var path: [Int] = []
    var node = target
    while node != source, let index = via[node] {
      path.append(index)
      node = network.edges[index].from
    }
    return (total, path.reversed())
  }

  // MARK: In the patch's words

  /// The edge of a path on which the patch would best hold tokens: an arrow outside all instances before one inside, one
  /// that holds some before one without, the last one written before the others. Control edges take none.
  private func writableEdge(of path: [Int]) -> Int? {
    let candidates = path.compactMap { index -> (index: Int, arrow: Graph.Arrow)? in
      guard let arrow = arrow(index), case .port = graph.edges[network.edges[index].graphEdge!].target else { return nil }
      return (index, arrow)
    }
    return candidates.min {
      ($0.arrow.depth, network.edges[$0.index].tokens > 0 ? 0 : 1, -$0.arrow.from.start, $0.index)
        < ($1.arrow.depth, network.edges[$1.index].tokens > 0 ? 0 : 1, -$1.arrow.from.start, $1.index)
    }?.index
  }

  private func arrow(_ edge: Int) -> Graph.Arrow? { network.edges[edge].graphEdge.flatMap { graph.edges[$0].arrow } }

  private func proposal(edge: Int, tokens: Int) -> String {
    let written = graph.edges[network.edges[edge].graphEdge!]
    let (from, to) = (spelled(written.arrow!.from, written.from), spelled(written.arrow!.to, written.to))
    return "`\(from) -> [\(tokens) \(tokens == 1 ? "sample" : "samples")] -> \(to)`"
  }

  /// A control edge with a node before the parameter, so that there is an edge that takes tokens.
  private func detour(_ edge: Graph.Edge) -> String {
    let from = spelled(edge.arrow?.from ?? edge.fromSpan, edge.from)
    return "\(from) -> [\(controlPeriod) samples] -> gain 0dB -> \(spelled(edge.arrow?.to ?? edge.toSpan, edge.to))"
  }

  /// A node as the text names it where the text is short; else the last part of its address.
  private func spelled(_ span: SourceSpan?, _ actor: Int) -> String {
    let name = String(graph.actors[actor].address.split(separator: ".").last ?? "")
    guard let span, graph.sources.indices.contains(span.source) else { return name }
    let bytes = graph.sources[span.source].bytes
    guard span.start < span.end, span.end <= bytes.count, span.end - span.start <= 40 else { return name }
    let text = bytes[span.start..<span.end]
    // JSON names a node by an object.
    guard let first = text.first, first != UInt8(ascii: "{"), !text.contains(0x0A), !text.contains(0x0D) else { return name }
    return String(decoding: text, as: UTF8.self)
  }

  /// The actors of a cycle, without what the compiler added.
  private func visibleNames(_ cycle: [Int]) -> [String] {
    cycle.map { network.edges[$0].from }.filter { network.nodes[$0].actor != nil }.map { network.nodes[$0].address }
  }
}
