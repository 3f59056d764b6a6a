import Dataflow
import PatchLanguage
import Signal

/// The result of compilation: everything the executor needs, fixed. Making executors of one plan is independent.
public struct Plan: Sendable {
  /// One instruction of the periodic schedule.
  enum Instruction: Sendable {
    case fire(Int)
    /// Repeats the instructions up to `end` in turns of the scope's step.
    case loop(scope: Int, end: Int)
  }

  /// A level of the schedule: the whole block, or a loop.
  struct Scope: Sendable {
    /// Ticks of the scope's clock per frame of the patch.
    var clock: Rational
    /// Ticks in one turn.
    var step: Int
    var parent: Int?
    var members: [Int]
    /// Whether it runs one frame of all members after another, or lies in a loop that does.
    var runsByFrame = false
  }

  /// A stretch of frames that one node writes and others read within a turn of its scope.
  struct Buffer: Sendable {
    var node: Int
    /// The output port that fills it, or the input port for which a delay line fills it.
    var port: Int
    var isLine: Bool
    var scope: Int
    var channels: Int
    /// Frames per channel, rounded up to whole cache lines.
    var stride: Int
    /// In floats, from the start of the arena.
    var offset: Int = 0
    /// First and last step of the linear program in which it holds frames.
    var lifetime: ClosedRange<Int>
  }

  /// The memory of the initial tokens of an edge, and of its alignment.
  struct Line: Sendable {
    var edge: Int
    var channels: Int
    /// Frames that are in it before anything ran.
    var delay: Int
    var capacity: Int
  }

  public let graph: Graph
  public let options: CompileOptions
  let network: Network
  let nest: LoopNest
  let program: Program
  let threads: ThreadPlan
  let buffers: [Buffer]
  /// For each node and output port, its buffer.
  let outputBuffers: [[Int]]
  /// For each node and input port, its edge (nil where nothing arrives) and the buffer it reads.
  let inputEdges: [[Int?]]
  let inputBuffers: [[Int?]]
  let lines: [Line]
  /// The line of each edge that has one.
  let lineOfEdge: [Int: Int]
  let arenaFloats: Int
  /// What the buffers would take without sharing.
  let privateFloats: Int
  let contexts: [RenderContext?]
  let tapSources: [(node: Int, port: Int)]
  /// When each node's output leaves, in frames of the patch: its latency from the inputs.
  let departures: [Rational]
  /// The nodes of each loop.
  let loops: [[Int]]
  /// The order of firing as written, before anything ran ahead.
  let order: [Int]
  /// What nodes that run ahead fire before the stream starts.
  let prologue: [(node: Int, frames: Int)]
  /// How far the actor that runs furthest ahead does, in frames of the patch: what it is to do must be known so much earlier.
  public let longestLead: Int

  /// Inputs in the order in which `process` takes them, with their channels: `in` and `in.side`.
  public let inputs: [(address: String, channels: Int)]
  public let outputChannels: Int
  /// Frames per second at `out`.
  public let outputSampleRate: Rational
  /// The latency at `out`, in frames of `out`.
  public let outputLatency: Int
  /// What sounds on after the input has ended.
  public let tail: PlanTail
}

extension Plan {
  /// Whether every sample that leaves `out` is one that came in, or zero. Changes while it runs are not foreseen.
  public var isRouting: Bool {
    network.nodes.indices.allSatisfy { index in
      let node = network.nodes[index]
      switch node.operation {
      case .input, .output: return true
      case .effect(let type): return type.isRouting(contexts[index]!) && node.drivenParameters.isEmpty
      case .sum: return (0..<node.outputChannels[0]).allSatisfy { isFedOnce(index, channel: $0) }
      case .sampler: return false
      }
    }
  }

  /// Whether at most one edge into a sum carries this channel.
  private func isFedOnce(_ sum: Int, channel: Int) -> Bool {
    inputEdges[sum].count { $0.map { network.edges[$0].channelMap[channel] >= 0 } ?? false } <= 1
  }

  /// What leaves each tapped port: its channels and frames per second.
  public var taps: [(channels: Int, sampleRate: Rational)] {
    tapSources.map { source in
      let node = network.nodes[source.node]
      return (node.outputChannels[source.port], node.rate * Rational(options.sampleRate))
    }
  }
}
