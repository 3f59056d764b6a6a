extension SoundFileError: CustomStringConvertible {
  /// One line: which file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .notFound(let path):
      "\(path): there is no such file"
    case .noPermission(let path):
      "\(path): no permission to read this file; change its mode, or run as its owner"
    case .isDirectory(let path):
      "\(path): this is a directory; name the sound files in it"
    case .emptyFile(let path):
      "\(path): the file is empty (0 bytes)"
    case .noFrames(let path):
      "\(path): the file has a header and no audio (0 frames)"
    case .textFile(let path):
      "\(path): this is a text file, not a sound file; a patch goes after --patch, samples without a header need --raw"
    case .unreadableKind(let path, let kind):
      "\(path): this is \(kind), which libsndfile does not read; convert it first, for example with ffmpeg -i IN out.wav"
    case .unrecognised(let path):
      "\(path): not a sound file that libsndfile knows; samples without a header need --raw FORMAT, such as s16le:48000:2"
    case .damagedHeader(let path, let reason):
      "\(path): the header is damaged: \(reason)"
    case .needsSeekableFile(let path, let kind):
      "\(path): a pipe can carry WAV, RF64, W64 or --raw samples, and this is \(kind); give the file by name"
    case .incompleteRawFormat(let path):
      "\(path): samples without a header need encoding, rate and channels: --raw s16le:48000:2"
    case .inputIsTerminal:
      "standard input is a terminal; pipe a WAV file into it, or name a file"
    case .openFailed(let path, let reason):
      "\(path): cannot be opened: \(reason)"
    case .readFailed(let path, let frame, let reason):
      "\(path): reading failed at frame \(frame): \(reason)"
    case .cannotSeekBack(let path, let frame):
      "\(path): this input cannot go back to frame \(frame); of a pipe, give the file by name"
    default:
      usageSentence ?? writingSentence
    }
  }

  private var usageSentence: String? {
    switch self {
    case .unknownContainer(let name):
      "unknown format '\(name)'; there are: \(names(AudioFileContainer.writable))"
    case .unknownEncoding(let name):
      "unknown encoding '\(name)'; there are: \(names(SampleEncoding.allCases))"
    case .unknownExtension(let path, let ending):
      "\(path): the ending '.\(ending)' names no format; take another, or give --format, one of: "
        + names(AudioFileContainer.writable)
    case .badRawFormat(let text, let reason):
      "raw format '\(text)': \(reason); write it as ENCODING:RATE:CHANNELS, such as s16le:48000:2"
    case .readOnlyContainer(let container):
      "\(container.rawValue) files can be read but not written; there are: \(names(AudioFileContainer.writable))"
    case .encodingNotTaken(let container, let encoding):
      "\(container.rawValue) does not take \(encoding.rawValue); it takes: \(names(container.encodings))"
    case .rateNotTaken(let container, let encoding, let rate, let rates):
      "\(label(container, encoding)) cannot hold \(rate) Hz; convert with --rate to one of: "
        + rates.map(String.init).joined(separator: " ")
    case .rateAboveLimit(let container, let encoding, let rate, let highest):
      "\(label(container, encoding)) cannot hold \(rate) Hz; its highest rate is \(highest) Hz"
    case .channelsNotTaken(let container, let encoding, let channels, let limit):
      "\(label(container, encoding)) cannot hold \(channels) channels; it holds at most \(limit)"
    case .notStreamable(let path, let container, let encoding):
      "\(path): \(label(container, encoding)) needs a seekable file; a pipe takes wav or raw with s16 s24 s32 f32 f64, "
        + "or flac, ogg, mp3"
    case .outputIsTerminal:
      "standard output is a terminal; pipe it into a program or a file, or name an output file"
    default:
      nil
    }
  }

  private var writingSentence: String {
    switch self {
    case .outputExists(let path):
      "\(path): the file exists; --force replaces it"
    case .outputIsDirectory(let path):
      "\(path): this is a directory; name a file in it"
    case .missingDirectory(let path, let directory):
      "\(path): there is no directory \(directory); make it first"
    case .directoryNotWritable(let path, let directory):
      "\(path): no permission to create files in \(directory), where the output is first written under another name"
    case .linkLoop(let path):
      "\(path): too many symbolic links lead on from here"
    case .createFailed(let path, let reason):
      "\(path): cannot be created: \(reason)"
    case .diskFull(let path, let frame):
      "\(path): no space left on the disk at frame \(frame); nothing was left behind"
    case .fileTooLarge(let path, let frame):
      "\(path): the file grew beyond what the system allows (ulimit -f, or the file system's limit) at frame \(frame); "
        + "nothing was left behind"
    case .readerGone(let path, let frame):
      "\(path): the program that reads it went away at frame \(frame)"
    case .writeFailed(let path, let frame, let reason):
      "\(path): writing failed at frame \(frame): \(reason)"
    case .encoderFailed(let path, let reason):
      "\(path): the encoder refuses: \(reason)"
    case .longerThanAnnounced(let path, let announced):
      "\(path): more than the \(announced) frames announced came, and a plain WAV header cannot hold their size; --format rf64"
    default:
      "unknown error"
    }
  }

  private func names<Name: RawRepresentable<String>>(_ list: [Name]) -> String {
    list.map(\.rawValue).joined(separator: " ")
  }

  /// `ogg (opus)`, but plain `mp3` where the container says it all.
  private func label(_ container: AudioFileContainer, _ encoding: SampleEncoding) -> String {
    container.encodings.count > 1 ? "\(container.rawValue) (\(encoding.rawValue))" : container.rawValue
  }
}

extension SoundFileWarning: CustomStringConvertible {
  /// One line: which file, where, what was noticed.
  public var description: String {
    switch self {
    case .truncated(let path, let announced, let actual, let reason):
      "\(path): the header announces \(announced) frames, and the audio ends at frame \(actual)"
        + (reason.map { " (\($0))" } ?? "")
    case .partialFrame(let path, let frame, let bytes):
      "\(path): \(bytes) byte\(bytes == 1 ? "" : "s") after frame \(frame) make no whole frame and were left out"
    case .nonFinite(let path, let count, let frame, let channel):
      "\(path): \(count) sample\(count == 1 ? " is" : "s are") NaN or infinite, the first at frame \(frame), channel \(channel)"
    case .rounded(let path, let encoding):
      "\(path): \(encoding.rawValue) samples are processed as 32-bit floats, which hold 24 bits"
    }
  }
}
