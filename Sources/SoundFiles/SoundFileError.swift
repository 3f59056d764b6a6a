/// What can go wrong with a sound file. The sentences are in `SoundFileError+Sentences.swift`.
public enum SoundFileError: Error, Equatable, Sendable {
  // Opening and reading.
  case notFound(path: String)
  case noPermission(path: String)
  case isDirectory(path: String)
  case emptyFile(path: String)
  /// A proper header and nothing after it.
  case noFrames(path: String)
  case textFile(path: String)
  /// A known kind of file that cannot be decoded here, such as MPEG-4.
  case unreadableKind(path: String, kind: String)
  case unrecognised(path: String)
  case damagedHeader(path: String, reason: String)
  /// A pipe carries something that needs a seekable file.
  case needsSeekableFile(path: String, kind: String)
  case incompleteRawFormat(path: String)
  case inputIsTerminal
  case openFailed(path: String, reason: String)
  case readFailed(path: String, frame: Int, reason: String)
  case cannotSeekBack(path: String, frame: Int)

  // Names and combinations: usage errors.
  case unknownContainer(name: String)
  case unknownEncoding(name: String)
  case unknownExtension(path: String, ending: String)
  case badRawFormat(text: String, reason: String)
  case readOnlyContainer(AudioFileContainer)
  case encodingNotTaken(container: AudioFileContainer, encoding: SampleEncoding)
  case rateNotTaken(container: AudioFileContainer, encoding: SampleEncoding, sampleRate: Int, rates: [Int])
  case rateAboveLimit(container: AudioFileContainer, encoding: SampleEncoding, sampleRate: Int, highest: Int)
  case channelsNotTaken(container: AudioFileContainer, encoding: SampleEncoding, channelCount: Int, limit: Int)
  case notStreamable(path: String, container: AudioFileContainer, encoding: SampleEncoding)
  case outputIsTerminal

  // Writing.
  case outputExists(path: String)
  case outputIsDirectory(path: String)
  case missingDirectory(path: String, directory: String)
  case directoryNotWritable(path: String, directory: String)
  case linkLoop(path: String)
  case createFailed(path: String, reason: String)
  case diskFull(path: String, frame: Int)
  case fileTooLarge(path: String, frame: Int)
  case readerGone(path: String, frame: Int)
  case writeFailed(path: String, frame: Int, reason: String)
  case encoderFailed(path: String, reason: String)
  /// More frames came than the caller had announced as the most, and the header cannot hold their size.
  case longerThanAnnounced(path: String, announced: Int)

  /// Whether the command line is wrong rather than the world: such an error has exit status 2.
  public var isUsageError: Bool {
    switch self {
    case .unknownContainer, .unknownEncoding, .unknownExtension, .badRawFormat, .readOnlyContainer, .encodingNotTaken,
      .rateNotTaken, .rateAboveLimit, .channelsNotTaken, .notStreamable, .incompleteRawFormat, .inputIsTerminal,
      .outputIsTerminal, .outputExists:
      true
    default:
      false
    }
  }
}

/// What a reader noticed that does not stop it. The sentences are in `SoundFileError+Sentences.swift`.
public enum SoundFileWarning: Equatable, Sendable {
  /// The header announces more frames than there are; `reason` is the decoder's word where it has one.
  case truncated(path: String, announcedFrames: Int, actualFrames: Int, reason: String?)
  /// Bytes after the last whole frame were left out.
  case partialFrame(path: String, frame: Int, bytes: Int)
  /// NaN or infinity in the samples; frames count from 0, channels from 1.
  case nonFinite(path: String, count: Int, firstFrame: Int, firstChannel: Int)
  /// Samples are finer than float32 and were rounded to it.
  case rounded(path: String, encoding: SampleEncoding)
}
