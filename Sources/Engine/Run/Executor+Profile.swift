/// What one actor did since the profile was cleared.
public struct ActorProfile: Sendable, Hashable {
  public var address: String
  public var firings: Int
  /// Frames that left it, at its own rate.
  public var frames: Int
  /// Wall-clock time spent in it.
  public var nanoseconds: UInt64
}

extension Executor {
  /// Turns the clock around each firing on or off. Off, a firing costs one test of a flag.
  public func setProfiling(_ isOn: Bool) { machine.pointee.isProfiling = isOn }

  /// Forgets what was counted.
  public func clearProfile() {
    for node in plan.network.nodes.indices {
      machine.pointee.nodes[node].firings = 0
      machine.pointee.nodes[node].frames = 0
      machine.pointee.nodes[node].nanoseconds = 0
    }
  }

  /// One entry per actor, in the order of `Explanation.actors`. Firings and frames are counted while profiling is on.
  public var profile: [ActorProfile] {
    plan.network.nodes.enumerated().map { index, node in
      let state = machine.pointee.nodes[index]
      return ActorProfile(
        address: node.address, firings: state.firings, frames: state.frames, nanoseconds: state.nanoseconds)
    }
  }
}
