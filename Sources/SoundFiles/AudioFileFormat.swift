/// What a sound file holds, as its header says.
public struct AudioFileFormat: Sendable, Equatable {
  public var container: AudioFileContainer
  public var encoding: SampleEncoding
  public var byteOrder: ByteOrder
  /// Frames per second.
  public var sampleRate: Int
  public var channelCount: Int
  /// Frames in the file; nil where only its end will tell (pipes, some compressed streams). Writers ignore it.
  public var frameCount: Int?
  public var metadata: AudioFileMetadata
  /// The loudspeaker of each channel in libsndfile's numbering (`SF_CHANNEL_MAP_…`); empty where the file does not say.
  public var channelMap: [Int32]

  public init(
    container: AudioFileContainer, encoding: SampleEncoding, byteOrder: ByteOrder = .natural, sampleRate: Int,
    channelCount: Int, frameCount: Int? = nil, metadata: AudioFileMetadata = AudioFileMetadata(), channelMap: [Int32] = []
  ) {
    self.container = container
    self.encoding = encoding
    self.byteOrder = byteOrder
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    self.frameCount = frameCount
    self.metadata = metadata
    self.channelMap = channelMap
  }

  /// Whether the file's values can be finer than the float32 samples that a reader gives.
  public var isWiderThanFloat32: Bool { encoding.isWiderThanFloat32 }

  /// libsndfile's format word.
  var sndFileFormat: Int32 { container.sndFileCode | encoding.sndFileCode | byteOrder.sndFileCode }

  /// The format of an output.
  ///
  /// The container is the named one, otherwise that of the path's ending, otherwise that of `source`, otherwise WAV
  /// (always for `-`, unless named). The encoding is the named one, otherwise that of `source` or, where the container does not take it,
  /// the nearest that loses nothing, otherwise the container's widest. Metadata come from `source`.
  ///
  /// - Parameters:
  ///   - path: Where the output goes; `-` is standard output.
  ///   - container: A name from `AudioFileContainer`, or nil.
  ///   - encoding: A name from `SampleEncoding`, or nil.
  ///   - source: The input that the output is made from, or nil.
  /// - Throws: A usage error: an unknown name or ending, or a combination that the container cannot hold.
  public static func output(
    path: String, container: String? = nil, encoding: String? = nil, source: AudioFileFormat? = nil, sampleRate: Int,
    channelCount: Int
  ) throws(SoundFileError) -> AudioFileFormat {
    let chosen = try outputContainer(path: path, name: container, source: source?.container)
    var sampleEncoding: SampleEncoding
    if let encoding {
      sampleEncoding = try SampleEncoding(named: encoding)
    } else if chosen == .ogg, container?.lowercased() == "opus" || (container == nil && pathExtension(path) == "opus") {
      sampleEncoding = .opus
    } else if let source {
      sampleEncoding = chosen.encoding(for: source.encoding)
    } else {
      sampleEncoding = chosen.defaultEncoding
    }
    var result = AudioFileFormat(
      container: chosen, encoding: sampleEncoding, sampleRate: sampleRate, channelCount: channelCount)
    if let source {
      result.metadata = source.metadata
      if source.container == chosen { result.byteOrder = source.byteOrder }
      if source.channelCount == channelCount { result.channelMap = source.channelMap }
    }
    try chosen.check(encoding: sampleEncoding, sampleRate: sampleRate, channelCount: channelCount)
    return result
  }

  private static func outputContainer(
    path: String, name: String?, source: AudioFileContainer?
  ) throws(SoundFileError) -> AudioFileContainer {
    if let name { return try AudioFileContainer(named: name) }
    if path == "-" { return .wav }
    guard let ending = pathExtension(path) else { return source ?? .wav }
    // `wavex` and `rf64` are files named .wav too, and stay what they are.
    if let source, source.isWAVFamily, AudioFileContainer.wav.extensions.contains(ending) { return source }
    guard let match = AudioFileContainer.allCases.first(where: { $0.extensions.contains(ending) }) else {
      throw .unknownExtension(path: path, ending: ending)
    }
    return match
  }
}

/// The ending of a path in lower case, without its dot; nil where the name has none.
func pathExtension(_ path: String) -> String? {
  let name = path.split(separator: "/").last ?? ""
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
  let ending = name[name.index(after: dot)...]
  return ending.isEmpty ? nil : ending.lowercased()
}
