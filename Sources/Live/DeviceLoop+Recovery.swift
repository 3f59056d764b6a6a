import ALSADevices
import CRealtime
import Glibc

/// The number under which a device that stopped waking us is treated as an error.
let stallCode: Int32 = -ETIMEDOUT

/// What happened several times in a row.
struct Spells {
  private var idleWakeups = 0
  fileprivate var failures = 0
  var isDeprioritised = false

  /// A block went through.
  mutating func succeeded() {
    idleWakeups = 0
    failures = 0
  }

  /// - Returns: whether it has just become a habit.
  mutating func wokeForNothing() -> Bool {
    idleWakeups += 1
    return idleWakeups == Self.idleLimit
  }

  /// No device has reason for so many wake-ups without a period.
  private static let idleLimit = 200
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
    talea_realtime_pause()
    nap(milliseconds: milliseconds)
    talea_realtime_resume()
  }
}
