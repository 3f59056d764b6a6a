/// The bytes before the samples of a WAV, WAVE_FORMAT_EXTENSIBLE or RF64 file.
///
/// Metadata go before the samples, so that pipes carry them. No PEAK chunk (it holds a time stamp). The header has the same
/// size for every length, so that it can be written first and corrected at the end.
struct WAVHeaderWriter {
  enum Length: Equatable {
    /// A pipe's: both sizes 0xFFFFFFFF, which readers take for "up to the end".
    case unknown
    case frames(Int)
  }

  let format: AudioFileFormat
  /// Whether a `JUNK` chunk holds the place of the `ds64` chunk that makes the file an RF64.
  let reservesLongSizes: Bool
  /// The first file size that does not fit 32 bits. Tests lower it.
  var longSizeThreshold: UInt64 = 0xFFFF_FFFF

  private var bytesPerFrame: Int { format.channelCount * format.encoding.bytesPerSample! }

  /// Whether a file of so many frames needs 64-bit sizes.
  func needsLongSizes(frameCount: Int) -> Bool {
    UInt64(bytes(.frames(0)).count) + UInt64(frameCount) * UInt64(bytesPerFrame) + 1 >= longSizeThreshold
  }

  /// The container that `bytes` will state for so many frames.
  func container(frameCount: Int) -> AudioFileContainer {
    reservesLongSizes && needsLongSizes(frameCount: frameCount) ? .rf64 : format.container
  }

  func bytes(_ length: Length) -> [UInt8] {
    var frameCount = 0, isLong = format.container == .rf64
    if case .frames(let count) = length {
      frameCount = count
      if count > 0 { isLong = isLong || reservesLongSizes && needsLongSizes(frameCount: count) }
    }
    let dataBytes = frameCount * bytesPerFrame
    let holdsSizes32 = length != .unknown && !isLong

    var chunks = [UInt8]()
    if reservesLongSizes || isLong { chunks += longSizes(isLong: isLong) }
    chunks += formatChunk()
    if format.encoding.kind == .float && length != .unknown {
      chunks += Array("fact".utf8) + little(4, 4) + little(isLong ? 0xFFFF_FFFF : UInt64(frameCount), 4)
    }
    chunks += infoList()
    let total = 12 + chunks.count + 8 + dataBytes + dataBytes % 2
    if isLong {
      // The ds64 chunk comes first; its sizes are those of RIFF and data, and the number of frames.
      chunks.replaceSubrange(
        8..<32, with: little(UInt64(total - 8), 8) + little(UInt64(dataBytes), 8) + little(UInt64(frameCount), 8))
    }
    var result = Array((isLong ? "RF64" : isBigEndian ? "RIFX" : "RIFF").utf8)
    result += little(holdsSizes32 ? UInt64(total - 8) : 0xFFFF_FFFF, 4) + Array("WAVE".utf8) + chunks
    result += Array("data".utf8) + little(holdsSizes32 ? UInt64(dataBytes) : 0xFFFF_FFFF, 4)
    return result
  }

  private func longSizes(isLong: Bool) -> [UInt8] {
    Array((isLong ? "ds64" : "JUNK").utf8) + little(28, 4) + [UInt8](repeating: 0, count: 28)
  }

  private func formatChunk() -> [UInt8] {
    let bits = format.encoding.bytesPerSample! * 8
    let tag: UInt64 = format.encoding.kind == .float ? 3 : 1
    let isExtensible = format.container == .wavex
    var body = little(isExtensible ? 0xFFFE : tag, 2) + little(UInt64(format.channelCount), 2)
    body += little(UInt64(format.sampleRate), 4)
    body += little(UInt64(format.sampleRate * bytesPerFrame) & 0xFFFF_FFFF, 4)
    body += little(UInt64(bytesPerFrame), 2) + little(UInt64(bits), 2)
    if isExtensible {
      let mask = SpeakerMask.mask(format.channelMap, channelCount: format.channelCount)
      body += little(22, 2) + little(UInt64(bits), 2) + little(UInt64(mask), 4) + little(tag, 2)
      body += [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71]
    } else if tag != 1 {
      // Formats other than integers state the size of their extension: none.
      body += little(0, 2)
    }
    return Array("fmt ".utf8) + little(UInt64(body.count), 4) + body
  }

  private func infoList() -> [UInt8] {
    var body = Array("INFO".utf8)
    for (field, text) in format.metadata.entries {
      guard let tag = field.infoChunk else { continue }
      let content = Array(text.utf8) + [0]
      body += Array(tag.utf8) + little(UInt64(content.count), 4) + content
      if content.count % 2 == 1 { body.append(0) }
    }
    return body.count == 4 ? [] : Array("LIST".utf8) + little(UInt64(body.count), 4) + body
  }

  var isBigEndian: Bool { format.byteOrder == .big && format.container != .rf64 }

  private func little(_ value: UInt64, _ width: Int) -> [UInt8] {
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    return isBigEndian ? bytes.reversed() : bytes
  }
}
