import CSndFile
import Glibc

/// MP3 files whose length nobody wrote down.
///
/// Without a Xing, Info or VBRI tag, libsndfile estimates the length from the file's size and the first frame's bit rate,
/// and stops reading there: a file of variable bit rate can lose most of its end. Opened without a way to learn the
/// file's size, it gives the length as unknown and reads on to the last frame.
enum MPEGAudio {
  /// Whether the first MPEG frame holds a tag with the number of frames.
  static func statesLength(_ stream: ByteStream) throws(SoundFileError) -> Bool {
    var start = 0
    stream.seek(to: 0)
    // An ID3v2 tag gives its size in four times seven bits, without its head of ten bytes.
    if let head = try stream.take(10), head.prefix(3).elementsEqual("ID3".utf8) {
      start = 10 + head[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }
    stream.seek(to: start)
    // The tag follows a frame's head and side information, at most 40 bytes into it; padding may precede the frame.
    _ = try stream.fill(4_096)
    let bytes = [UInt8](stream.available.prefix(4_096))
    guard bytes.count > 4 else { return false }
    let tags = ["Xing", "Info", "VBRI"].map { Array($0.utf8) }
    return bytes.indices.dropLast(3).contains { n in tags.contains { bytes[n..<n + 4].elementsEqual($0) } }
  }

  /// The open file under libsndfile, which it may read and place, but not measure.
  final class Input {
    private let descriptor: Int32
    private let byteCount: Int
    private var position = 0

    /// - Parameter descriptor: A regular file; a copy of it is kept.
    init?(descriptor: Int32) {
      guard let status = status(descriptor: descriptor) else { return nil }
      self.descriptor = dup(descriptor)
      byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    private func read(_ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
      let got = retrying { pread(descriptor, bytes, count, position) }
      position += max(got, 0)
      return max(got, 0)
    }

    private func seek(_ offset: Int, _ whence: Int32) -> Int {
      if whence == SEEK_END { return -1 }
      position = max(0, (whence == SEEK_SET ? 0 : position) + offset)
      return position
    }

    private static func input(_ context: UnsafeMutableRawPointer?) -> Input {
      Unmanaged<Input>.fromOpaque(context!).takeUnretainedValue()
    }

    static var functions: SF_VIRTUAL_IO {
      SF_VIRTUAL_IO(
        get_filelen: { sf_count_t(Input.input($0).byteCount) },
        seek: { sf_count_t(Input.input($2).seek(Int($0), $1)) },
        read: { sf_count_t(Input.input($2).read($0, Int($1))) },
        write: { _, _, _ in 0 },
        tell: { sf_count_t(Input.input($0).position) })
    }
  }
}
