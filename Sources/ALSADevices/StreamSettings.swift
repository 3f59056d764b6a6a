/// What is wanted of a device. What is nil may be whatever the device likes best near the usual.
public struct StreamRequest: Sendable, Hashable {
  public var device: String
  public var direction: Direction
  /// Frames per second.
  public var sampleRate: Int?
  /// The rate that is tried first where none is wanted.
  public var usualSampleRate = 48_000
  public var channels: Int?
  public var usualChannels = 2
  public var format: DeviceFormat?
  /// Frames between two interrupts; the nearest that the device has is taken.
  public var periodFrames: Int
  /// Periods in the device's buffer; likewise.
  public var periods: Int

  public init(device: String, direction: Direction, periodFrames: Int, periods: Int) {
    self.device = device
    self.direction = direction
    self.periodFrames = periodFrames
    self.periods = periods
  }
}

/// What a device was set to.
public struct StreamSettings: Sendable, Hashable {
  public var sampleRate: Int
  public var channels: Int
  public var format: DeviceFormat
  public var access: Access
  public var periodFrames: Int
  public var bufferFrames: Int

  /// How frames are handed over, the cheapest way first.
  public enum Access: String, Sendable, Hashable, CaseIterable {
    case mappedInterleaved = "mmap interleaved"
    case mappedPlanar = "mmap non-interleaved"
    case interleaved = "interleaved"
    case planar = "non-interleaved"
  }
}

extension StreamSettings: CustomStringConvertible {
  /// As `48000 Hz, 2 channels, S16_LE, 64 frames x 3, mmap interleaved`.
  public var description: String {
    let whole = bufferFrames % periodFrames == 0
    let buffer = whole ? "\(periodFrames) frames x \(bufferFrames / periodFrames)" : "\(periodFrames) of \(bufferFrames) frames"
    return
      "\(sampleRate) Hz, \(channels) \(channels == 1 ? "channel" : "channels"), \(format.rawValue), \(buffer), \(access.rawValue)"
  }
}
