/// What a finished output holds.
public struct AudioFileReport: Sendable, Equatable {
  public var path: String
  /// The container of the file; a WAV that grew beyond 4 GiB is an `rf64`.
  public var container: AudioFileContainer
  public var frameCount: Int
  /// The largest finite magnitude that was handed over; 1 is full scale.
  public var peak: Float
  /// Samples beyond full scale that an integer encoding could not hold, and the frame of the first.
  public var clippedSampleCount: Int
  public var firstClippedFrame: Int?
  /// NaN (written as 0 in integers) and infinite samples that were handed over.
  public var nonFiniteSampleCount: Int
}

/// Writes planar float samples to a sound file that appears whole or not at all, or to a pipe.
///
/// Floats become integers exactly: scaled by full scale, rounded to nearest with ties to even, clipped. Two runs give equal
/// bytes (lossy encoders excepted: Ogg numbers its streams at random). WAV beyond 4 GiB becomes RF64 by itself.
///
/// One thread at a time. `write` blocks on the file; it is not for an audio thread. A writer that goes away without
/// `finish` leaves no file.
public final class AudioFileWriter {
  public struct Options: Sendable {
    /// Whether an existing regular file may be replaced.
    public var force = false
    /// Noise for integers of at most 16 bits.
    public var dither = Dither.none
    /// The most frames that will be written; nil where nobody knows. A WAV of unknown or great length gets 36 bytes of
    /// reserve in its header for becoming an RF64.
    public var maximumFrameCount: Int?
    var longSizeThreshold: UInt64 = 0xFFFF_FFFF

    public init(force: Bool = false, dither: Dither = .none, maximumFrameCount: Int? = nil) {
      self.force = force
      self.dither = dither
      self.maximumFrameCount = maximumFrameCount
    }
  }

  /// The name in messages: the path, or `standard output`.
  public var path: String { output.path }
  public let format: AudioFileFormat
  /// Frames handed over so far.
  public var frameCount: Int { drainedFrames + scratchCount }

  private var isOpen = true
  private let output: OutputFile
  private let sink: any FrameSink
  private let scratch: UnsafeMutablePointer<Float>
  private let scratchFrames: Int
  private var scratchCount = 0
  /// Frames that have left the scratch.
  private var drainedFrames = 0
  private var unflushedBytes = 0
  private var peak: Float = 0
  private var clippedSampleCount = 0
  private var firstClippedFrame: Int?
  private var nonFiniteSampleCount = 0

  /// Opens an output.
  ///
  /// - Parameters:
  ///   - path: A file, FIFO or device; `-` is standard output, which takes `wav` and `raw` (and `flac`, `ogg`, `mp3`).
  ///   - format: Usually from `AudioFileFormat.output`.
  /// - Throws: `SoundFileError`: a combination that the container cannot hold, or a path that cannot be written.
  public init(path: String, format: AudioFileFormat, options: Options = Options()) throws(SoundFileError) {
    try format.container.check(encoding: format.encoding, sampleRate: format.sampleRate, channelCount: format.channelCount)
    output = try OutputFile(path: path, force: options.force)
    self.format = format
    let writesPlainly = (format.container.isWAVFamily || format.container == .raw) && PCMEncoder.writes(format.encoding)
    if !output.isReplacing, !format.container.isStreamable || !writesPlainly && format.container.isWAVFamily {
      throw .notStreamable(path: output.path, container: format.container, encoding: format.encoding)
    }
    sink =
      if writesPlainly {
        try PCMSink(
          output: output, format: format, dither: options.dither, announcedFrames: options.maximumFrameCount,
          longSizeThreshold: options.longSizeThreshold)
      } else {
        try SndFileSink(output: output, format: format, dither: options.dither)
      }
    scratchFrames = max(16, (1 << 13) / format.channelCount)
    scratch = .allocate(capacity: scratchFrames * format.channelCount)
  }

  deinit {
    abort()
    scratch.deallocate()
  }

  /// Writes frames from the channels, each from its first sample on.
  ///
  /// - Parameters:
  ///   - channels: `format.channelCount` pointers to `frameCount` samples each.
  /// - Throws: `SoundFileError.diskFull`, `.readerGone`, …; the output is then gone, and the writer is of no more use.
  public func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) throws(SoundFileError) {
    precondition(isOpen, "the output is finished, aborted or failed")
    var done = 0
    while done < frameCount {
      let count = min(frameCount - done, scratchFrames - scratchCount)
      Interleaving.interleave(
        channels, offset: done, frameCount: count, channelCount: format.channelCount,
        into: scratch + scratchCount * format.channelCount)
      scratchCount += count
      done += count
      if scratchCount == scratchFrames { try drain() }
    }
    // A pipe's reader may be waiting: it gets what there is, in pieces worth a system call.
    if !output.isReplacing {
      unflushedBytes += frameCount * format.channelCount * MemoryLayout<Float>.size
      if unflushedBytes >= 1 << 12 {
        unflushedBytes = 0
        try drain()
        do { try sink.flush() } catch { throw discarded(error) }
      }
    }
  }

  /// The same for pointers to mutable samples, as blocks of a patch have them.
  public func write(_ channels: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) throws(SoundFileError) {
    try write(UnsafeRawPointer(channels).assumingMemoryBound(to: UnsafePointer<Float>.self), frameCount: frameCount)
  }

  /// Completes the file and makes it appear.
  ///
  /// - Throws: `SoundFileError`; no file is left then.
  public func finish() throws(SoundFileError) -> AudioFileReport {
    precondition(isOpen, "the output is finished, aborted or failed")
    try drain()
    let container: AudioFileContainer
    do {
      container = try sink.finish()
      try output.commit(frame: frameCount)
    } catch {
      throw discarded(error)
    }
    isOpen = false
    return AudioFileReport(
      path: path, container: container, frameCount: frameCount, peak: peak,
      clippedSampleCount: clippedSampleCount, firstClippedFrame: firstClippedFrame, nonFiniteSampleCount: nonFiniteSampleCount)
  }

  /// Gives the output up: nothing is left of a regular file. Does nothing after `finish`.
  public func abort() {
    guard isOpen else { return }
    isOpen = false
    sink.abandon()
    output.abort()
  }

  private func drain() throws(SoundFileError) {
    guard scratchCount > 0 else { return }
    let samples = scratchCount * format.channelCount
    let extremes = SampleExtremes(scratch, count: samples)
    if extremes.isFinite { peak = max(peak, extremes.peak) }
    if extremes.hasNaN || extremes.peak > 1 { inspect(samples) }
    do { try sink.write(scratch, frameCount: scratchCount) } catch { throw discarded(error) }
    drainedFrames += scratchCount
    scratchCount = 0
  }

  /// Counts sample by sample, where a block has something to count.
  private func inspect(_ samples: Int) {
    let clips =
      switch format.encoding.kind {
      case .integer, .codec16: true
      case .float, .codecFloat: false
      }
    for n in 0..<samples {
      let magnitude = scratch[n].magnitude
      if magnitude.isFinite {
        peak = max(peak, magnitude)
      } else {
        nonFiniteSampleCount += 1
      }
      if clips && magnitude > 1 {
        clippedSampleCount += 1
        if firstClippedFrame == nil { firstClippedFrame = drainedFrames + n / format.channelCount }
      }
    }
  }

  private func discarded(_ error: SoundFileError) -> SoundFileError {
    abort()
    return error
  }
}
