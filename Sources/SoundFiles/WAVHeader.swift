/// What the header of a WAV, RF64 or W64 stream says, read without seeking.
struct WAVHeader {
  var container = AudioFileContainer.wav
  var encoding = SampleEncoding.s16
  var isBigEndian = false
  var channelCount = 0
  var sampleRate = 0
  var channelMap: [Int32] = []
  var metadata = AudioFileMetadata()
  /// Bytes of samples; nil where the header leaves it open.
  var dataBytes: Int?

  var bytesPerFrame: Int { channelCount * (encoding.bytesPerSample ?? 0) }
}

/// Reads a header up to the first sample.
struct WAVHeaderReader {
  private let stream: ByteStream
  private var header = WAVHeader()
  private var hasFormat = false
  /// The data size that a `ds64` chunk gives for the one that does not fit.
  private var longDataBytes: UInt64?
  private var bytesRead = 0

  /// More than any metadata before the samples; a header that goes on longer is hostile or no header.
  private static let maximumHeaderBytes = 1 << 28

  private init(_ stream: ByteStream) { self.stream = stream }

  /// Whether bytes begin like a header that this type reads.
  static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 16 else { return false }
    let tag = [UInt8](bytes.prefix(16)).tag(0)
    return ["RIFF", "RIFX", "RF64", "BW64"].contains(tag) || bytes.starts(with: W64.riff)
  }

  /// - Throws: `SoundFileError.damagedHeader` or `.unreadableKind`; read errors of the stream.
  static func read(_ stream: ByteStream) throws(SoundFileError) -> WAVHeader {
    var reader = WAVHeaderReader(stream)
    guard try stream.fill(16) else { throw reader.damaged("it ends before its format") }
    if stream.available.starts(with: W64.riff) { try reader.readW64() } else { try reader.readRIFF() }
    return reader.header
  }

  // MARK: RIFF, RIFX, RF64, BW64

  private mutating func readRIFF() throws(SoundFileError) {
    let start = try bytes(12)
    switch start.tag(0) {
    case "RIFX": header.isBigEndian = true
    case "RF64", "BW64": header.container = .rf64
    default: break
    }
    guard start.tag(8) == "WAVE" else { throw damaged("it is RIFF, but not WAVE") }
    while true {
      let chunk = try bytes(8)
      let size = chunk.integer(4, 4, bigEndian: header.isBigEndian)
      switch chunk.tag(0) {
      case "fmt ": try readFormat(size: size)
      case "ds64":
        guard size >= 28 else { throw damaged("its ds64 chunk has \(size) bytes") }
        let body = try bytes(28)
        longDataBytes = body.integer(8, 8)
        try skip(size - 28)
      case "LIST": try readList(size: size)
      case "data":
        guard hasFormat else { throw damaged("its samples come before their format") }
        header.dataBytes = try dataSize(size)
        return
      default: try skip(size + size % 2)
      }
    }
  }

  /// The length of the samples, or nil for the values that programs write when they do not know it: 0, the largest
  /// 32-bit numbers (most), and the neighbourhood of 2 GiB (SoX, arecord).
  private func dataSize(_ size: UInt64) throws(SoundFileError) -> Int? {
    if size == 0xFFFF_FFFF, let long = longDataBytes {
      guard long <= UInt64(Int.max) else { return nil }
      return long == 0 ? nil : Int(long)
    }
    if size == 0 || size >= 0xFFFF_0000 || (0x7FFF_0000...0x8000_0040).contains(size) { return nil }
    return Int(size)
  }

  private mutating func readFormat(size: UInt64) throws(SoundFileError) {
    guard size >= 16, size <= 1 << 16 else { throw damaged("its fmt chunk has \(size) bytes") }
    let body = try bytes(Int(size + size % 2))
    let bigEndian = header.isBigEndian
    func field(_ offset: Int, _ width: Int) -> Int { Int(body.integer(offset, width, bigEndian: bigEndian)) }
    var tag = field(0, 2)
    header.channelCount = field(2, 2)
    header.sampleRate = field(4, 4)
    let blockAlign = field(12, 2), bits = field(14, 2)
    if tag == 0xFFFE {
      guard size >= 40 else { throw damaged("its extensible fmt chunk has \(size) bytes") }
      tag = field(24, 2)
      if header.container == .wav { header.container = .wavex }
      header.channelMap = SpeakerMask.channelMap(UInt32(field(20, 4)), channelCount: header.channelCount)
    }
    guard (1...maximumChannelCount).contains(header.channelCount) else { throw damaged("\(header.channelCount) channels") }
    guard (1...Int(Int32.max)).contains(header.sampleRate) else { throw damaged("a rate of \(header.sampleRate) Hz") }
    let bytesPerSample = blockAlign / header.channelCount
    switch (tag, bytesPerSample) {
    case (1, 1): header.encoding = .u8
    case (1, 2): header.encoding = .s16
    case (1, 3): header.encoding = .s24
    case (1, 4): header.encoding = .s32
    case (3, 4): header.encoding = .f32
    case (3, 8): header.encoding = .f64
    case (6, 1): header.encoding = .alaw
    case (7, 1): header.encoding = .ulaw
    case (1, _), (3, _): throw damaged("\(bits)-bit samples in blocks of \(blockAlign) bytes")
    default: throw .needsSeekableFile(path: stream.path, kind: "WAV with compression \(tag)")
    }
    guard blockAlign == header.bytesPerFrame else {
      throw damaged("\(header.channelCount) channels in blocks of \(blockAlign) bytes")
    }
    hasFormat = true
  }

  private mutating func readList(size: UInt64) throws(SoundFileError) {
    guard size >= 4, size <= 1 << 16 else { return try skip(size + size % 2) }
    let body = try bytes(Int(size + size % 2))
    guard body.tag(0) == "INFO" else { return }
    var offset = 4
    while offset + 8 <= Int(size) {
      let length = Int(body.integer(offset + 4, 4, bigEndian: header.isBigEndian))
      guard length <= Int(size) - offset - 8 else { return }
      let tag = body.tag(offset)
      if let field = AudioFileMetadata.Field.allCases.first(where: { $0.infoChunk == tag }) {
        header.metadata[field] = body.withUnsafeBytes {
          headerText(UnsafeRawBufferPointer(rebasing: $0[(offset + 8)...].prefix(length)))
        }
      }
      offset += 8 + length + length % 2
    }
  }

  // MARK: W64: names of 16 bytes, sizes of 8 that include their 24-byte heads, everything aligned to 8

  enum W64 {
    private static let tail: [UInt8] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
    static let riff: [UInt8] = [
      0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00,
    ]
    static let wave = Array("wave".utf8) + tail
    static let format = Array("fmt ".utf8) + tail
    static let data = Array("data".utf8) + tail
  }

  private mutating func readW64() throws(SoundFileError) {
    let start = try bytes(40)
    guard Array(start[24..<40]) == W64.wave else { throw damaged("it is W64, but not wave") }
    while true {
      let chunk = try bytes(24)
      let size = chunk.integer(16, 8)
      guard size >= 24 else { throw damaged("a chunk of \(size) bytes, which is less than its own head") }
      switch Array(chunk[0..<16]) {
      case W64.format:
        try readFormat(size: size - 24)
        try skip((8 - size % 8) % 8 - size % 2)
      case W64.data:
        guard hasFormat else { throw damaged("its samples come before their format") }
        header.container = .w64
        let length = size - 24
        header.dataBytes = length == 0 || length > UInt64(Int.max) / 2 ? nil : Int(length)
        return
      default: try skip(size - 24 + (8 - size % 8) % 8)
      }
    }
  }

  // MARK: Bytes

  private func damaged(_ reason: String) -> SoundFileError { .damagedHeader(path: stream.path, reason: reason) }

  private mutating func bytes(_ count: Int) throws(SoundFileError) -> [UInt8] {
    bytesRead += count
    guard let result = try stream.take(count) else { throw damaged("it ends before its samples") }
    return result
  }

  private mutating func skip(_ count: UInt64) throws(SoundFileError) {
    guard count <= UInt64(Self.maximumHeaderBytes - min(bytesRead, Self.maximumHeaderBytes)) else {
      throw damaged("a chunk of \(count) bytes before its samples")
    }
    bytesRead += Int(count)
    guard try stream.skip(Int(count)) == Int(count) else { throw damaged("it ends before its samples") }
  }
}
