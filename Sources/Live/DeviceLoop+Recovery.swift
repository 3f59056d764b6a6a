import ALSADevices
import CRealtime
import Glibc

/// The number under which a device that stands still is treated as an error.
let stallCode: Int32 = -ETIMEDOUT

/// What happened several times in a row.
struct Spells {
  private var idleWakeups = 0
  fileprivate var failures = 0
  var isDeprioritised = false
  /// When a block went through or the device was started, on the monotonic clock.
  private var progress: UInt64 = 0

  /// A block went through.
  mutating func succeeded() {
    // Who has the habit has it again from a few wake-ups on.
    idleWakeups = isIdle ? Self.idleLimit - Self.habit : 0
    failures = 0
    started()
  }

  /// The device was started.
  mutating func started() { progress = talea_monotonic_nanoseconds() }

  /// Whether that is longer ago, however often the device has woken us since.
  func hasStoodStill(milliseconds: Int32) -> Bool {
    talea_monotonic_nanoseconds() - progress > UInt64(milliseconds) * 1_000_000
  }

  /// - Returns: whether it has become a habit, and that has not been told for a while.
  mutating func wokeForNothing() -> Bool {
    idleWakeups += 1
    guard idleWakeups == Self.idleLimit else { return false }
    let now = talea_monotonic_nanoseconds()
    guard told == 0 || now - told > 60_000_000_000 else { return false }
    told = now
    return true
  }
  /// When the habit was last told.
  private var told: UInt64 = 0

  /// No device has reason for so many wake-ups without a period.
  private static let idleLimit = 200
  private static let habit = 16
  var isIdle: Bool { idleWakeups >= Self.idleLimit }
}

extension DeviceLoop {
  /// Brings the devices back after an error: the patch keeps its state, the playback buffer starts full of silence.
  ///
  /// - Returns: whether sound runs again; false when told to stop, or where a disconnection is to end it.
  func recover(from firstCode: Int32, _ firstDirection: Direction) -> Bool {
    var (code, direction) = (firstCode, firstDirection)
    var waited = false
    while !isStopping.load(ordering: .relaxed) {
      spells.failures += 1
      switch code {
      case -EPIPE: report(.xrun, direction)
      case -ESTRPIPE:
        report(.suspended, direction)
        guard awaken(devices.capture), awaken(devices.playback) else { return false }
      case -ENODEV, -EBADFD, -ENOENT, -ENXIO, -ENOTCONN:
        report(.disconnected, direction)
        if settings.exitsOnDisconnect {
          report(.gaveUp, direction, code)
          return false
        }
        guard reopen() else { return false }
      case stallCode:
        report(.stalled, direction)
        if spells.failures > 1, !reopen() { return false }
      default:
        report(.failed, direction, code)
        // Where starting again does not help, opening again may.
        if spells.failures > 3, !reopen() { return false }
      }
      // A fault that stays must not become a busy loop.
      if spells.failures > 3 || waited { pause(milliseconds: min(20 << min(spells.failures, 5), 500)) }
      waited = spells.failures > 3
      guard let failure = devices.start() else {
        spells.started()
        if code == -ESTRPIPE { report(.resumed, direction) }
        return true
      }
      (direction, code) = failure
    }
    return false
  }

  /// Waits for the machine to be awake.
  private func awaken(_ stream: StreamReference?) -> Bool {
    guard let stream else { return true }
    while stream.resume() == -EAGAIN {
      if isStopping.load(ordering: .relaxed) { return false }
      pause(milliseconds: 50)
    }
    return true
  }

  /// Opens the devices until it succeeds.
  private func reopen() -> Bool {
    // There is no sound meanwhile.
    talea_realtime_pause()
    defer { talea_realtime_resume() }
    devices.close()
    var isTold = false
    while !isStopping.load(ordering: .relaxed) {
      do {
        try devices.reopen(settings, as: former)
        report(.reconnected)
        return true
      } catch {
        if !isTold { report(.reopenRefused, nil, error.code ?? 0) }
        isTold = true
        pause(milliseconds: 100)
      }
    }
    return false
  }

  func pause(frames: Int) { pause(milliseconds: max(1, 1_000 * frames / devices.sampleRate)) }

  private func pause(milliseconds: Int) {
    figures[.heartbeat] &+= 1
    talea_realtime_pause()
    nap(milliseconds: milliseconds)
    talea_realtime_resume()
  }
}
