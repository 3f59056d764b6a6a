import Engine
import PatchLanguage
import Signal

/// What a session plays from one exchange to the next: a patch, its values at that moment, and what is bypassed.
public struct PatchVersion: Sendable {
  public var graph: Graph
  /// For each actor and parameter the value with which it starts, in base units; nil where the patch's own holds: a signal
  /// drives it, or it is counted in frames.
  public var values: [[Double?]]
  /// Addresses of actors that their first input passes by. Those that the patch lacks are left out.
  public var bypassed: [String]
  /// Whether nothing of what played before goes on or rings out: that is passed by.
  public var startsAfresh: Bool

  public init(graph: Graph, values: [[Double?]], bypassed: [String] = [], startsAfresh: Bool = false) {
    self.startsAfresh = startsAfresh
    self.graph = graph
    self.values = values
    self.bypassed = bypassed.filter { name in graph.actors.contains { $0.address == name } }
  }

  /// - Parameter outputChannels: of the stream that plays already.
  /// - Throws: `PatchFailure`, `LiveError`, `BypassError`.
  func compiled(catalog: Catalog, options: CompileOptions, outputChannels: Int) throws -> Plan {
    try graph.checkInputs(isCaptured: options.inputChannels["in"] != nil)
    var options = options
    var graph = graph
    for (actor, parameters) in values.enumerated() {
      for (index, value) in parameters.enumerated() {
        guard let value else { continue }
        graph.actors[actor].parameters[index].driver = .value(value)
      }
    }
    if options.outputChannels != nil { options.outputChannels = outputChannels }
    let plan = try compile(graph, catalog: catalog, options: options)
    guard let fitted = try plan.withOutputChannels(outputChannels) else {
      throw LiveError.moreChannels(patch: plan.outputChannels, stream: outputChannels)
    }
    return try fitted.bypassing(bypassed)
  }
}

/// What follows what plays now: executors made and touched, and the exchanges that lead to the last of them.
///
/// Made on any thread while the stage that plays stays the same.
final class PatchSuccession: @unchecked Sendable {
  let version: PatchVersion
  let target: Plan
  /// For each actor of the target the one of the present graph that goes on as it.
  let origin: [Int?]
  var steps: [(stage: Transition.Stage, exchange: Exchange)] = []

  /// - Throws: as `PatchVersion.compiled`.
  init(_ version: PatchVersion, from present: Executor, catalog: Catalog, options: CompileOptions, outputChannels: Int) throws {
    self.version = version
    target = try version.compiled(catalog: catalog, options: options, outputChannels: outputChannels)
    if version.startsAfresh {
      origin = Array(repeating: nil, count: target.graph.actors.count)
      let exchange = Exchange(from: present, afresh: target)
      exchange.executor.prefault()
      steps = [(Transition.afresh(target), exchange)]
      return
    }
    let transition = try Transition(from: present.plan, to: target)
    origin = transition.origin
    var executor = present
    for stage in transition.stages {
      let exchange = Exchange(from: executor, to: stage)
      executor = exchange.executor
      executor.prefault()
      steps.append((stage, exchange))
    }
  }
}
