/// Why nothing can be played.
public enum LiveError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Two devices that do not share a clock, where one is needed.
  case clocks(capture: String, playback: String)
  /// The patch reads an input that no device feeds.
  case furtherInput(address: String)
  /// The patch reads `in`, and no capture device is named.
  case noCapture
  /// A patch that is to follow has more channels at `out` than the one with which the sound began.
  case moreChannels(patch: Int, stream: Int)
  /// The patch has more channels at `out` than the device.
  case tooManyChannels(patch: Int, device: String, channels: Int)
  /// `--map` names a channel that the device or file does not have.
  case noSuchChannel(number: Int, of: String, channels: Int)
  /// `--map` gives another number of channels than `out` has.
  case mapLength(map: Int, patch: Int)
  case noThread(Int32)

  public var description: String {
    switch self {
    case .clocks(let capture, let playback):
      "\(capture) and \(playback) do not share a clock, so the latency between them drifts; use one device for both directions"
    case .furtherInput(let address):
      "the patch reads `\(address)`, and a live chain has the one input `in`"
    case .noCapture:
      "the patch reads `in`, and no capture device is given; name one with -i (talea devices lists them)"
    case .moreChannels(let patch, let stream):
      "`out` has \(patch) channels now, and the sound began with \(stream); start anew for more, or end the patch in \(stream)"
    case .tooManyChannels(let patch, let device, let channels):
      "`out` has \(patch) channels and \(device) takes \(channels); end the patch in fewer, or give --channels \(patch)"
    case .noSuchChannel(let number, let device, let channels):
      "--map names channel \(number), and \(device) has \(channels)"
    case .mapLength(let map, let patch):
      "--map out names \(map) for the \(patch) of `out`; name one for each"
    case .noThread(let code):
      "the system gives no thread for the sound: error \(code)"
    }
  }
}
