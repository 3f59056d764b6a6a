import Dataflow
import PatchLanguage
import Signal

/// Everything that is known about a patch before it starts. `text` prints it for people, `json` for programs.
public struct Explanation: Sendable {
  public struct Actor: Sendable {
    public var address: String
    /// The effect's name, or what the compiler put there: `input`, `output`, `sum`, `sampler`.
    public var effect: String
    public var inputChannels: [Int]
    public var outputChannels: [Int]
    /// Frames per second at its input and output.
    public var inputRate: Rational
    public var rate: Rational
    /// Firings in one iteration of the schedule.
    public var repetitions: Int
    /// In frames of the patch.
    public var latency: Rational
    public var seed: Int?
    /// Nanoseconds per frame of the patch; nil until it was measured.
    public var nanosecondsPerFrame: Double?
  }

  public struct Loop: Sendable {
    public var actors: [String]
    /// The edges that carry its initial tokens.
    public var tokens: [Edge]
    /// Frames that its actors process at a time, and the rate at which they are counted.
    public var block: Int
    public var rate: Rational
    /// Whether it runs one frame of all its actors after another, whatever its tokens would allow.
    public var runsByFrame: Bool
    /// Actors that run ahead of the stream, and the frames by which they do.
    public var leads: [Lead]
  }

  public struct Lead: Sendable {
    public var actor: String
    public var frames: Int
  }

  public struct Edge: Sendable {
    public var from: String
    public var to: String
    /// In frames of the edge.
    public var frames: Int
    public var rate: Rational
    /// The time that the patch asked for, where it was not a whole number of frames.
    public var roundedFrom: Double?
  }

  public struct Path: Sendable {
    public var actors: [String]
    /// In frames of the patch.
    public var latency: Rational
    public var delay: Rational
  }

  /// What one of several threads runs.
  public struct ThreadShare: Sendable {
    public var actors: [String]
    /// Of the cost that was measured, 0...1; nil where nothing was.
    public var share: Double?
  }

  public var title: String?
  public var sampleRate: Int
  public var block: Int
  public var actors: [Actor]
  public var loops: [Loop]
  /// Initial tokens of all edges, and the frames inserted to align paths.
  public var tokens: [Edge]
  public var alignments: [Edge]
  /// The schedule of one block in looped notation.
  public var schedule: String
  public var arenaBytes: Int
  /// What the buffers would take without sharing memory.
  public var privateBytes: Int
  public var delayLineBytes: Int
  public var actorBytes: Int
  /// Paths from an input (or a generator, where there is none) to `out`, without going round loops.
  public var paths: [Path]
  public var hasMorePaths: Bool
  /// In frames of `out`.
  public var outputLatency: Int
  public var outputChannels: Int
  public var outputSampleRate: Rational
  public var tail: PlanTail
  /// Nanoseconds per frame of the patch on one core of this machine; nil until it was measured.
  public var nanosecondsPerFrame: Double?
  /// One per thread, where there is more than one.
  public var threads: [ThreadShare] = []
  /// How much faster the threads are foreseen to be than one of them.
  public var predictedGain: Double

  /// Explains a plan. With `measuring`, runs it on noise for a moment to predict its cost on this machine.
  public init(_ plan: Plan, measuring: Bool = true) {
    let patchRate = Rational(plan.options.sampleRate)
    let network = plan.network
    let executor = Executor(plan)
    let repetitions = Self.repetitions(network)
    title = plan.graph.title
    sampleRate = plan.options.sampleRate
    block = plan.options.maximumFrameCount
    actors = network.nodes.enumerated().map { index, node in
      Actor(
        address: node.address, effect: node.effectName, inputChannels: node.inputChannels,
        outputChannels: node.outputChannels, inputRate: node.inputRate * patchRate, rate: node.rate * patchRate,
        repetitions: repetitions[index], latency: node.latency, seed: Self.seed(node, plan))
    }
    loops = plan.program.scopes.filter { $0.parent != nil }.map { scope in
      let inside = Set(scope.members)
      let held = network.edges.filter { $0.tokens > 0 && inside.contains($0.from) && inside.contains($0.to) }
      return Loop(
        actors: scope.members.map { network.nodes[$0].address },
        tokens: held.map { Edge($0, frames: $0.tokens, network, patchRate) }, block: scope.step, rate: scope.clock * patchRate,
        runsByFrame: scope.runsByFrame,
        leads: scope.members.filter { network.nodes[$0].lead > 0 }.map {
          Lead(actor: network.nodes[$0].address, frames: network.nodes[$0].lead)
        })
    }
    tokens = network.edges.filter { $0.tokens > 0 }.map { edge in
      var described = Edge(edge, frames: edge.tokens, network, patchRate)
      if let index = edge.graphEdge, case .seconds(let seconds)? = plan.graph.edges[index].tokens,
        seconds * described.rate.doubleValue != Double(edge.tokens)
      {
        described.roundedFrom = seconds
      }
      return described
    }
    alignments = network.edges.filter { $0.compensation > 0 }.map { Edge($0, frames: $0.compensation, network, patchRate) }
    schedule = plan.scheduleText
    arenaBytes = plan.arenaFloats * MemoryLayout<Float>.stride
    privateBytes = plan.privateFloats * MemoryLayout<Float>.stride
    delayLineBytes = plan.lines.map { $0.capacity * $0.channels * MemoryLayout<Float>.stride }.reduce(0, +)
    actorBytes = executor.memory.bytes
    (paths, hasMorePaths) = PathFinder(plan).find()
    outputLatency = plan.outputLatency
    outputChannels = plan.outputChannels
    outputSampleRate = plan.outputSampleRate
    tail = plan.tail
    if plan.threads.count > 1 { threads = Self.threads(plan) }
    predictedGain = plan.threads.predictedGain
    if measuring {
      let costs = executor.measuredCosts()
      for index in actors.indices { actors[index].nanosecondsPerFrame = costs[index] }
      nanosecondsPerFrame = costs.reduce(0, +)
    }
  }

  private static func threads(_ plan: Plan) -> [ThreadShare] {
    let costs = plan.options.measuredCosts
    let total = costs?.reduce(0, +) ?? 0
    return (0..<plan.threads.count).map { thread in
      let nodes = plan.program.order.filter { plan.threads.threadOf[$0] == thread }
      let cost = costs.map { costs in nodes.reduce(0) { $0 + costs[$1] } }
      return ThreadShare(actors: nodes.map { plan.network.nodes[$0].address }, share: total > 0 ? cost.map { $0 / total } : nil)
    }
  }

  private static func seed(_ node: Network.Node, _ plan: Plan) -> Int? {
    guard case .effect(let type) = node.operation, let actor = node.actor else { return nil }
    for case .structural(let spec) in type.spec.arguments {
      if case .seed = spec.kind { return plan.graph.actors[actor].configuration.integer(spec.name) }
    }
    return nil
  }

  /// The smallest whole numbers of firings in proportion to the rates: an actor that turns M frames into L fires once
  /// for M of them.
  private static func repetitions(_ network: Network) -> [Int] {
    let firings = network.nodes.map { node in node.inputRate / Rational((node.inputRate / node.rate).numerator) }
    var scale = Rational(1)
    for rate in firings { scale = Rational(1) / leastCommonDivisor(Rational(1) / scale, rate) }
    return firings.map { ($0 * scale).numerator }
  }

  /// The largest ratio of which both are whole multiples.
  private static func leastCommonDivisor(_ a: Rational, _ b: Rational) -> Rational {
    Rational(1) / leastCommonMultiple(Rational(1) / a, Rational(1) / b)
  }
}

extension Explanation.Edge {
  fileprivate init(_ edge: Network.Edge, frames: Int, _ network: Network, _ patchRate: Rational) {
    self.init(
      from: network.nodes[edge.from].address, to: network.nodes[edge.to].address, frames: frames, rate: edge.rate * patchRate)
  }
}

extension Network.Node {
  /// The effect's name, or what the compiler put there.
  var effectName: String {
    switch operation {
    case .effect(let type): type.spec.name
    case .input: "input"
    case .output: "output"
    case .sum: "sum"
    case .sampler: "sampler"
    }
  }
}

extension Plan {
  /// The schedule of one block in looped notation, with the actors' names.
  public var scheduleText: String { nest.description { network.nodes[$0].address } }
}
