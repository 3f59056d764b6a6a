import Dataflow
import PatchLanguage
import Signal

/// The graph with everything implicit made explicit: each input port has exactly one edge or none, sums and the
/// readers of control signals are nodes of their own, every edge has its rate, channels and tokens.
struct Network: Sendable {
  enum Operation: Sendable {
    case effect(EffectType)
    /// Takes frames from outside: index into the executor's inputs.
    case input(Int)
    /// Gives frames to the outside.
    case output
    /// Adds its ports in order.
    case sum
    /// Reads a signal once per control period, at the tick's own frame.
    case sampler
  }

  struct Node: Sendable {
    var operation: Operation
    var address: String
    /// Index into `Graph.actors`; nil for what the compiler added.
    var actor: Int?
    /// Frames per frame of the patch.
    var inputRate: Rational
    var rate: Rational
    var inputChannels: [Int]
    var outputChannels: [Int]
    /// Parameters driven by signals; control port j is input port `inputChannels.count + j`.
    var drivenParameters: [Int] = []
    /// In frames of the patch.
    var latency: Rational = 0
    /// Frames by which it runs ahead of the stream, within a loop.
    var lead = 0
  }

  struct Edge: Sendable {
    var from: Int
    var outputPort: Int
    var to: Int
    var inputPort: Int
    /// For every channel of the input port the channel of the output port, or -1 for silence.
    var channelMap: [Int]
    var rate: Rational
    /// The delay that the patch asks for, in frames of the edge.
    var tokens: Int = 0
    /// The delay that aligns paths, in frames of the edge.
    var compensation: Int = 0
    var isUnaligned = false
    /// Index into `Graph.edges`; nil for what the compiler added.
    var graphEdge: Int?
  }

  var nodes: [Node] = []
  var edges: [Edge] = []

  /// Indices of the edges that enter and leave each node.
  func adjacency() -> (incoming: [[Int]], outgoing: [[Int]]) {
    var incoming = nodes.map { _ in [Int]() }
    var outgoing = incoming
    for (index, edge) in edges.enumerated() {
      incoming[edge.to].append(index)
      outgoing[edge.from].append(index)
    }
    return (incoming, outgoing)
  }

  /// The name of an edge's two ends, for messages and reports.
  func name(_ edge: Int) -> String { "\(nodes[edges[edge].from].address) -> \(nodes[edges[edge].to].address)" }
}
