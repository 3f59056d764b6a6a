import CRealtime
import Dataflow
import PatchLanguage
import Signal

/// What one actor did since the profile was cleared.
public struct ActorProfile: Sendable, Hashable {
  public var address: String
  public var firings: Int
  /// Frames that left it, at its own rate.
  public var frames: Int
  /// Wall-clock time spent in it.
  public var nanoseconds: UInt64
}

/// What a node counts while profiling is on: written by the thread that runs it, read by any. Each figure is read whole;
/// figures read one after another may belong to neighbouring firings.
struct ProfileCounters {
  private var firings: Int64
  private var frames: Int64
  private var nanoseconds: Int64

  init() { (firings, frames, nanoseconds) = (0, 0, 0) }

  /// A firing that began at a time of the monotonic clock. On the thread that runs the node alone.
  @inline(__always)
  mutating func count(frames count: Int, since began: UInt64) {
    let spent = Int64(bitPattern: talea_monotonic_nanoseconds() &- began)
    talea_store(&firings, talea_load(&firings) &+ 1)
    talea_store(&frames, talea_load(&frames) &+ Int64(count))
    talea_store(&nanoseconds, talea_load(&nanoseconds) &+ spent)
  }

  /// Only while the node does not run.
  mutating func clear() {
    talea_store(&firings, 0)
    talea_store(&frames, 0)
    talea_store(&nanoseconds, 0)
  }

  /// From any thread.
  mutating func read(_ address: String) -> ActorProfile {
    ActorProfile(
      address: address, firings: Int(talea_load(&firings)), frames: Int(talea_load(&frames)),
      nanoseconds: UInt64(bitPattern: talea_load(&nanoseconds)))
  }
}

extension Executor {
  /// Turns the clock around each firing on or off. Off, a firing costs one test of a flag.
  public func setProfiling(_ isOn: Bool) { machine.pointee.isProfiling = isOn }

  /// Forgets what was counted.
  public func clearProfile() {
    for node in plan.network.nodes.indices {
      machine.pointee.nodes[node].profile.clear()
    }
  }

  /// One entry per actor, in the order of `Explanation.actors`. Firings and frames are counted while profiling is on. May be
  /// asked on any thread, while another one processes.
  public var profile: [ActorProfile] {
    let nodes = machine.pointee.nodes
    return plan.network.nodes.enumerated().map { index, node in nodes[index].profile.read(node.address) }
  }
}

extension Executor {
  /// Runs on noise for a moment to find what each node costs on this machine, in nanoseconds per frame of the patch: the
  /// best of three rounds of at least four blocks. Leaves the executor as after `reset`. Allocates.
  func measuredCosts(over measuredFrames: Int = 24_000) -> [Double] {
    let frames = plan.options.maximumFrameCount
    let outputFrames = (Rational(frames) * plan.outputSampleRate / Rational(plan.options.sampleRate)).ceiling + 1
    let input = PlanarBuffer(channels: plan.inputs.map(\.channels).reduce(0, +), frames: frames)
    let output = PlanarBuffer(channels: plan.outputChannels, frames: outputFrames)
    var random: UInt32 = 1
    for channel in 0..<input.channels {
      for n in 0..<frames {
        random = random &* 1_664_525 &+ 1_013_904_223
        input.mutable[channel][n] = Float(Int32(bitPattern: random)) * 0x1p-33
      }
    }
    setProfiling(true)
    let blocks = max(4, measuredFrames / frames)
    var best = Array(repeating: Double.infinity, count: plan.network.nodes.count)
    var bestTotal = Double.infinity
    for _ in 0..<3 {
      clearProfile()
      for _ in 0..<blocks { process(inputs: input.constant, outputs: output.mutable, frameCount: frames) }
      let costs = profile.map { Double($0.nanoseconds) / Double(blocks * frames) }
      if costs.reduce(0, +) < bestTotal { (best, bestTotal) = (costs, costs.reduce(0, +)) }
    }
    setProfiling(false)
    reset()
    return best
  }
}
