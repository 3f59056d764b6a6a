import Glibc

/// Reads a sound file, or a pipe, as planar float samples, in constant memory.
///
/// Everything that libsndfile knows is read from regular files; WAV, RF64 and W64 of known or unknown length, and samples
/// without a header, also from pipes. Integers of up to 24 bits come out exactly; samples are given as they are,
/// NaN and infinity included, which are counted.
///
/// One thread at a time. `read` blocks on the file; it is not for an audio thread.
public final class AudioFileReader {
  /// The name in messages: the path, or `standard input`.
  public let path: String
  public let format: AudioFileFormat
  /// The frame that the next `read` begins with.
  public private(set) var position = 0

  private let source: any FrameSource
  /// The length that the header promises: of a pipe, where only the end proves it, and of a file that holds less.
  /// nil where it promises none.
  public let announcedFrameCount: Int?
  private let scratch: UnsafeMutablePointer<Float>
  private let scratchFrames: Int
  private var scratchStart = 0
  private var scratchEnd = 0
  /// The frame that the source delivers next; `position` lags behind it by what the scratch holds.
  private var sourcePosition = 0
  private var atEnd = false
  private var nonFinite: (count: Int, frame: Int, channel: Int)?
  private var shortfall: SoundFileWarning?
  private var partialFrame: SoundFileWarning?

  /// Opens a file for reading.
  ///
  /// - Parameters:
  ///   - path: A file, a FIFO, a device, or `-` for standard input.
  ///   - raw: The format of samples without a header; nil where the file has one.
  /// - Throws: `SoundFileError`, for example where the file is missing, empty, a directory, text or damaged.
  public convenience init(path: String, raw: RawFormat? = nil) throws(SoundFileError) {
    try self.init(opened: try AudioFileOpening.open(path: path, raw: raw))
  }

  /// Reads from a descriptor, which is left open. Regular files are read from their beginning.
  public convenience init(descriptor: Int32, name: String, raw: RawFormat? = nil) throws(SoundFileError) {
    try self.init(opened: try AudioFileOpening.open(descriptor: descriptor, owned: false, name: name, raw: raw))
  }

  private init(opened: AudioFileOpening) throws(SoundFileError) {
    path = opened.path
    format = opened.format
    source = opened.source
    announcedFrameCount = opened.announcedFrames ?? opened.format.frameCount
    // 128 KiB: few system calls, and still inside a level-2 cache.
    scratchFrames = max(16, (1 << 15) / opened.format.channelCount)
    scratch = .allocate(capacity: scratchFrames * opened.format.channelCount)
    // A file of no frames shows at once, and so does a pipe that carries none.
    if format.frameCount == 0 { throw .noFrames(path: path) }
    if format.frameCount == nil, try !refill() { throw .noFrames(path: path) }
  }

  deinit { scratch.deallocate() }

  /// Reads the next frames into the channels, each from its first sample on.
  ///
  /// - Parameters:
  ///   - channels: `format.channelCount` pointers with room for `frameCount` samples each.
  ///   - frameCount: How many frames to read.
  /// - Returns: `frameCount`, or fewer at the end, then 0.
  /// - Throws: `SoundFileError.readFailed` where the system fails to deliver.
  public func read(
    into channels: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int
  ) throws(SoundFileError) -> Int {
    var done = 0
    while done < frameCount {
      if scratchStart == scratchEnd, try !refill() { break }
      let count = min(frameCount - done, scratchEnd - scratchStart)
      Interleaving.deinterleave(
        scratch + scratchStart * format.channelCount, frameCount: count, channelCount: format.channelCount, into: channels,
        offset: done)
      scratchStart += count
      done += count
    }
    position += done
    return done
  }

  /// Goes to a frame: at once in a regular file of plain samples or FLAC, by reading on in pipes and lossy codecs.
  ///
  /// - Returns: The frame reached: `frame`, or the end of the audio where that comes earlier.
  /// - Throws: `SoundFileError.cannotSeekBack` on a pipe; read errors.
  public func seek(toFrame frame: Int) throws(SoundFileError) -> Int {
    precondition(frame >= 0, "frames count from 0")
    let frame = min(frame, format.frameCount ?? frame)
    let held = scratchEnd - scratchStart
    if frame >= position && frame - position <= held {
      scratchStart += frame - position
      position = frame
      return frame
    }
    if try source.seek(toFrame: frame) {
      reposition(frame)
      return frame
    }
    if frame < position {
      guard try source.seek(toFrame: 0) else { throw .cannotSeekBack(path: path, frame: frame) }
      reposition(0)
    }
    while position < frame {
      if scratchStart == scratchEnd, try !refill() { break }
      let count = min(frame - position, scratchEnd - scratchStart)
      scratchStart += count
      position += count
    }
    return position
  }

  /// What was noticed up to now; complete once `read` has returned 0. At most one of each kind.
  public var warnings: [SoundFileWarning] {
    var list: [SoundFileWarning] = []
    if format.isWiderThanFloat32 { list.append(.rounded(path: path, encoding: format.encoding)) }
    if let shortfall {
      list.append(shortfall)
    } else if let announced = announcedFrameCount, let frames = format.frameCount, frames < announced {
      list.append(.truncated(path: path, announcedFrames: announced, actualFrames: frames, reason: nil))
    }
    if let partialFrame { list.append(partialFrame) }
    if let nonFinite {
      list.append(
        .nonFinite(path: path, count: nonFinite.count, firstFrame: nonFinite.frame, firstChannel: nonFinite.channel + 1))
    }
    return list
  }

  private func reposition(_ frame: Int) {
    position = frame
    sourcePosition = frame
    scratchStart = 0
    scratchEnd = 0
    atEnd = false
  }

  /// Fills the empty scratch; false at the end of the audio.
  private func refill() throws(SoundFileError) -> Bool {
    guard !atEnd else { return false }
    scratchStart = 0
    scratchEnd = try source.read(into: scratch, frameCount: scratchFrames)
    if scratchEnd == 0 {
      atEnd = true
      noteEnd(sourcePosition)
      return false
    }
    if format.encoding.kind == .float, !SampleExtremes(scratch, count: scratchEnd * format.channelCount).isFinite {
      countNonFinite(firstFrame: sourcePosition)
    }
    sourcePosition += scratchEnd
    return true
  }

  private func noteEnd(_ frame: Int) {
    if let announced = announcedFrameCount, frame < announced {
      shortfall = .truncated(path: path, announcedFrames: announced, actualFrames: frame, reason: source.endReason)
    }
    if source.leftoverBytes > 0 { partialFrame = .partialFrame(path: path, frame: frame, bytes: source.leftoverBytes) }
  }

  private func countNonFinite(firstFrame: Int) {
    for n in 0..<scratchEnd * format.channelCount where !scratch[n].isFinite {
      let frame = firstFrame + n / format.channelCount
      nonFinite = nonFinite.map { ($0.count + 1, $0.frame, $0.channel) } ?? (1, frame, n % format.channelCount)
    }
  }
}
