/// Plain samples from a pipe, or from a file without a header.
final class PCMStreamSource: FrameSource {
  private let stream: ByteStream
  private let decoder: PCMDecoder
  private let channelCount: Int
  private let bytesPerFrame: Int
  /// Where the first sample lies in a regular file.
  private let origin: Int
  private let dataBytes: Int?
  private var takenBytes = 0
  private(set) var leftoverBytes = 0

  var endReason: String? { nil }

  /// - Parameter dataBytes: How many bytes are samples; nil for all up to the end.
  init(stream: ByteStream, encoding: SampleEncoding, isBigEndian: Bool, channelCount: Int, dataBytes: Int?) {
    self.stream = stream
    self.channelCount = channelCount
    self.dataBytes = dataBytes
    decoder = PCMDecoder(encoding: encoding, isBigEndian: isBigEndian)
    bytesPerFrame = channelCount * (encoding.bytesPerSample ?? 1)
    origin = stream.position
  }

  func read(into frames: UnsafeMutablePointer<Float>, frameCount: Int) throws(SoundFileError) -> Int {
    let left = (dataBytes.map { $0 - takenBytes } ?? .max) / bytesPerFrame
    guard left > 0 && frameCount > 0 else { return 0 }
    do {
      guard try stream.fill(bytesPerFrame) else {
        leftoverBytes = stream.available.count
        return 0
      }
    } catch {
      guard case .readFailed(let path, _, let reason) = error else { throw error }
      throw .readFailed(path: path, frame: takenBytes / bytesPerFrame, reason: reason)
    }
    let count = min(frameCount, left, stream.available.count / bytesPerFrame)
    decoder.decode(stream.available.baseAddress!, count: count * channelCount, into: frames)
    stream.consume(count * bytesPerFrame)
    takenBytes += count * bytesPerFrame
    return count
  }

  func seek(toFrame frame: Int) throws(SoundFileError) -> Bool {
    guard stream.isSeekable, frame <= (dataBytes ?? .max) / bytesPerFrame else { return false }
    takenBytes = frame * bytesPerFrame
    stream.seek(to: origin + takenBytes)
    return true
  }
}
