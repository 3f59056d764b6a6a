import CRealtime
import Engine
import Glibc
import PatchLanguage

/// Where a session is on the way from one patch to another. For the thread that controls.
final class SuccessionState {
  /// What the audio thread runs, as far as it has told.
  fileprivate(set) var executor: Executor
  fileprivate var stage: (kind: Transition.Stage.Kind, earliest: Int)?
  fileprivate var steps: ArraySlice<(stage: Transition.Stage, exchange: Exchange)> = []
  /// How often another executor followed.
  fileprivate(set) var exchanges = 0
  /// An exchange on its way to the audio thread, with the number that confirms it.
  fileprivate var sent: (number: Int32, stage: Transition.Stage, exchange: Exchange)?
  fileprivate var preparation: PatchPreparation?
  fileprivate var preparationNumber: Int32?
  fileprivate(set) var bypassed: [String] = []
  fileprivate var remaindersEnd = false
  fileprivate var formerFaults: [Executor.Fault] = []
  fileprivate var load = (blocks: 0, sum: 0.0)

  init(_ executor: Executor) { self.executor = executor }

  /// The first non-finite sample since the start; known when the sound has ended.
  var fault: Executor.Fault? {
    let all = formerFaults + [executor.fault].compactMap(\.self)
    return all.first.map { first in
      Executor.Fault(address: first.address, position: first.position, count: all.reduce(0) { $0 + $1.count })
    }
  }
}

extension LiveSession {
  /// Addresses of the actors that are bypassed.
  public var bypassed: [String] { succession.bypassed }

  /// Whether another patch can be prepared: none is, nothing is on its way to the audio thread, and nothing fades, or what
  /// does stands still.
  public var canPrepare: Bool {
    succession.preparation == nil && succession.sent == nil && (succession.stage?.kind != .fading || isPatchBypassed)
  }

  /// Prepares what is to follow on a thread of its own; `takePreparation` starts it.
  ///
  /// - Precondition: `canPrepare`.
  /// - Parameters:
  ///   - bypassed: addresses of actors that are passed by.
  ///   - number: from `reserveNumber`, for the change that begins it.
  ///   - load: gives the graph; on the other thread.
  /// - Throws: `LiveError.noThread`.
  public func prepare(bypassed: [String], number: Int32, _ load: @escaping @Sendable () throws -> Graph) throws(LiveError) {
    precondition(canPrepare)
    let (controls, executor, catalog, options) = (controls, succession.executor, catalog, options)
    let outputChannels = outputChannels
    nonisolated(unsafe) let present = executor
    let locksMemory = locksMemory
    // What is too heavy must not play on beside what is to follow.
    let startsAfresh = isPatchBypassed
    succession.preparationNumber = number
    succession.preparation = try PatchPreparation {
      let graph = try load()
      let values = LiveControls(graph, following: controls).parameters
      let next = try PatchSuccession(
        PatchVersion(graph: graph, values: values, bypassed: bypassed, startsAfresh: startsAfresh), from: present,
        catalog: catalog, options: options, outputChannels: outputChannels)
      // What has come stays in memory like what was there at the start.
      if locksMemory { mlockall(Int32(MCL_CURRENT)) }
      return next
    }
  }

  /// What came of a preparation.
  public enum Preparation {
    /// It begins; nothing else is heard where nothing of it differs.
    case begun(PatchVersion, isAudible: Bool)
    case failed(any Error, number: Int32)
  }

  /// Starts what has been prepared. To be called every few milliseconds.
  ///
  /// - Returns: nil while nothing is ready.
  public func takePreparation() -> Preparation? {
    guard let preparation = succession.preparation, let result = preparation.take() else { return nil }
    let number = succession.preparationNumber!
    (succession.preparation, succession.preparationNumber) = (nil, nil)
    switch result {
    case .failure(let error): return .failed(error, number: number)
    case .success(let next):
      begin(next, number)
      return .begun(next.version, isAudible: !next.steps.isEmpty)
    }
  }

  /// Sends the first step, and what has moved.
  private func begin(_ next: PatchSuccession, _ number: Int32) {
    let newControls = LiveControls(next.version.graph, following: controls)
    var commands: [LiveCommand] = []
    for (actor, parameters) in next.version.graph.actors.map(\.parameters).enumerated() {
      let initial = next.target.initialParameters(actor)
      for (index, parameter) in parameters.enumerated() {
        if case .signal = parameter.driver { continue }
        let wanted = newControls.parameters[actor][index] ?? initial[index]
        let present: Double
        if let former = next.origin[actor] {
          present = controls.parameters[former][index] ?? succession.executor.plan.initialParameters(former)[index]
        } else {
          present = next.version.values[actor][index] ?? initial[index]
        }
        if wanted != present {
          commands.append(.parameter(actor: actor, parameter: index, value: wanted, rampFrames: -1))
        }
      }
    }
    (controls, graph, plan) = (newControls, next.version.graph, next.target)
    succession.bypassed = next.version.bypassed
    let step = next.steps.first
    if let step {
      commands.insert(.exchange(.passUnretained(step.exchange), StandInTail(plan)), at: 0)
      succession.steps = next.steps.dropFirst()
      succession.stage = nil
      succession.sent = (number, step.stage, step.exchange)
      succession.remaindersEnd = false
    }
    // Whoever gives another patch wants to hear it.
    commands.insert(.passBy(false), at: 0)
    let change = PatchChange(version: next.version, stage: step?.stage.kind)
    // The ring holds thousands, and nothing else is sent in a row as long.
    while send(commands, number: number, patch: change) == nil { nap(milliseconds: 1) }
  }

  /// The audio thread has done what was sent: what it ran before may go.
  func confirm(_ event: LiveEvent) {
    guard let sent = succession.sent, sent.number == event.value else { return }
    succession.sent = nil
    if let fault = succession.executor.fault { succession.formerFaults.append(fault) }
    succession.executor = sent.exchange.executor
    succession.exchanges += 1
    // In the patch's own time, which stands still while the input passes by.
    succession.stage = (sent.stage.kind, loop.figures[.patchPosition] + sent.stage.frames)
    succession.load = (loop.figures[.blocks], loop.figures.double(.loadSum))
  }

  /// The next step, when its time has come.
  func goOn() {
    guard succession.preparation == nil, succession.sent == nil, let stage = succession.stage else { return }
    switch stage.kind {
    case .fading: if loop.figures[.patchPosition] < stage.earliest { return }
    case .remaining:
      guard succession.executor.isRungOut else {
        if !succession.remaindersEnd, recentLoad > Self.mostLoadWithRemainders {
          succession.remaindersEnd = send([.endRemainders], patch: PatchChange(endsRemainders: true)) != nil
        }
        return
      }
    case .settled:
      succession.stage = nil
      return
    }
    guard let step = succession.steps.first else { return }
    let number = send(
      [.exchange(.passUnretained(step.exchange), StandInTail(plan))], patch: PatchChange(stage: step.stage.kind))
    guard let number else { return }
    succession.steps = succession.steps.dropFirst()
    succession.sent = (number, step.stage, step.exchange)
  }

  /// Above this share of the time remainders fade.
  private static let mostLoadWithRemainders = 0.8

  /// The mean share of some hundred blocks up to now.
  private var recentLoad: Double {
    let (blocks, sum) = (loop.figures[.blocks], loop.figures.double(.loadSum))
    let count = blocks - succession.load.blocks
    guard count >= 100 else { return 0 }
    defer { succession.load = (blocks, sum) }
    return (sum - succession.load.sum) / Double(count)
  }
}
