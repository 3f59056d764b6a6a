import Glibc

/// Finds the source that reads a path or descriptor, and what its header says.
struct AudioFileOpening {
  let path: String
  let format: AudioFileFormat
  let source: any FrameSource
  let announcedFrames: Int?

  static func open(path: String, raw: RawFormat?) throws(SoundFileError) -> AudioFileOpening {
    if path == "-" {
      guard isatty(STDIN_FILENO) == 0 else { throw .inputIsTerminal }
      return try open(descriptor: STDIN_FILENO, owned: false, name: "standard input", raw: raw)
    }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw .notFound(path: path)
      case EACCES, EPERM: throw .noPermission(path: path)
      default: throw .openFailed(path: path, reason: systemReason(errno))
      }
    }
    return try open(descriptor: descriptor, owned: true, name: path, raw: raw)
  }

  /// - Parameter owned: Whether `name` is the path of the file too, and the descriptor is to be closed.
  static func open(descriptor: Int32, owned: Bool, name: String, raw: RawFormat?) throws(SoundFileError) -> AudioFileOpening {
    guard let status = status(descriptor: descriptor) else {
      if owned { close(descriptor) }
      throw .openFailed(path: name, reason: systemReason(errno))
    }
    let kind = FileKind(mode: status.st_mode)
    let isRegular = kind == .regular
    // A regular file on standard input counts from where its descriptor stands: after a header that another program
    // took, only a stream makes sense of the rest.
    let seekable = isRegular && (owned || lseek(descriptor, 0, SEEK_CUR) == 0)
    let stream = ByteStream(descriptor: descriptor, owned: owned, path: name, seekable: seekable)
    if kind == .directory { throw .isDirectory(path: name) }
    if isRegular && status.st_size == 0 { throw .emptyFile(path: name) }
    if let raw { return try openRaw(raw, stream, size: seekable ? Int(status.st_size) : nil, owned: owned) }
    let hasStart = try stream.fill(16)
    if stream.available.isEmpty { throw .emptyFile(path: name) }
    if seekable { return try openFile(stream, size: Int(status.st_size), owned: owned) }
    guard hasStart, WAVHeaderReader.recognises(stream.available) else {
      throw FileSignature.explain(stream.available, path: name, isPipe: true)
    }
    return try openStream(stream)
  }

  /// A regular file: libsndfile reads it, and the header is read a second time for what it announces.
  private static func openFile(_ stream: ByteStream, size: Int, owned: Bool) throws(SoundFileError) -> AudioFileOpening {
    let opened: SndFileSource
    do {
      opened =
        try owned
        ? SndFileSource(path: stream.path, raw: nil)
        : SndFileSource(descriptor: stream.descriptor, path: stream.path, raw: nil)
    } catch {
      if case .unrecognised(let path) = error {
        _ = try stream.fill(512)
        throw FileSignature.explain(stream.available, path: path, isPipe: false)
      }
      throw error
    }
    let statesLength = opened.format.container == .mp3 ? try MPEGAudio.statesLength(stream) : true
    let source = statesLength ? opened : try SndFileSource(unmeasured: stream)
    var announced = source.announcedFrames
    if WAVHeaderReader.recognises(stream.available), let header = try? WAVHeaderReader.read(stream),
      let bytes = header.dataBytes, bytes > size - stream.position
    {
      announced = bytes / header.bytesPerFrame
    }
    return AudioFileOpening(path: stream.path, format: source.format, source: source, announcedFrames: announced)
  }

  /// WAV, RF64 or W64 from a pipe.
  private static func openStream(_ stream: ByteStream) throws(SoundFileError) -> AudioFileOpening {
    let header = try WAVHeaderReader.read(stream)
    let source = PCMStreamSource(
      stream: stream, encoding: header.encoding, isBigEndian: header.isBigEndian, channelCount: header.channelCount,
      dataBytes: header.dataBytes)
    let format = AudioFileFormat(
      container: header.container, encoding: header.encoding, byteOrder: header.isBigEndian ? .big : .natural,
      sampleRate: header.sampleRate, channelCount: header.channelCount, metadata: header.metadata, channelMap: header.channelMap)
    // The announced length of a pipe is a promise that only its end proves, so the format leaves it open.
    return AudioFileOpening(
      path: stream.path, format: format, source: source, announcedFrames: header.dataBytes.map { $0 / header.bytesPerFrame })
  }

  private static func openRaw(
    _ raw: RawFormat, _ stream: ByteStream, size: Int?, owned: Bool
  ) throws(SoundFileError) -> AudioFileOpening {
    guard let rate = raw.sampleRate, let channels = raw.channelCount else { throw .incompleteRawFormat(path: stream.path) }
    var format = AudioFileFormat(
      container: .raw, encoding: raw.encoding, byteOrder: raw.byteOrder, sampleRate: rate, channelCount: channels)
    guard let bytesPerSample = raw.encoding.bytesPerSample else {
      guard size != nil else { throw .needsSeekableFile(path: stream.path, kind: raw.encoding.rawValue) }
      let source =
        try owned
        ? SndFileSource(path: stream.path, raw: format)
        : SndFileSource(descriptor: stream.descriptor, path: stream.path, raw: format)
      return AudioFileOpening(path: stream.path, format: source.format, source: source, announcedFrames: nil)
    }
    format.frameCount = size.map { $0 / (bytesPerSample * channels) }
    let source = PCMStreamSource(
      stream: stream, encoding: raw.encoding, isBigEndian: raw.byteOrder == .big, channelCount: channels, dataBytes: nil)
    return AudioFileOpening(path: stream.path, format: format, source: source, announcedFrames: nil)
  }
}
