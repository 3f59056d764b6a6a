/// The description of samples without a header, as people type it: `s16le:48000:2`.
///
/// `ENCODING[le|be][:RATE[:CHANNELS]]`, where the encoding is one of `s8 u8 s16 s24 s32 f32 f64 ulaw alaw` or a codec
/// that raw files know (`gsm610`, `vox-adpcm`, …). Without `le` or `be` it is little endian. An input needs all three parts.
public struct RawFormat: Sendable, Equatable {
  public var encoding: SampleEncoding
  public var byteOrder: ByteOrder
  /// Frames per second; nil where not said.
  public var sampleRate: Int?
  public var channelCount: Int?

  public init(encoding: SampleEncoding, byteOrder: ByteOrder = .little, sampleRate: Int? = nil, channelCount: Int? = nil) {
    self.encoding = encoding
    self.byteOrder = byteOrder
    self.sampleRate = sampleRate
    self.channelCount = channelCount
  }

  /// - Throws: `SoundFileError.badRawFormat` with the part that is wrong.
  public init(_ text: String) throws(SoundFileError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 3 else { throw .badRawFormat(text: text, reason: "it has more than three parts") }
    var name = parts[0].lowercased()
    var order = ByteOrder.little
    if name.hasSuffix("be") || name.hasSuffix("le") {
      order = name.hasSuffix("be") ? .big : .little
      name.removeLast(2)
    }
    func isReadable(_ encoding: SampleEncoding) -> Bool {
      AudioFileContainer.raw.sndFileTakes(encoding, sampleRate: 8_000, channelCount: 1)
    }
    guard let encoding = SampleEncoding(rawValue: name), isReadable(encoding) else {
      let names = SampleEncoding.allCases.filter(isReadable).map(\.rawValue).joined(separator: " ")
      throw .badRawFormat(text: text, reason: "'\(parts[0])' is none of \(names), each with le or be after it")
    }
    self.encoding = encoding
    byteOrder = order
    if parts.count > 1 {
      guard let rate = Int(parts[1]), rate >= 1, rate <= Int(Int32.max) else {
        throw .badRawFormat(text: text, reason: "'\(parts[1])' is not a sample rate in Hz")
      }
      sampleRate = rate
    }
    if parts.count > 2 {
      guard let channels = Int(parts[2]), channels >= 1, channels <= maximumChannelCount else {
        throw .badRawFormat(text: text, reason: "'\(parts[2])' is not a number of channels from 1 to \(maximumChannelCount)")
      }
      channelCount = channels
    }
  }
}

/// libsndfile's own limit; the stream parser keeps it so that a hostile header cannot ask for gigabytes of scratch.
let maximumChannelCount = 1_024
