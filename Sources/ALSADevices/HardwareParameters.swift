import CALSA

/// The configuration space of an open device, narrowed step by step.
final class HardwareParameters {
  let handle: OpaquePointer
  let device: String
  let direction: Direction
  private let space: OpaquePointer

  /// Everything the device can do.
  init(_ handle: OpaquePointer, device: String, direction: Direction) throws(DeviceError) {
    self.handle = handle
    self.device = device
    self.direction = direction
    var pointer: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&pointer) == 0, let pointer else {
      throw .call(device: device, direction: direction, name: "asking for memory", code: -ENOMEM)
    }
    space = pointer
    let code = snd_pcm_hw_params_any(handle, space)
    if code < 0 {
      snd_pcm_hw_params_free(pointer)
      throw .call(device: device, direction: direction, name: "asking what it can do", code: code)
    }
  }

  deinit { snd_pcm_hw_params_free(space) }

  // MARK: What the device offers

  var sampleRates: ClosedRange<Int> {
    var low: UInt32 = 0, high: UInt32 = 0
    snd_pcm_hw_params_get_rate_min(space, &low, nil)
    snd_pcm_hw_params_get_rate_max(space, &high, nil)
    return Int(low)...max(Int(low), Int(high))
  }

  var channelCounts: ClosedRange<Int> {
    var low: UInt32 = 0, high: UInt32 = 0
    snd_pcm_hw_params_get_channels_min(space, &low)
    snd_pcm_hw_params_get_channels_max(space, &high)
    return Int(low)...max(Int(low), Int(high))
  }

  var periodFrames: ClosedRange<Int> {
    var low: snd_pcm_uframes_t = 0, high: snd_pcm_uframes_t = 0
    snd_pcm_hw_params_get_period_size_min(space, &low, nil)
    snd_pcm_hw_params_get_period_size_max(space, &high, nil)
    return Int(low)...max(Int(low), Int(high))
  }

  var bufferFrames: ClosedRange<Int> {
    var low: snd_pcm_uframes_t = 0, high: snd_pcm_uframes_t = 0
    snd_pcm_hw_params_get_buffer_size_min(space, &low)
    snd_pcm_hw_params_get_buffer_size_max(space, &high)
    return Int(low)...max(Int(low), Int(high))
  }

  func takes(_ format: DeviceFormat) -> Bool { snd_pcm_hw_params_test_format(handle, space, format.code) == 0 }
  func takes(sampleRate: Int) -> Bool { snd_pcm_hw_params_test_rate(handle, space, UInt32(sampleRate), 0) == 0 }
  func takes(channels: Int) -> Bool { snd_pcm_hw_params_test_channels(handle, space, UInt32(channels)) == 0 }
  private func takes(periodFrames: Int) -> Bool {
    snd_pcm_hw_params_test_period_size(handle, space, snd_pcm_uframes_t(periodFrames), 0) == 0
  }
  func takes(_ access: StreamSettings.Access) -> Bool { snd_pcm_hw_params_test_access(handle, space, access.code) == 0 }

  /// The usual rates that it takes.
  var usualSampleRates: [Int] {
    [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 352_800, 384_000]
      .filter(takes(sampleRate:))
  }

  // MARK: Narrowing

  /// - Throws: `DeviceError.refused` with the setting that has no place left, and what has.
  func settle(_ request: StreamRequest) throws(DeviceError) -> StreamSettings {
    // A plug device must not convert rates behind our back.
    _ = snd_pcm_hw_params_set_rate_resample(handle, space, 0)
    guard let access = StreamSettings.Access.allCases.first(where: takes) else {
      throw refused("an access", "mmap or read/write", "none of them")
    }
    try check("setting the access", snd_pcm_hw_params_set_access(handle, space, access.code))
    let format = try settleFormat(request)
    let channels = try settleChannels(request)
    let rate = try settleRate(request)
    try settlePeriod(request)
    var period = snd_pcm_uframes_t(0), direction: Int32 = 0, buffer = snd_pcm_uframes_t(0)
    try check("setting its parameters", snd_pcm_hw_params(handle, space))
    snd_pcm_hw_params_get_period_size(space, &period, &direction)
    snd_pcm_hw_params_get_buffer_size(space, &buffer)
    return StreamSettings(
      sampleRate: rate, channels: channels, format: format, access: access, periodFrames: Int(period),
      bufferFrames: Int(buffer))
  }

  private func settleFormat(_ request: StreamRequest) throws(DeviceError) -> DeviceFormat {
    if let wanted = request.format, !takes(wanted) {
      let others = DeviceFormat.preference.filter(takes).map(\.rawValue)
      throw refused("the format", wanted.rawValue, others.isEmpty ? "none that Talea knows" : others.joined(separator: ", "))
    }
    guard let format = request.format ?? DeviceFormat.preference.first(where: takes) else {
      throw refused("any of the formats", DeviceFormat.preference.map(\.rawValue).joined(separator: ", "), "others only")
    }
    try check("setting the format", snd_pcm_hw_params_set_format(handle, space, format.code))
    return format
  }

  private func settleChannels(_ request: StreamRequest) throws(DeviceError) -> Int {
    if let wanted = request.channels, !takes(channels: wanted) {
      throw refused("a channel count of", String(wanted), Self.words(channelCounts))
    }
    var channels = UInt32(request.channels ?? request.usualChannels)
    try check("setting the channels", snd_pcm_hw_params_set_channels_near(handle, space, &channels))
    return Int(channels)
  }

  private func settleRate(_ request: StreamRequest) throws(DeviceError) -> Int {
    if let wanted = request.sampleRate, !takes(sampleRate: wanted) {
      let usual = usualSampleRates.map(String.init).joined(separator: ", ")
      throw refused("a sample rate of", "\(wanted) Hz", (usual.isEmpty ? Self.words(sampleRates) : usual) + " Hz")
    }
    var rate = UInt32(request.sampleRate ?? request.usualSampleRate), direction: Int32 = 0
    try check("setting the sample rate", snd_pcm_hw_params_set_rate_near(handle, space, &rate, &direction))
    return Int(rate)
  }

  /// The nearest period and buffer. The library's own search for the nearest gives up where a device takes only few sizes
  /// that do not fit into each other; then they are tried one by one, away from the wish.
  private func settlePeriod(_ request: StreamRequest) throws(DeviceError) {
    var period = snd_pcm_uframes_t(request.periodFrames), direction: Int32 = 0
    var before: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&before) == 0, let before else {
      throw .call(device: device, direction: self.direction, name: "asking for memory", code: -ENOMEM)
    }
    defer { snd_pcm_hw_params_free(before) }
    snd_pcm_hw_params_copy(before, space)
    if snd_pcm_hw_params_set_period_size_near(handle, space, &period, &direction) < 0 {
      snd_pcm_hw_params_copy(space, before)
      let range = periodFrames
      let sizes = (0..<8_192).lazy.flatMap { [request.periodFrames - $0, request.periodFrames + $0] }.filter(range.contains)
      guard let size = sizes.first(where: { self.takes(periodFrames: $0) }) else {
        throw refused("a period near", "\(request.periodFrames) frames", Self.words(range) + " frames")
      }
      period = snd_pcm_uframes_t(size)
      try check("setting the period", snd_pcm_hw_params_set_period_size(handle, space, period, 0))
    }
    var buffer = period * snd_pcm_uframes_t(request.periods)
    try check("setting the buffer", snd_pcm_hw_params_set_buffer_size_near(handle, space, &buffer))
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }

  private func refused(_ setting: String, _ wanted: String, _ offered: String) -> DeviceError {
    .refused(device: device, direction: direction, setting: setting, wanted: wanted, offered: offered)
  }

  private func check(_ name: String, _ code: Int32) throws(DeviceError) {
    if code < 0 { throw .call(device: device, direction: direction, name: name, code: code) }
  }
}

extension StreamSettings.Access {
  var code: snd_pcm_access_t {
    switch self {
    case .mappedInterleaved: SND_PCM_ACCESS_MMAP_INTERLEAVED
    case .mappedPlanar: SND_PCM_ACCESS_MMAP_NONINTERLEAVED
    case .interleaved: SND_PCM_ACCESS_RW_INTERLEAVED
    case .planar: SND_PCM_ACCESS_RW_NONINTERLEAVED
    }
  }

  var isMapped: Bool { self == .mappedInterleaved || self == .mappedPlanar }
}
