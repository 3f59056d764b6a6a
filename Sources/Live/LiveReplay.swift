import Engine
import PatchLanguage
import Signal

/// Plays offline what a live session played: the same patch, the same input, the same events, the same bytes.
public final class LiveReplay {
  /// Something that took effect at a position.
  public enum Action: Sendable {
    case change(LiveChange)
    /// From here on the input passes by the patch, or the patch plays again.
    case bypass(Bool)
    /// The last fade begins.
    case end
  }

  /// What the session was compiled for.
  public struct Settings: Sendable, Hashable {
    public var sampleRate = 48_000
    /// Of `in`; 0 where the patch reads nothing.
    public var inputChannels = 0
    /// Asked for at `out`, where nothing is read.
    public var outputChannels: Int?
    /// What left `out`, where that is more than the patch has; nil for as many.
    public var streamChannels: Int?
    public var safetyLimit: Float?
    public var fadeSeconds = 0.05

    public init() {}
  }

  public private(set) var plan: Plan
  /// Of the stream, whatever follows.
  public let outputChannels: Int
  private var executor: Executor
  private var steps: ArraySlice<(stage: Transition.Stage, exchange: Exchange)> = []
  private let catalog: Catalog
  private let options: CompileOptions
  private let settings: Settings
  private var output: OutputStage
  private var bypass: PatchBypass
  private static let blockFrames = 1_024

  /// - Throws: `PatchFailure` where the patch does not fit the settings.
  public init(_ graph: Graph, catalog: Catalog, _ settings: Settings) throws(PatchFailure) {
    var options = CompileOptions(sampleRate: settings.sampleRate, maximumFrameCount: Self.blockFrames)
    if settings.inputChannels > 0 { options.inputChannels["in"] = settings.inputChannels }
    options.outputChannels = settings.outputChannels
    options.isExchangeable = true
    (self.catalog, self.options) = (catalog, options)
    let own = try compile(graph, catalog: catalog, options: options)
    plan = try own.withOutputChannels(settings.streamChannels ?? own.outputChannels) ?? own
    outputChannels = plan.outputChannels
    executor = Executor(plan)
    self.settings = settings
    bypass = PatchBypass(sampleRate: settings.sampleRate)
    output = OutputStage(limit: settings.safetyLimit, fadeSeconds: settings.fadeSeconds, sampleRate: settings.sampleRate)
  }

  /// Plays a number of frames.
  ///
  /// - Parameters:
  ///   - source: what the session was fed with; nil where the patch reads nothing.
  ///   - actions: in the order of their positions.
  ///   - take: gets each block that leaves, with its first frame.
  /// - Throws: what the source and `take` throw.
  /// - Returns: changes that the patch has no actor or parameter for.
  public func run(
    frames: Int, source: (any FrameSource)?, actions: [(position: Int, action: Action)],
    take: (_ channels: PlanarBuffer, _ first: Int, _ count: Int) throws -> Void
  ) throws -> [ParameterMove] {
    let input = PlanarBuffer(channels: settings.inputChannels, frames: Self.blockFrames)
    let played = PlanarBuffer(channels: outputChannels, frames: Self.blockFrames)
    var unknown: [ParameterMove] = []
    var (position, next) = (0, 0)
    while position < frames {
      while next < actions.count, actions[next].position <= position {
        unknown += try apply(actions[next].action)
        next += 1
      }
      var count = min(Self.blockFrames, frames - position)
      if next < actions.count { count = min(count, actions[next].position - position) }
      if let source {
        let read = try source.read(UnsafePointer(input.mutable), frameCount: count)
        for channel in 0..<input.channels { for n in read..<count { input.mutable[channel][n] = 0 } }
      }
      render(input, played, count)
      try take(played, position, count)
      position += count
    }
    return unknown
  }

  private func render(_ input: PlanarBuffer, _ played: PlanarBuffer, _ count: Int) {
    let outputs = UnsafePointer(played.mutable)
    if bypass.isOn {
      bypass.pass(input.constant, input.channels, outputs, played.channels, frameCount: count)
    } else {
      executor.process(inputs: input.constant, outputs: outputs, frameCount: count)
      bypass.blend(input.constant, input.channels, outputs, played.channels, frameCount: count)
    }
    output.process(UnsafePointer(played.mutable), channelCount: played.channels, frameCount: count)
  }

  /// - Throws: as `PatchVersion.compiled`.
  private func apply(_ action: Action) throws -> [ParameterMove] {
    switch action {
    case .bypass(let isOn): _ = bypass.set(isOn)
    case .end: output.end()
    case .change(.mute(let isMuted)): output.isMuted = isMuted
    case .change(.parameters(let moves)): return move(moves)
    case .change(.patch(let change)):
      if let version = change.version {
        let next = try PatchSuccession(
          version, from: executor, catalog: catalog, options: options, outputChannels: outputChannels)
        (plan, steps) = (next.target, next.steps[...])
      }
      if change.stage != nil, let step = steps.popFirst() {
        step.exchange.run()
        executor = step.exchange.executor
      }
      if change.endsRemainders { executor.endRemainders() }
      return move(change.moves)
    }
    return []
  }

  /// - Returns: what the patch has no actor or parameter for.
  private func move(_ moves: [ParameterMove]) -> [ParameterMove] {
    moves.filter { move in
      guard let actor = plan.graph.actors.firstIndex(where: { $0.address == move.actor }),
        let parameter = plan.graph.actors[actor].parameters.firstIndex(where: { $0.name == move.parameter })
      else { return true }
      return !executor.schedule(
        actor: actor, parameter: parameter, value: move.value, at: executor.position, rampFrames: move.rampFrames)
    }
  }
}
