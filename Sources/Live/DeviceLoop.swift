import ALSADevices
import CRealtime
import Engine
import Glibc
import Synchronization

/// What the audio thread does: waits for the device, takes what was captured, plays it through the patch, hands it back.
///
/// It waits for nothing but the device. When something goes wrong with that, `DeviceLoop+Recovery` brings it back.
final class DeviceLoop {
  let settings: LiveSettings
  let devices: DevicePair
  let events = EventRing()
  let isStopping = Atomic<Bool>(false)
  let isDone = Atomic<Bool>(false)
  /// Owned by whoever controls: here nothing is counted, and nothing freed.
  var executor: Unmanaged<Executor>
  let former: (capture: StreamSettings?, playback: StreamSettings?)
  var spells = Spells()
  /// Frames of the stream so far, those that passed by the patch among them.
  private(set) var position = 0
  let figures = LiveFigures()
  let meters: LiveMeters
  let commands = CommandRing()
  let output: UnsafeMutablePointer<OutputStage>
  let feed: FrameFeed?
  let drain: FrameDrain?
  let recorders: (input: FrameDrain?, output: FrameDrain?)

  private let channels: ChannelRouting
  private let largestBlock: Int
  private var clock: StandInClock?
  var overload = OverloadWatch()
  var tail: StandInTail?
  /// `feed`, without counting references.
  private let source: Unmanaged<FrameFeed>?
  var bypass: PatchBypass
  var isProfiling = false

  init(
    _ settings: LiveSettings, _ devices: DevicePair, _ executor: Executor, _ channels: ChannelRouting, feed: FrameFeed?,
    drain: FrameDrain?, recorders: (input: FrameDrain?, output: FrameDrain?)
  ) {
    self.settings = settings
    self.devices = devices
    self.executor = .passUnretained(executor)
    self.channels = channels
    meters = LiveMeters(inputs: channels.inputCount, outputs: channels.outputCount, sampleRate: devices.sampleRate)
    (self.feed, self.drain, self.recorders) = (feed, drain, recorders)
    source = feed.map(Unmanaged.passUnretained)
    bypass = PatchBypass(sampleRate: devices.sampleRate)
    former = (devices.capture?.settings, devices.playback?.settings)
    largestBlock = executor.plan.options.maximumFrameCount
    if devices.capture == nil, devices.playback == nil {
      clock = StandInClock(
        sampleRate: devices.sampleRate, periodFrames: settings.periodFrames, bufferFrames: devices.bufferFrames)
    }
    if feed != nil { tail = StandInTail(executor.plan) }
    output = .allocate(capacity: 1)
    output.initialize(
      to: OutputStage(limit: settings.safetyLimit, fadeSeconds: settings.fadeSeconds, sampleRate: devices.sampleRate))
  }

  deinit { output.deallocate() }

  /// The body of the audio thread: returns when told to stop, or when nothing can go on.
  func run() {
    talea_realtime_enter()
    // However it ends: a recording knows its length by it.
    defer {
      talea_realtime_exit()
      report(recorders.input?.takeGap(), .recordingGap, .capture)
      report(recorders.output?.takeGap(), .recordingGap, .playback)
      report(drain?.takeGap(), .fileGap, .playback)
      report(.ended)
      isDone.store(true, ordering: .releasing)
    }
    if let (direction, code) = devices.start() {
      guard recover(from: code, direction) else { return }
    }
    spells.started()
    report(.started)
    var end = Int.max
    while position < end {
      figures[.heartbeat] &+= 1
      if isStopping.load(ordering: .relaxed) || tail?.isOver == true, end == Int.max {
        if !output.pointee.isEnding {
          output.pointee.end()
          report(.ending)
        }
        // What was queued before the fade ended still has to be heard.
        if output.pointee.isSilent {
          end = position + (devices.playback?.settings.bufferFrames ?? 0)
        }
      }
      switch waitForFrames() {
      case .frames(let count):
        if let (direction, code) = transfer(count) {
          guard recover(from: code, direction) else { return }
        } else {
          spells.succeeded()
        }
      case .nothing: break
      case .failure(let direction, let code):
        guard recover(from: code, direction) else { return }
      }
      if overload.isDue, !act(on: overload.takeMean()) { return }
    }
    devices.stop()
    figures[.hasFinished] = 1
  }

  func report(_ kind: LiveEvent.Kind, _ direction: Direction? = nil, _ value: Int32 = 0) {
    events.write(
      LiveEvent(
        kind: kind, direction: direction, value: value, position: position, nanoseconds: talea_monotonic_nanoseconds()))
  }

  /// What a file lacks, where there is something to tell.
  private func report(_ gap: FrameGap?, _ kind: LiveEvent.Kind, _ direction: Direction) {
    guard let gap else { return }
    events.write(
      LiveEvent(
        kind: kind, direction: direction, value: Int32(clamping: gap.count), position: gap.position,
        nanoseconds: talea_monotonic_nanoseconds()))
  }

  // MARK: Waiting

  /// Milliseconds that prove a fault: no working device sleeps through four of its buffers.
  var patience: Int32 { max(100, Int32(4_000 * devices.bufferFrames / devices.sampleRate)) }

  private enum Readiness {
    case frames(Int)
    case nothing
    case failure(Direction, Int32)
  }

  /// Waits until every direction has a step of frames.
  private func waitForFrames() -> Readiness {
    var captured = Int.max, room = Int.max
    if let capture = devices.capture {
      captured = capture.available()
      if captured < 0 { return .failure(.capture, Int32(captured)) }
    }
    if let playback = devices.playback {
      room = playback.available()
      if room < 0 { return .failure(.playback, Int32(room)) }
    }
    if clock != nil {
      room = clock!.available()
      if room < devices.step {
        clock!.wait()
        return .nothing
      }
    }
    let step = devices.step
    let border = devices.unownedBorder
    let count = min(border == nil ? captured : .max, room, largestBlock) / step * step
    if count > 0 {
      if let border, let capture = devices.capture, let playback = devices.playback {
        // What was known at the last interrupts of two devices lies up to a period apart.
        captured = capture.availableNow()
        if captured < 0 { return .failure(.capture, Int32(captured)) }
        room = playback.availableNow()
        if room < 0 { return .failure(.playback, Int32(room)) }
        border._withUnsafeGuaranteedRef { $0.look(available: captured, room: room) }
      }
      return .frames(count)
    }
    let isCaptureShort = captured < step && border == nil
    let direction: Direction = isCaptureShort ? .capture : .playback
    guard let stream = isCaptureShort ? devices.capture : devices.playback else { return .nothing }
    switch stream.wait(milliseconds: patience) {
    case 0, 1:
      // Whether or not it says that it is ready: frames are what counts.
      if spells.hasStoodStill(milliseconds: patience) { return .failure(direction, stallCode) }
      if spells.wokeForNothing() {
        report(.idleWakeups, direction)
      }
      if spells.isIdle { pause(frames: step) }
      return .nothing
    case -1: return .failure(direction, stallCode)
    default: return .failure(direction, code(of: stream))
    }
  }

  /// The error number that belongs to a stream's state.
  private func code(of stream: StreamReference) -> Int32 {
    switch stream.state {
    case .xrun: -EPIPE
    case .suspended: -ESTRPIPE
    case .disconnected: -ENODEV
    case .ready, .running, .other: stream.available() < 0 ? Int32(clamping: stream.available()) : -EIO
    }
  }

  // MARK: Sound

  /// Moves a block from the capture side through the patch to the playback side.
  ///
  /// - Returns: nil, or the direction that failed, and its error number.
  private func transfer(_ frameCount: Int) -> (Direction, Int32)? {
    var count = frameCount
    if let capture = devices.capture, let border = devices.unownedBorder {
      let code = border._withUnsafeGuaranteedRef { $0.pull(capture, played: frameCount) }
      guard code >= 0 else { return (.capture, code) }
      border._withUnsafeGuaranteedRef { border in
        if !border.produce(into: UnsafePointer(channels.captured.mutable), frameCount: frameCount) { report(.slipped, .capture) }
        figures.set(.drift, border.drift)
      }
    } else if let capture = devices.capture {
      let read = capture.read(UnsafePointer(channels.captured.mutable), frameCount: frameCount)
      guard read > 0 else { return (.capture, read < 0 ? Int32(read) : -EIO) }
      count = read
    } else if let source {
      let (missing, isOver) = source._withUnsafeGuaranteedRef {
        $0.read(UnsafePointer(channels.captured.mutable), frameCount: frameCount)
      }
      if missing > 0 {
        if figures[.missingFrames] == 0 { report(.sourceIsLate) }
        figures[.missingFrames] &+= missing
      }
      if isOver { tail?.begin() }
    }
    clock?.took(count)
    let began = talea_monotonic_nanoseconds()
    render(count)
    let share = Double(talea_monotonic_nanoseconds() &- began) * 1e-9 * Double(devices.sampleRate) / Double(count)
    figures.addLoad(share)
    overload.add(share, frames: count, sampleRate: devices.sampleRate)
    position += count
    figures[.position] = position
    if let playback = devices.playback {
      var done = 0
      while done < count {
        let written =
          done == 0
          ? playback.write(channels.played.constant, frameCount: count)
          : playback.write(nil, frameCount: count - done)
        guard written > 0 else { return (.playback, written < 0 ? Int32(written) : -EIO) }
        done += written
      }
    }
    return nil
  }

  /// What lies inside the real-time bracket: commands, patch, limiter and fades, and the queues of what is written to files.
  private func render(_ count: Int) {
    takeCommands()
    let (inputs, outputs) = (channels.constantInputs, UnsafePointer(channels.outputs))
    if bypass.isOn {
      bypass.pass(inputs, channels.inputCount, outputs, channels.outputCount, frameCount: count)
    } else {
      figures[.patchPosition] = executor._withUnsafeGuaranteedRef {
        _ = $0.process(inputs: inputs, outputs: outputs, frameCount: count)
        return $0.position
      }
      bypass.blend(inputs, channels.inputCount, outputs, channels.outputCount, frameCount: count)
    }
    output.pointee.process(UnsafePointer(channels.outputs), channelCount: channels.outputCount, frameCount: count)
    meters.note(channels.constantInputs, channels.constantOutputs, frameCount: count)
    tail?.note(channels.constantOutputs, channelCount: channels.outputCount, frameCount: count)
    report(recorders.input?.write(channels.constantInputs, frameCount: count), .recordingGap, .capture)
    report(recorders.output?.write(channels.constantOutputs, frameCount: count), .recordingGap, .playback)
    channels.spread(frameCount: count)
    report(drain?.write(channels.played.constant, frameCount: count), .fileGap, .playback)
    figures[.limitedFrames] = output.pointee.limitedFrames
    figures.set(.peak, Double(output.pointee.peak))
  }

  /// - Returns: whether to go on.
  private func act(on mean: Double) -> Bool {
    guard mean > 1 else { return true }
    report(.overloaded, nil, Int32(min(mean * 1_000, 1e9)))
    switch settings.overload {
    case .warn:
      guard !spells.isDeprioritised else { return true }
      spells.isDeprioritised = true
      AudioThread.leaveRealTime()
      report(.deprioritised)
    case .bypass:
      setBypass(true)
    case .exit:
      report(.gaveUp)
      devices.stop()
      return false
    }
    return true
  }
}
