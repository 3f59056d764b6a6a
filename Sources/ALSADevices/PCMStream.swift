import CALSA
import CRealtime
import Glibc

/// One direction of an open device.
///
/// Opening and closing allocate. All other calls are made on the audio thread; none of them waits but `wait`, and what the
/// library does inside them is its own affair. Error numbers are negative, as the library gives them.
public final class PCMStream {
  public let request: StreamRequest
  public let settings: StreamSettings
  private let direction: Direction
  let handle: OpaquePointer
  private let conversion: SampleConversion
  /// One buffer's worth of samples, for access without a memory map.
  private let staging: UnsafeMutableRawPointer
  private let planes: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let descriptors: UnsafeMutablePointer<pollfd>
  private let descriptorCount: Int

  /// Opens a device and sets it up; it stands still until `prepare` and `start`.
  public init(_ request: StreamRequest) throws(DeviceError) {
    self.request = request
    direction = request.direction
    var opened: OpaquePointer?
    talea_alsa_quiet()
    let code = snd_pcm_open(&opened, request.device, request.direction.stream, Int32(SND_PCM_NONBLOCK))
    guard code == 0, let opened else { throw .open(device: request.device, direction: request.direction, code: code) }
    do {
      settings = try Self.setUp(opened, request)
    } catch {
      snd_pcm_close(opened)
      throw error
    }
    handle = opened
    conversion = SampleConversion(format: settings.format)
    staging = .allocate(byteCount: settings.bufferFrames * settings.channels * settings.format.byteCount, alignment: 64)
    planes = .allocate(capacity: settings.channels)
    for channel in 0..<settings.channels {
      planes[channel] = staging + channel * settings.bufferFrames * settings.format.byteCount
    }
    descriptorCount = max(0, Int(snd_pcm_poll_descriptors_count(opened)))
    descriptors = .allocate(capacity: max(1, descriptorCount))
  }

  deinit {
    snd_pcm_close(handle)
    staging.deallocate()
    planes.deallocate()
    descriptors.deallocate()
  }

  private static func setUp(_ handle: OpaquePointer, _ request: StreamRequest) throws(DeviceError) -> StreamSettings {
    let hardware = try HardwareParameters(handle, device: request.device, direction: request.direction)
    let settings = try hardware.settle(request)
    var software: OpaquePointer?
    guard snd_pcm_sw_params_malloc(&software) == 0 else {
      throw .call(device: request.device, direction: request.direction, name: "asking for memory", code: -ENOMEM)
    }
    defer { snd_pcm_sw_params_free(software) }
    snd_pcm_sw_params_current(handle, software)
    var boundary: snd_pcm_uframes_t = 0
    snd_pcm_sw_params_get_boundary(software, &boundary)
    // It starts when told to, stops when it runs dry, and wakes us once a period.
    snd_pcm_sw_params_set_start_threshold(handle, software, boundary)
    snd_pcm_sw_params_set_stop_threshold(handle, software, snd_pcm_uframes_t(settings.bufferFrames))
    snd_pcm_sw_params_set_avail_min(handle, software, snd_pcm_uframes_t(settings.periodFrames))
    let code = snd_pcm_sw_params(handle, software)
    if code < 0 {
      throw .call(device: request.device, direction: request.direction, name: "setting when it wakes", code: code)
    }
    return settings
  }

  /// A call into the library, or a wait for the device: outside the real-time bracket.
  @inline(__always)
  private func library<Result>(_ call: () -> Result) -> Result {
    talea_realtime_pause()
    defer { talea_realtime_resume() }
    return call()
  }

  // MARK: State

  public enum State: Sendable { case ready, running, xrun, suspended, disconnected, other }

  public var state: State {
    switch library({ snd_pcm_state(handle) }) {
    case SND_PCM_STATE_PREPARED: .ready
    case SND_PCM_STATE_RUNNING, SND_PCM_STATE_DRAINING: .running
    case SND_PCM_STATE_XRUN: .xrun
    case SND_PCM_STATE_SUSPENDED: .suspended
    case SND_PCM_STATE_DISCONNECTED: .disconnected
    default: .other
    }
  }

  /// Makes it ready to start anew. Returns 0 or an error number.
  public func prepare() -> Int32 { library { snd_pcm_prepare(handle) } }
  /// Returns 0 or an error number.
  public func start() -> Int32 { library { snd_pcm_start(handle) } }
  /// Stops at once; what was queued is lost.
  public func drop() { _ = library { snd_pcm_drop(handle) } }
  /// Goes on after a suspension: 0, `-EAGAIN` while the machine is not awake yet, or an error where `prepare` must follow.
  public func resume() -> Int32 { library { snd_pcm_resume(handle) } }

  /// Makes two streams start and stop as one. Returns 0, or an error number where the device cannot.
  public func link(with other: PCMStream) -> Int32 { snd_pcm_link(handle, other.handle) }

  /// The card's number, -1 where there is no card behind it.
  public var card: Int32 {
    var info: OpaquePointer?
    guard snd_pcm_info_malloc(&info) == 0 else { return -1 }
    defer { snd_pcm_info_free(info) }
    return snd_pcm_info(handle, info) == 0 ? snd_pcm_info_get_card(info) : -1
  }

  // MARK: Frames

  /// Frames that can be transferred, as of the last interrupt, or an error number.
  public func available() -> Int { Int(library { snd_pcm_avail_update(handle) }) }
  /// Frames that can be transferred at this moment, as exactly as the device knows where it is, or an error number.
  public func availableNow() -> Int { Int(library { snd_pcm_avail(handle) }) }

  /// Waits for the device to have a period ready.
  ///
  /// - Returns: 1 when it has, 0 when it woke us for nothing, -1 when the time is up, -2 when the device reports an error.
  public func wait(milliseconds: Int32) -> Int { library { waited(milliseconds: milliseconds) } }

  private func waited(milliseconds: Int32) -> Int {
    let count = snd_pcm_poll_descriptors(handle, descriptors, UInt32(descriptorCount))
    guard count > 0 else { return -2 }
    let ready = poll(descriptors, nfds_t(count), milliseconds)
    if ready == 0 { return -1 }
    if ready < 0 { return errno == EINTR ? 0 : -2 }
    var events: UInt16 = 0
    guard snd_pcm_poll_descriptors_revents(handle, descriptors, UInt32(count), &events) == 0 else { return -2 }
    if Int32(events) & POLLERR != 0 { return -2 }
    return Int32(events) & (POLLIN | POLLOUT) != 0 ? 1 : 0
  }

  /// Reads captured frames.
  ///
  /// - Returns: the frames read, or an error number.
  public func read(_ channels: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) -> Int {
    guard settings.access.isMapped else {
      let count = transferStaged(frameCount)
      guard count > 0 else { return count }
      for channel in 0..<settings.channels {
        let (base, stride) = staged(channel)
        conversion.read(base, stride: stride, into: channels[channel], frameCount: count)
      }
      return count
    }
    return transferMapped(frameCount) { base, stride, channel, done, count in
      conversion.read(base, stride: stride, into: channels[channel] + done, frameCount: count)
    }
  }

  /// Queues frames for playback.
  ///
  /// - Parameter channels: nil for silence.
  /// - Returns: the frames queued, or an error number.
  public func write(_ channels: UnsafePointer<UnsafePointer<Float>>?, frameCount: Int) -> Int {
    guard settings.access.isMapped else {
      let count = min(frameCount, settings.bufferFrames)
      for channel in 0..<settings.channels {
        let (base, stride) = staged(channel)
        put(channels?[channel], base, stride, count)
      }
      return transferStaged(count)
    }
    return transferMapped(frameCount) { base, stride, channel, done, count in
      put(channels.map { $0[channel] + done }, base, stride, count)
    }
  }

  @inline(__always)
  private func put(_ source: UnsafePointer<Float>?, _ base: UnsafeMutableRawPointer, _ stride: Int, _ count: Int) {
    if let source {
      conversion.write(source, into: base, stride: stride, frameCount: count)
    } else {
      for n in 0..<count { memset(base + n * stride, 0, settings.format.byteCount) }
    }
  }

  private func staged(_ channel: Int) -> (base: UnsafeMutableRawPointer, stride: Int) {
    let bytes = settings.format.byteCount
    return settings.access == .planar
      ? (planes[channel]!, bytes) : (staging + channel * bytes, settings.channels * bytes)
  }

  private func transferStaged(_ frameCount: Int) -> Int {
    let count = snd_pcm_uframes_t(min(frameCount, settings.bufferFrames))
    return library {
      switch (direction, settings.access) {
      case (.capture, .planar): Int(snd_pcm_readn(handle, planes, count))
      case (.capture, _): Int(snd_pcm_readi(handle, staging, count))
      case (.playback, .planar): Int(snd_pcm_writen(handle, planes, count))
      case (.playback, _): Int(snd_pcm_writei(handle, staging, count))
      }
    }
  }

  @inline(__always)
  private func transferMapped(
    _ frameCount: Int, _ body: (_ base: UnsafeMutableRawPointer, _ stride: Int, _ channel: Int, _ done: Int, _ count: Int) -> Void
  ) -> Int {
    var done = 0
    // Twice where the frames lie around the end of the ring.
    while done < frameCount {
      var areas: UnsafePointer<snd_pcm_channel_area_t>?
      var offset: snd_pcm_uframes_t = 0
      var count = snd_pcm_uframes_t(frameCount - done)
      let code = library { snd_pcm_mmap_begin(handle, &areas, &offset, &count) }
      if code < 0 { return done > 0 ? done : Int(code) }
      guard count > 0, let areas else { return done }
      for channel in 0..<settings.channels {
        let area = areas[channel]
        let stride = Int(area.step) / 8
        body(area.addr + Int(area.first) / 8 + Int(offset) * stride, stride, channel, done, Int(count))
      }
      let committed = library { snd_pcm_mmap_commit(handle, offset, count) }
      if committed < 0 { return done > 0 ? done : Int(committed) }
      if committed == 0 { return done }
      done += Int(committed)
    }
    return done
  }
}
