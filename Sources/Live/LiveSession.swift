import ALSADevices
import CRealtime
import Engine
import Glibc
import PatchLanguage
import Signal

extension Graph {
  /// - Throws: `LiveError` where it reads what nothing feeds.
  func checkInputs(isCaptured: Bool) throws(LiveError) {
    for actor in actors {
      guard case .input = actor.kind else { continue }
      guard actor.address == "in" else { throw .furtherInput(address: actor.address) }
      guard isCaptured else { throw .noCapture }
    }
  }
}

/// A patch that plays between devices, seen from the side that controls it.
public final class LiveSession {
  public let settings: LiveSettings
  /// What plays, or is on its way to.
  public internal(set) var plan: Plan
  public internal(set) var graph: Graph
  let catalog: Catalog
  let options: CompileOptions
  /// Of `out` in the patch with which it began.
  public let patchChannels: Int
  /// Of the stream, whatever follows.
  public let outputChannels: Int
  let succession: SuccessionState
  /// Whether the system let memory be locked.
  private(set) var locksMemory = false
  private let devices: DevicePair
  let loop: DeviceLoop
  private var thread: AudioThread?
  private var hangWatch: HangWatch
  /// Whether a call into the device's library never came back when the session was to end. The process can only be left.
  public private(set) var isStuck = false
  /// What controls and parameters were last set to.
  public internal(set) var controls: LiveControls
  /// Changes on their way to the audio thread, and those whose event nobody has asked about yet.
  var changes: [Int32: LiveChange] = [:]
  var nextChange: Int32 = 1

  /// Opens the devices and compiles the patch for them. Nothing sounds yet.
  ///
  /// - Throws: `DeviceError`, `LiveError`, `PatchFailure`, and what the makers of sinks throw.
  public init(_ graph: Graph, catalog: Catalog, _ settings: LiveSettings, ends: LiveEnds = LiveEnds()) throws {
    self.settings = settings
    (self.graph, self.catalog) = (graph, catalog)
    try graph.checkInputs(isCaptured: settings.captureDevice != nil || ends.source != nil)
    devices = try DevicePair(settings)
    let captured = devices.capture?.settings.channels ?? ends.source?.channelCount ?? 0
    try Self.check(settings.inputMap, settings.captureDevice ?? "the file", captured)
    var options = CompileOptions(sampleRate: devices.sampleRate, maximumFrameCount: min(devices.bufferFrames, 65_536))
    if captured > 0 {
      options.inputChannels["in"] = settings.inputMap?.count ?? captured
    } else {
      options.outputChannels = settings.outputMap?.count ?? devices.playback?.settings.channels ?? settings.channels
    }
    options.isExchangeable = true
    self.options = options
    let own = try compile(graph, catalog: catalog, options: options)
    patchChannels = own.outputChannels
    // One channel goes to all of a device: a patch that follows may then have as many.
    let spread = settings.outputMap == nil && patchChannels == 1 ? devices.playback?.settings.channels ?? 1 : patchChannels
    plan = try own.withOutputChannels(spread) ?? own
    outputChannels = plan.outputChannels
    let mapped = settings.outputMap.map { $0.max()! + 1 } ?? plan.outputChannels
    let played = devices.playback?.settings.channels ?? mapped
    if let playback = devices.playback, settings.outputMap == nil, plan.outputChannels > played {
      throw LiveError.tooManyChannels(patch: plan.outputChannels, device: playback.request.device, channels: played)
    }
    try Self.check(settings.outputMap, settings.playbackDevice ?? "the file", played)
    if let map = settings.outputMap, map.count != plan.outputChannels {
      throw LiveError.mapLength(map: map.count, patch: plan.outputChannels)
    }
    controls = LiveControls(graph)
    let (rate, block) = (devices.sampleRate, plan.options.maximumFrameCount)
    let channels = ChannelRouting(
      captured: captured, inputMap: settings.inputMap, played: played, outputs: plan.outputChannels,
      outputMap: settings.outputMap, frames: block)
    func drain(_ maker: LiveEnds.SinkMaker?, _ channels: Int) throws -> FrameDrain? {
      guard let maker, channels > 0 else { return nil }
      return FrameDrain(try maker(channels, rate), channels: channels, sampleRate: rate, blockFrames: block)
    }
    // The loop itself may wait for as long as it takes to prove that a device stands still.
    let patience = max(100, UInt64(4_000 * devices.bufferFrames / devices.sampleRate))
    hangWatch = HangWatch(patience: (3_000 + patience) * 1_000_000)
    let executor = Executor(plan)
    succession = SuccessionState(executor)
    loop = DeviceLoop(
      settings, devices, executor, channels,
      feed: ends.source.map { FrameFeed($0, sampleRate: rate, blockFrames: block) }, drain: try drain(ends.sink, played),
      recorders: (
        try drain(ends.inputRecorder, channels.inputCount), try drain(ends.outputRecorder, plan.outputChannels)
      ))
  }

  private static func check(_ map: [Int]?, _ device: String, _ channels: Int) throws(LiveError) {
    if let last = map?.max(), last >= channels {
      throw .noSuchChannel(number: last + 1, of: device, channels: channels)
    }
  }

  /// What the devices were set to.
  public var capture: StreamSettings? { loop.former.capture }
  public var playback: StreamSettings? { loop.former.playback }
  /// Whether both directions start and stop as one.
  public var isLinked: Bool { devices.isLinked }

  /// Frames from the capture of a sample to its playback: the playback buffer, what the patch costs, and the border between
  /// two clocks.
  public var latencyFrames: Int { (playback?.bufferFrames ?? 0) + plan.outputLatency + (borderFrames ?? 0) }
  /// What the border between two clocks costs, on average; nil where both directions share one.
  public var borderFrames: Int? { devices.border?.latencyFrames }

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
    succession.executor.prefault()
    // What exists now stays in memory; later allocations of other threads are not held to a small limit.
    if mlockall(Int32(MCL_CURRENT)) != 0 { privileges.memory = errno }
    locksMemory = privileges.memory == 0
    for end in [loop.drain, loop.recorders.input, loop.recorders.output] { try end?.start() }
    try loop.feed?.start()
    let loop = loop
    let thread = try AudioThread(priority: settings.priority) { loop.run() }
    privileges.priority = thread.priorityRefusal
    self.thread = thread
    return privileges
  }

  /// Fades out, and returns when the thread has ended, or when `isStuck` is true.
  public func stop() {
    loop.isStopping.store(true, ordering: .relaxed)
    // What it may take: the fade, what is queued, and a device that has to be brought back for them.
    let buffer = Double(devices.bufferFrames) / Double(devices.sampleRate)
    var left = Int(1_000 * (5 + settings.fadeSeconds + 3 * buffer))
    while thread != nil, !isOver, left > 0 {
      nap(milliseconds: 1)
      left -= 1
    }
    if thread == nil || isOver {
      thread?.join()
    } else {
      isStuck = true
      // It may wake up some day, and what it works with must be there then.
      _ = Unmanaged.passRetained(self)
    }
    thread = nil
    loop.feed?.stop()
    for end in [loop.drain, loop.recorders.input, loop.recorders.output] { end?.finish() }
  }

  /// Why a file could not be read or written to its end, where one could not.
  public var fileFailures: [String] {
    [loop.feed?.failure, loop.drain?.failure, loop.recorders.input?.failure, loop.recorders.output?.failure].compactMap(\.self)
  }

  /// Whether the thread has ended by itself.
  public var isOver: Bool { loop.isDone.load(ordering: .acquiring) }

  /// Whether it ended as meant: told to, or because a file that stood in for the capture device ended.
  public var hasFinished: Bool { isOver && loop.figures[.hasFinished] == 1 }

  /// What happened since the last call. To be called every few milliseconds: it also moves what glides.
  public func takeEvents() -> [LiveEvent] {
    if !isOver { stepGlides() }
    var events: [LiveEvent] = []
    while let event = loop.events.next() {
      events.append(event)
      if event.kind == .changed { confirm(event) }
    }
    if !isOver { goOn() }
    if thread != nil, !isOver, let event = hangEvent() { events.append(event) }
    return events
  }

  /// What there is to tell of an audio thread that does not come round.
  private func hangEvent() -> LiveEvent? {
    let now = talea_monotonic_nanoseconds()
    guard let finding = hangWatch.look(heartbeat: loop.figures[.heartbeat], at: now) else { return nil }
    let (kind, waited): (LiveEvent.Kind, UInt64) =
      switch finding {
      case .hangs(let time): (.hanging, time)
      case .returned(let time): (.returned, time)
      }
    return LiveEvent(
      kind: kind, direction: nil, value: Int32(clamping: waited / 1_000_000), position: loop.figures[.position], nanoseconds: now)
  }

  public struct Statistics: Sendable {
    /// Frames of the patch played.
    public var frames: Int
    public var load: LoadMeter
    /// Frames in which the safety limiter held something back.
    public var limitedFrames: Int
    /// The largest absolute sample that left.
    public var peak: Float
    /// Frames that a file could not give in time.
    public var missingFrames: Int
    /// Frames that a file could not take in time.
    public var lostFrames: Int
    /// How much faster the capture clock runs than the playback clock, beyond their nominal ratio: 1e-6 is 1 ppm. nil where
    /// there is one clock.
    public var drift: Double?
    /// The first non-finite sample born in an actor; known when the sound has ended.
    public var fault: Executor.Fault?
    /// Events that were lost because nobody read them.
    public var lostEvents: Int
  }

  /// The levels of each channel of `in` and `out` at this moment. To be asked as often as wanted, on any thread.
  public var levels: (inputs: [ChannelLevel], outputs: [ChannelLevel]) { loop.meters.read() }

  /// Figures of this moment.
  public var statistics: Statistics {
    let drains = [loop.drain, loop.recorders.input, loop.recorders.output]
    return Statistics(
      frames: loop.figures[.position], load: loop.figures.load, limitedFrames: loop.figures[.limitedFrames],
      peak: Float(loop.figures.double(.peak)), missingFrames: loop.figures[.missingFrames],
      lostFrames: drains.reduce(0) { $0 + ($1?.lostFrames ?? 0) },
      drift: borderFrames == nil ? nil : loop.figures.double(.drift), fault: isOver ? succession.fault : nil,
      lostEvents: loop.events.lostCount)
  }

  deinit { if thread != nil { stop() } }
}
