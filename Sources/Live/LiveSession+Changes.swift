import Engine
import PatchLanguage

/// A parameter that was asked to move, by the names of its actor and its own.
public struct ParameterMove: Sendable, Hashable {
  public var actor: String
  public var parameter: String
  /// In the base unit.
  public var value: Double
  /// nil for the parameter's own smoothing.
  public var rampFrames: Int?

  public init(actor: String, parameter: String, value: Double, rampFrames: Int? = nil) {
    (self.actor, self.parameter, self.value, self.rampFrames) = (actor, parameter, value, rampFrames)
  }
}

/// What takes effect together, at the position of the event `changed` that carries its number.
public enum LiveChange: Sendable {
  case parameters([ParameterMove])
  case mute(Bool)
  /// Another patch, or the next stage of the way to it.
  case patch(PatchChange)
}

/// One step from a patch to another.
public struct PatchChange: Sendable {
  /// The patch that is to be, with the first step towards it.
  public var version: PatchVersion?
  /// nil where nothing is exchanged: values alone move.
  public var stage: Transition.Stage.Kind?
  /// Remainders of what was removed fade.
  public var endsRemainders = false
  public var moves: [ParameterMove] = []

  public init(
    version: PatchVersion? = nil, stage: Transition.Stage.Kind? = nil, endsRemainders: Bool = false, moves: [ParameterMove] = []
  ) {
    (self.version, self.stage, self.endsRemainders, self.moves) = (version, stage, endsRemainders, moves)
  }
}

extension LiveSession {
  /// Moves a control or a parameter from the start of the next block on.
  ///
  /// - Parameter rampFrames: how long the move takes; nil for the parameters' own smoothing. Where a control glides and
  ///   something else than the control itself is computed from it, that follows in straight pieces of 10 ms, which
  ///   `takeEvents` sends.
  /// - Returns: the number of the event `changed` that says where it began; nil when too many changes wait.
  public func change(_ target: ChangeTarget, to value: Double, rampFrames: Int? = nil) -> Int32? {
    send(controls.set(target, to: value, rampFrames: rampFrames, sampleRate: plan.options.sampleRate))
  }

  /// Silences the output within 20 ms, or lets it sound again.
  ///
  /// - Returns: as `change`.
  public func mute(_ isMuted: Bool) -> Int32? { send([.mute(isMuted)]) }

  /// Lets the input pass by the whole patch, or the patch play again; so does another patch that is loaded. The events
  /// `bypassed` and `patchResumed` say where, if that is another state than before.
  ///
  /// - Returns: as `change`.
  public func setPatchBypassed(_ isOn: Bool) -> Int32? { send([.passBy(isOn)]) }

  /// Whether the input passes by the patch.
  public var isPatchBypassed: Bool { loop.figures[.isBypassed] == 1 }

  /// Begins or ends to count the time that each actor takes. It costs two looks at the clock a firing.
  ///
  /// - Returns: as `change`.
  public func setProfiling(_ isOn: Bool) -> Int32? { send([.profile(isOn)]) }

  /// What each actor took while its time was counted, over all such spans since the last exchange. Read while the audio
  /// thread counts on: figures of neighbouring blocks. `exchanges` tells counts that go on from those that began anew.
  public var profile: (actors: [ActorProfile], exchanges: Int) { (succession.executor.profile, succession.exchanges) }

  /// What an event `changed` stands for; known once.
  public func takeChange(_ number: Int32) -> LiveChange? { changes.removeValue(forKey: number) }

  /// Sends the next pieces of controls that glide.
  func stepGlides() {
    guard controls.isGliding else { return }
    _ = send(controls.step(sampleRate: plan.options.sampleRate))
  }

  /// - Parameters:
  ///   - number: reserved before, or the next one.
  ///   - patch: what an exchange among the commands stands for.
  func send(_ commands: [LiveCommand], number reserved: Int32? = nil, patch: PatchChange? = nil) -> Int32? {
    let number = reserved ?? nextChange
    guard loop.commands.write(commands + [.end(group: number)]) else { return nil }
    if reserved == nil { nextChange &+= 1 }
    var moves: [ParameterMove] = []
    for command in commands {
      switch command {
      case .parameter(let actor, let parameter, let value, let frames):
        let description = graph.actors[actor]
        moves.append(
          ParameterMove(
            actor: description.address, parameter: description.parameters[parameter].name, value: value,
            rampFrames: frames < 0 ? nil : frames))
      case .mute(let isMuted): changes[number] = .mute(isMuted)
      case .passBy, .exchange, .profile, .endRemainders, .end: break
      }
    }
    if var patch {
      patch.moves = moves
      changes[number] = .patch(patch)
    } else if changes[number] == nil {
      changes[number] = .parameters(moves)
    }
    return number
  }

  /// A number for a change that is still being prepared.
  public func reserveNumber() -> Int32 {
    defer { nextChange &+= 1 }
    return nextChange
  }
}
