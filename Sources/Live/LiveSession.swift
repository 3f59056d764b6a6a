import ALSADevices
import Engine
import Glibc
import PatchLanguage
import Signal

/// A patch that plays between devices, seen from the side that controls it.
public final class LiveSession {
  public let settings: LiveSettings
  public let plan: Plan
  private let devices: DevicePair
  private let loop: DeviceLoop
  private var thread: AudioThread?

  /// Opens the devices and compiles the patch for them. Nothing sounds yet.
  ///
  /// - Throws: `DeviceError`, `LiveError`, `PatchFailure`.
  public init(_ graph: Graph, catalog: Catalog, _ settings: LiveSettings) throws {
    self.settings = settings
    for actor in graph.actors {
      guard case .input = actor.kind else { continue }
      guard actor.address == "in" else { throw LiveError.furtherInput(address: actor.address) }
      guard settings.captureDevice != nil else { throw LiveError.noCapture }
    }
    devices = try DevicePair(settings)
    var options = CompileOptions(sampleRate: devices.sampleRate, maximumFrameCount: min(devices.bufferFrames, 65_536))
    if let capture = devices.capture { options.inputChannels["in"] = capture.settings.channels }
    if let playback = devices.playback, devices.capture == nil { options.outputChannels = playback.settings.channels }
    plan = try compile(graph, catalog: catalog, options: options)
    if let playback = devices.playback, plan.outputChannels > playback.settings.channels {
      throw LiveError.tooManyChannels(
        patch: plan.outputChannels, device: playback.request.device, channels: playback.settings.channels)
    }
    loop = try DeviceLoop(settings, devices, Executor(plan))
  }

  /// What the devices were set to.
  public var capture: StreamSettings? { loop.former.capture }
  public var playback: StreamSettings? { loop.former.playback }
  /// Whether both directions start and stop as one.
  public var isLinked: Bool { devices.isLinked }

  /// Frames from the capture of a sample to its playback: the playback buffer, and what the patch costs.
  public var latencyFrames: Int { (playback?.bufferFrames ?? 0) + plan.outputLatency }

  /// How the system took the wishes of a real-time program; error numbers, 0 for granted.
  public struct Privileges: Sendable, Hashable {
    public var priority: Int32 = 0
    public var memory: Int32 = 0
  }

  /// Starts the sound.
  ///
  /// - Throws: `LiveError.noThread`.
  public func start() throws(LiveError) -> Privileges {
    var privileges = Privileges()
    loop.executor.prefault()
    // What exists now stays in memory; later allocations of other threads are not held to a small limit.
    if mlockall(Int32(MCL_CURRENT)) != 0 { privileges.memory = errno }
    let loop = loop
    let thread = try AudioThread(priority: settings.priority) { loop.run() }
    privileges.priority = thread.priorityRefusal
    self.thread = thread
    return privileges
  }

  /// Fades out, and returns when the thread has ended.
  public func stop() {
    loop.isStopping.store(true, ordering: .relaxed)
    thread?.join()
    thread = nil
  }

  /// Whether the thread has ended by itself.
  public var isOver: Bool { loop.isDone.load(ordering: .acquiring) }

  /// What happened since the last call.
  public func takeEvents() -> [LiveEvent] {
    var events: [LiveEvent] = []
    while let event = loop.events.next() { events.append(event) }
    return events
  }

  public struct Statistics: Sendable {
    /// Frames of the patch played.
    public var frames: Int
    public var load: LoadMeter
    /// Frames in which the safety limiter held something back.
    public var limitedFrames: Int
    /// The largest absolute sample that left.
    public var peak: Float
    /// The first non-finite sample born in an actor.
    public var fault: Executor.Fault?
    /// Events that were lost because nobody read them.
    public var lostEvents: Int
  }

  /// Figures of this moment.
  public var statistics: Statistics {
    Statistics(
      frames: loop.position, load: loop.load.pointee, limitedFrames: loop.output.pointee.limitedFrames,
      peak: loop.output.pointee.peak, fault: loop.executor.fault, lostEvents: loop.events.lostCount)
  }

  deinit { if thread != nil { stop() } }
}
