import Signal

/// What a patch is compiled for.
public struct CompileOptions: Sendable {
  /// Frames per second of the patch: of `in`, of `out` and of the control grid.
  public var sampleRate: Int
  /// Channels of `in`, and of further inputs by their names (`side` for `in.side`).
  public var inputChannels: [String: Int]
  /// Channels of inputs that `inputChannels` does not name.
  public var defaultInputChannels: Int
  /// Channels of `out`; nil for as many as arrive.
  public var outputChannels: Int?
  /// The most frames that one call of `process` carries. Any size gives the same bytes.
  public var maximumFrameCount: Int
  /// Where set, `out` is converted to this rate after everything else.
  public var outputSampleRate: Int?
  /// Actors (and ports) whose output is kept to be read after each block.
  public var taps: [Tap]
  /// Threads that share the graph outside loops, 1 or more. Any number gives the same bytes; not for an audio thread.
  public var threads = 1
  /// Nanoseconds of each node of the network per frame of the patch, where they were measured: what the threads' shares
  /// are balanced by. They change no byte.
  var measuredCosts: [Double]?
  /// Whether actors and delay lines may pass to the executor of another plan: then none of them is made for less than a
  /// whole block, however short the turns of its loop are. Changes no byte.
  public var isExchangeable = false
  /// Whether nodes of loops may run ahead of the stream for the sake of longer turns: for rendering, where all changes are
  /// known before. Either way gives the same bytes.
  var retimesLoops = false
  /// Whether loops of a few tokens run frame by frame. Either way gives the same bytes.
  var usesFrameLoops = true

  public struct Tap: Sendable, Hashable {
    public var address: String
    /// nil for the first output.
    public var port: String?

    public init(address: String, port: String? = nil) {
      self.address = address
      self.port = port
    }
  }

  public init(
    sampleRate: Int = 48_000, inputChannels: [String: Int] = [:], defaultInputChannels: Int = 2,
    outputChannels: Int? = nil, maximumFrameCount: Int = 1_024, outputSampleRate: Int? = nil, taps: [Tap] = []
  ) {
    self.sampleRate = sampleRate
    self.inputChannels = inputChannels
    self.defaultInputChannels = defaultInputChannels
    self.outputChannels = outputChannels
    self.maximumFrameCount = maximumFrameCount
    self.outputSampleRate = outputSampleRate
    self.taps = taps
  }
}

/// The distance of control ticks, in frames of the patch's rate, counted from the stream's start.
public let controlPeriod = 32

/// Non-finite samples silence an actor up to the next multiple of this many frames of its own rate.
public let containmentPeriod = 1_024
