import CSndFile
import Glibc

/// A file that libsndfile decodes.
final class SndFileSource: FrameSource {
  let format: AudioFileFormat
  /// Frames that the header announces, where libsndfile found fewer.
  private(set) var announcedFrames: Int?
  private(set) var endReason: String?
  var leftoverBytes: Int { 0 }

  private let path: String
  private let handle: OpaquePointer
  private var position = 0
  /// What `handle` reads through, where that is not a file of its own.
  private var input: MPEGAudio.Input?

  private init(path: String, handle: OpaquePointer, info: SF_INFO) throws(SoundFileError) {
    self.path = path
    self.handle = handle
    guard let container = AudioFileContainer(sndFileFormat: info.format),
      let encoding = SampleEncoding(sndFileFormat: info.format)
    else {
      sf_close(handle)
      throw .unreadableKind(path: path, kind: "sound of a kind newer than this program (\(info.format))")
    }
    // libsndfile says "the largest number" where only decoding to the end would tell.
    let frames: Int? = info.frames == Int64.max || info.frames < 0 ? nil : Int(info.frames)
    var format = AudioFileFormat(
      container: container, encoding: encoding, byteOrder: ByteOrder(sndFileFormat: info.format),
      sampleRate: Int(info.samplerate), channelCount: Int(info.channels), frameCount: frames)
    for field in AudioFileMetadata.Field.allCases {
      guard let text = sf_get_string(handle, field.sndFileCode) else { continue }
      format.metadata[field] = headerText(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
    var map = [Int32](repeating: 0, count: Int(info.channels))
    if sf_command(handle, Int32(SFC_GET_CHANNEL_MAP_INFO), &map, Int32(4 * map.count)) != 0, !map.contains(0) {
      format.channelMap = map
    }
    self.format = format
  }

  deinit { sf_close(handle) }

  /// Opens a regular file by name (some kinds keep a second file beside it).
  convenience init(path: String, raw: AudioFileFormat?) throws(SoundFileError) {
    var info = Self.information(raw)
    guard let handle = sf_open(path, Int32(SFM_READ), &info) else { throw Self.openError(path) }
    try self.init(path: path, handle: handle, info: info)
    announcedFrames = Self.announcedFrames(handle, format)
  }

  /// Opens a regular file by its descriptor, which stays open and its owner's.
  convenience init(descriptor: Int32, path: String, raw: AudioFileFormat?) throws(SoundFileError) {
    var info = Self.information(raw)
    let copy = dup(descriptor)
    guard copy >= 0 else { throw .openFailed(path: path, reason: systemReason(errno)) }
    // libsndfile closes the copy, on failure too.
    guard let handle = sf_open_fd(copy, Int32(SFM_READ), &info, 1) else { throw Self.openError(path) }
    try self.init(path: path, handle: handle, info: info)
    announcedFrames = Self.announcedFrames(handle, format)
  }

  /// Opens an MP3 file that does not state its length; `format.frameCount` is nil then.
  convenience init(unmeasured stream: ByteStream) throws(SoundFileError) {
    guard let input = MPEGAudio.Input(descriptor: stream.descriptor) else {
      throw .openFailed(path: stream.path, reason: systemReason(errno))
    }
    var info = SF_INFO()
    var functions = MPEGAudio.Input.functions
    let context = Unmanaged.passUnretained(input).toOpaque()
    guard let handle = sf_open_virtual(&functions, Int32(SFM_READ), &info, context) else {
      throw Self.openError(stream.path)
    }
    try self.init(path: stream.path, handle: handle, info: info)
    self.input = input
  }

  func read(into frames: UnsafeMutablePointer<Float>, frameCount: Int) throws(SoundFileError) -> Int {
    let count = Int(sf_readf_float(handle, frames, sf_count_t(frameCount)))
    position += count
    if count < frameCount {
      switch sf_error(handle) {
      case Int32(SF_ERR_NO_ERROR): break
      case Int32(SF_ERR_SYSTEM): throw .readFailed(path: path, frame: position, reason: String(cString: sf_strerror(handle)))
      default: endReason = String(cString: sf_strerror(handle))
      }
    }
    return count
  }

  func seek(toFrame frame: Int) throws(SoundFileError) -> Bool {
    // Block codecs resume slightly differently in their middle; only the beginning is safe.
    guard !format.encoding.isLossy || frame == 0 else { return false }
    guard frame <= format.frameCount ?? .max, sf_seek(handle, sf_count_t(frame), SEEK_SET) == sf_count_t(frame) else {
      return false
    }
    position = frame
    return true
  }

  private static func information(_ raw: AudioFileFormat?) -> SF_INFO {
    var info = SF_INFO()
    if let raw {
      info.format = raw.sndFileFormat
      info.samplerate = Int32(raw.sampleRate)
      info.channels = Int32(raw.channelCount)
    }
    return info
  }

  private static func openError(_ path: String) -> SoundFileError {
    let reason = String(cString: sf_strerror(nil))
    switch sf_error(nil) {
    case Int32(SF_ERR_UNRECOGNISED_FORMAT): return .unrecognised(path: path)
    case Int32(SF_ERR_SYSTEM): return .openFailed(path: path, reason: reason)
    default: return .damagedHeader(path: path, reason: reason)
    }
  }

  /// Reads libsndfile's parsing log, the only place where it tells that a size in the header was too large for the
  /// file: `SSND : 192008 (should be 127990)`.
  private static func announcedFrames(_ handle: OpaquePointer, _ format: AudioFileFormat) -> Int? {
    guard let bytesPerSample = format.encoding.bytesPerSample, let frames = format.frameCount else { return nil }
    let log = withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 1) { buffer in
      let length = sf_command(handle, Int32(SFC_GET_LOG_INFO), buffer.baseAddress!, Int32(buffer.count))
      return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
    }
    for line in log.split(separator: "\n") where line.contains("(should be") {
      let words = line.split { $0 == " " || $0 == ":" || $0 == ")" }
      guard let name = words.first, ["SSND", "Data", "data"].contains(name) else { continue }
      let numbers = words.compactMap { Int($0) }
      // 0 and the largest numbers mean "not known" and are no lie.
      guard numbers.count == 2, numbers[0] > numbers[1], numbers[0] < 0x7FFF_0000 else { continue }
      let bytesPerFrame = bytesPerSample * format.channelCount
      return frames + (numbers[0] - numbers[1] + bytesPerFrame - 1) / bytesPerFrame
    }
    return nil
  }
}
