import ALSADevices
import Glibc

/// The device or the two directions of it between which a patch plays.
final class DevicePair {
  private(set) var capture: StreamReference?
  private(set) var playback: StreamReference?
  /// What keeps them open.
  private var streams: (capture: PCMStream?, playback: PCMStream?) {
    didSet { (capture, playback) = (streams.capture.map(StreamReference.init), streams.playback.map(StreamReference.init)) }
  }
  let sampleRate: Int
  /// Whether the two directions start and stop as one.
  private(set) var isLinked = false
  /// Between two clocks, or two rates.
  let border: ClockBorder?
  /// The same as the audio thread calls it, without counting references.
  let unownedBorder: Unmanaged<ClockBorder>?

  /// Frames that are handed over at a time: the shorter period; the period of playback where it does not share its clock.
  var step: Int {
    switch (unownedBorder == nil ? capture?.settings.periodFrames : nil, playback?.settings.periodFrames) {
    case (let a?, let b?): min(a, b)
    case (let a?, nil): a
    case (nil, let b?): b
    case (nil, nil): periodFrames
    }
  }

  private let periodFrames: Int
  /// The larger buffer; where no device is open, that which was wished for.
  let bufferFrames: Int

  /// Opens the devices of the settings.
  ///
  /// - Throws: `DeviceError`, `LiveError`.
  init(_ settings: LiveSettings) throws {
    let playback = try settings.playbackDevice.map { try PCMStream(Self.request($0, .playback, settings)) }
    let capture = try settings.captureDevice.map { device in
      var request = Self.request(device, .capture, settings)
      if let settings = playback?.settings {
        request.usualSampleRate = settings.sampleRate
        request.usualChannels = max(request.usualChannels, settings.channels)
      }
      return try PCMStream(request)
    }
    streams = (capture, playback)
    (self.capture, self.playback) = (capture.map(StreamReference.init), playback.map(StreamReference.init))
    sampleRate = playback?.settings.sampleRate ?? capture?.settings.sampleRate ?? settings.sampleRate ?? 48_000
    periodFrames = settings.periodFrames
    let largest = max(capture?.settings.bufferFrames ?? 0, playback?.settings.bufferFrames ?? 0)
    bufferFrames = largest > 0 ? largest : settings.periodFrames * settings.periods
    var border: ClockBorder?
    if let capture, let playback {
      let isOneCard = capture.card >= 0 && capture.card == playback.card
      let isOneClock = capture.request.device == playback.request.device || isOneCard || settings.sharesClock
      if isOneClock, capture.settings.sampleRate == playback.settings.sampleRate {
        isLinked = playback.link(with: capture) == 0
      } else {
        border = ClockBorder(
          capture: capture.settings, playback: playback.settings, step: playback.settings.periodFrames)
      }
    }
    self.border = border
    unownedBorder = border.map(Unmanaged.passUnretained)
  }

  private static func request(_ device: String, _ direction: Direction, _ settings: LiveSettings) -> StreamRequest {
    var request = StreamRequest(
      device: device, direction: direction, periodFrames: settings.periodFrames, periods: settings.periods)
    request.sampleRate = settings.sampleRate
    request.channels = settings.channels
    let map = direction == .capture ? settings.inputMap : settings.outputMap
    if let map { request.usualChannels = max(2, map.max()! + 1) }
    return request
  }

  /// From standing still to running, with the playback buffer full of silence: what is played then comes after it.
  ///
  /// - Returns: nil, or the direction that refused, and its error number.
  func start() -> (Direction, Int32)? {
    capture?.drop()
    playback?.drop()
    if let playback {
      let code = playback.prepare()
      if code < 0 { return (.playback, code) }
    }
    if let capture, capture.state != .ready {
      let code = capture.prepare()
      if code < 0 { return (.capture, code) }
    }
    if let playback {
      let written = playback.write(nil, frameCount: playback.settings.bufferFrames)
      if written < playback.settings.bufferFrames { return (.playback, written < 0 ? Int32(written) : -EIO) }
    }
    if let capture {
      let code = capture.start()
      if code < 0 { return (.capture, code) }
    }
    if let playback, playback.state != .running {
      let code = playback.start()
      if code < 0 { return (.playback, code) }
    }
    unownedBorder?._withUnsafeGuaranteedRef { $0.begin() }
    return nil
  }

  func stop() {
    capture?.drop()
    playback?.drop()
  }

  func close() { streams = (nil, nil) }

  /// Opens the devices again with what they were set to before. Allocates; there is no sound meanwhile.
  ///
  /// - Throws: `DeviceError`.
  func reopen(_ settings: LiveSettings, as former: (capture: StreamSettings?, playback: StreamSettings?)) throws(DeviceError) {
    close()
    if let device = settings.playbackDevice, let former = former.playback {
      streams.playback = try PCMStream(Self.request(device, .playback, settings, former))
    }
    if let device = settings.captureDevice, let former = former.capture {
      streams.capture = try PCMStream(Self.request(device, .capture, settings, former))
    }
    if let capture = streams.capture, let playback = streams.playback, border == nil {
      isLinked = playback.link(with: capture) == 0
    }
  }

  private static func request(
    _ device: String, _ direction: Direction, _ settings: LiveSettings, _ former: StreamSettings
  ) -> StreamRequest {
    var request = Self.request(device, direction, settings)
    request.sampleRate = former.sampleRate
    request.channels = former.channels
    return request
  }
}
