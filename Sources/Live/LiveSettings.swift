import ALSADevices
import Engine

/// How a patch is played between devices.
public struct LiveSettings: Sendable, Hashable {
  /// Where sound comes from; nil for patches that need none.
  public var captureDevice: String?
  /// Where sound goes; nil for patches that only measure.
  public var playbackDevice: String?
  /// Frames per second; nil for 48,000 or the nearest that the devices take.
  public var sampleRate: Int?
  /// Frames between two interrupts of the device.
  public var periodFrames = 64
  /// Periods in the device's buffer.
  public var periods = 2
  /// Channels of the devices; nil for two or the nearest that they have.
  public var channels: Int?
  /// The channels of the capture device or file, counted from 0, that become those of `in`; nil for all in their order.
  public var inputMap: [Int]?
  /// Where the channels of `out` go: channels of the playback device or file, counted from 0; nil for the usual rule.
  public var outputMap: [Int]?
  /// No sample leaves above this absolute value; nil for no limit.
  public var safetyLimit: Float? = 1
  /// Seconds of the fade at the start and at the end.
  public var fadeSeconds = 0.05
  public var overload: Overload = .warn
  /// Whether two devices of different names run on one clock, as their user knows.
  public var sharesClock = false
  /// Whether a device that is unplugged ends it; else it is waited for.
  public var exitsOnDisconnect = false
  /// Of SCHED_FIFO.
  public var priority: Int32 = 70

  /// What happens when the patch takes longer than the sound lasts.
  public enum Overload: String, Sendable, Hashable, CaseIterable {
    /// Says so, and leaves real-time priority, so that the machine stays usable.
    case warn
    /// Says so and passes the input on unprocessed.
    case bypass
    /// Says so and ends.
    case exit
  }

  public init() {}
}

/// What stands in for devices, and what keeps what was played. Files are read and written by threads of their own.
public struct LiveEnds {
  /// Makes what takes frames, when their count of channels and their rate are known.
  public typealias SinkMaker = (_ channels: Int, _ sampleRate: Int) throws -> any FrameSink

  /// In place of a capture device.
  public var source: (any FrameSource)?
  /// In place of a playback device.
  public var sink: SinkMaker?
  /// Takes what the patch is fed with, as it is fed.
  public var inputRecorder: SinkMaker?
  /// Takes what leaves `out`, behind limiter and fades.
  public var outputRecorder: SinkMaker?

  public init() {}
}
