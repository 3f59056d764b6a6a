/// The order in which a block executor fires nodes, with the loops of the graph as nested loops.
///
///     source (64: mixer (1: filter) delay) sink
///
/// A block of the whole covers a span of reference time (t0, t1]. Outside loops each node fires once for the span. A loop
/// divides the span into turns: its clock ticks at the times k/clock, and a turn ends `step` ticks after the last tick
/// passed, or with the span. What fires within a turn moves ceil(b r) - ceil(a r) frames on an edge of rate r, where (a, b]
/// is the time of the turn.
public struct LoopNest: Sendable, Hashable {
  public enum Item: Sendable, Hashable {
    /// A node, fired once per turn of the loop it stands in.
    case fire(Int)
    case loop(LoopNode)
  }

  public var items: [Item]

  public init(_ items: [Item] = []) { self.items = items }

  /// Every node once, in the order of firing.
  public var nodes: [Int] {
    var nodes: [Int] = []
    visit { nodes.append($0) }
    return nodes
  }

  /// Every loop, each before the loops inside it.
  public var loops: [LoopNode] {
    var loops: [LoopNode] = []
    for case .loop(let loop) in items { loops += [loop] + loop.body.loops }
    return loops
  }

  private func visit(_ body: (Int) -> Void) {
    for item in items {
      switch item {
      case .fire(let node): body(node)
      case .loop(let loop): loop.body.visit(body)
      }
    }
  }
}

/// A loop that runs in turns of as much time as its tokens allow.
public struct LoopNode: Sendable, Hashable {
  /// Ticks per reference frame: the least common multiple of the rates of the edges inside.
  public let clock: Rational
  /// Ticks per turn. In a turn an edge of rate r moves at most ceil(step * r / clock) frames.
  public let step: Int
  public let body: LoopNest
  /// Edges of which this is the innermost loop around both ends, ascending.
  public let ownEdges: [Int]
  /// The own edges whose initial tokens cover a turn, ascending. They may lead backwards in the body: what they deliver
  /// in a turn was there before it. At least one of them would not cover a longer turn.
  public let feedback: [Int]

  public init(clock: Rational, step: Int, body: LoopNest, ownEdges: [Int], feedback: [Int]) {
    self.clock = clock
    self.step = step
    self.body = body
    self.ownEdges = ownEdges
    self.feedback = feedback
  }

  /// All nodes inside, in the order of firing.
  public var members: [Int] { body.nodes }
  /// All edges inside, those of inner loops too, ascending.
  public var edges: [Int] { (ownEdges + body.loops.flatMap(\.ownEdges)).sorted() }
  /// The time of one turn in reference frames.
  public var span: Rational { Rational(step) / clock }
  /// The most frames that an edge inside moves in one turn.
  public func frames(perTurnAt rate: Rational) -> Int { (rate / clock).ceiling(times: step) }
}

extension LoopNest: CustomStringConvertible {
  public var description: String { description { String($0) } }

  /// As `A (64: B C) D`; a clock other than the reference follows the step, as in `(64 at 4: B C)`.
  public func description(_ name: (Int) -> String) -> String {
    items.map { item in
      switch item {
      case .fire(let node): name(node)
      case .loop(let loop):
        "(\(loop.step)\(loop.clock == 1 ? "" : " at \(loop.clock)"): \(loop.body.description(name)))"
      }
    }.joined(separator: " ")
  }
}
