import Dataflow

/// A compiled patch as a picture: actors as boxes, edges with what makes them special. The compiler's own sums and
/// samplers are drawn small.
public struct Drawing: Sendable {
  struct Node: Sendable {
    var name: String
    /// What the actor does, under its name; empty where the name says it.
    var caption: String
    var kind: Kind
    /// Index of its loop, for colour.
    var loop: Int?
  }

  enum Kind: Sendable {
    case input, output, effect, added
  }

  struct Edge: Sendable {
    var from: Int
    var to: Int
    var label: String
    var isControl: Bool
    /// Carries the initial tokens of a loop or of a plain delay.
    var hasTokens: Bool
    /// Index of the loop that it is part of.
    var loop: Int?
    /// Lines drawn: one for mono, two for more.
    var isMono: Bool
  }

  let title: String?
  let nodes: [Node]
  let edges: [Edge]

  public init(_ plan: Plan) {
    title = plan.graph.title
    let network = plan.network
    var loopOf: [Int: Int] = [:]
    for (index, members) in plan.loops.enumerated() {
      for node in members { loopOf[node] = index }
    }
    nodes = network.nodes.enumerated().map { index, node in
      switch node.operation {
      case .effect(let type):
        let effect = type.spec.name
        let isNamedAlike = node.address == effect || node.address.hasPrefix("\(effect)_")
        return Node(name: node.address, caption: isNamedAlike ? "" : effect, kind: .effect, loop: loopOf[index])
      case .input: return Node(name: node.address, caption: "", kind: .input, loop: nil)
      case .output: return Node(name: node.address, caption: "", kind: .output, loop: nil)
      case .sum: return Node(name: "+", caption: "", kind: .added, loop: loopOf[index])
      case .sampler: return Node(name: "32", caption: "", kind: .added, loop: loopOf[index])
      }
    }
    edges = network.edges.map { edge in
      let isControl = edge.inputPort >= network.nodes[edge.to].inputChannels.count
      let inLoop = loopOf[edge.from].flatMap { loopOf[edge.to] == $0 ? $0 : nil }
      return Edge(
        from: edge.from, to: edge.to, label: Self.label(edge, plan, isControl: isControl), isControl: isControl,
        hasTokens: edge.tokens > 0, loop: inLoop, isMono: Set(edge.channelMap.filter { $0 >= 0 }).count == 1)
    }
  }

  /// Tokens, alignment, a rate that is not the patch's, a parameter, channels other than two.
  private static func label(_ edge: Network.Edge, _ plan: Plan, isControl: Bool) -> String {
    let network = plan.network
    var parts: [String] = []
    if isControl, let actor = network.nodes[edge.to].actor {
      let parameter = network.nodes[edge.to].drivenParameters[edge.inputPort - network.nodes[edge.to].inputChannels.count]
      parts.append(plan.graph.actors[actor].parameters[parameter].name)
    }
    if edge.tokens > 0 { parts.append("[\(edge.tokens)]") }
    if edge.compensation > 0 { parts.append("waits \(edge.compensation)") }
    if !isControl && edge.rate != 1 { parts.append(hertz(edge.rate * Rational(plan.options.sampleRate))) }
    let channels = Set(edge.channelMap.filter { $0 >= 0 }).count
    if !isControl && channels != 2 { parts.append("\(channels) ch") }
    return parts.joined(separator: " ")
  }
}
