import Glibc

/// A buffered view of a descriptor's bytes, from a pipe (`read`) or a regular file (`pread`, so that the descriptor's own
/// position, which other processes may share, stays where it is).
final class ByteStream {
  let descriptor: Int32
  let path: String
  private let ownsDescriptor: Bool
  private let capacity: Int
  private let buffer: UnsafeMutableRawPointer
  private var start = 0
  private var end = 0
  private var atEnd = false
  /// Where the next `pread` starts; nil for a pipe.
  private var fileOffset: Int?

  init(descriptor: Int32, owned: Bool, path: String, seekable: Bool, capacity: Int = 1 << 17) {
    self.descriptor = descriptor
    self.path = path
    self.capacity = capacity
    ownsDescriptor = owned
    fileOffset = seekable ? 0 : nil
    buffer = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit {
    buffer.deallocate()
    if ownsDescriptor { close(descriptor) }
  }

  var isSeekable: Bool { fileOffset != nil }

  /// Bytes that can be taken without a system call.
  var available: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: buffer + start, count: end - start) }

  /// The position in a regular file of the next byte to take.
  var position: Int { (fileOffset ?? 0) - (end - start) }

  /// Makes at least `count` bytes available (at most the capacity); false where the stream ends before.
  func fill(_ count: Int) throws(SoundFileError) -> Bool {
    precondition(count <= capacity, "a request larger than the buffer")
    if end - start >= count { return true }
    if start > 0 {
      memmove(buffer, buffer + start, end - start)
      end -= start
      start = 0
    }
    while end < count && !atEnd {
      let got = retrying {
        if let offset = fileOffset {
          pread(descriptor, buffer + end, capacity - end, offset)
        } else {
          read(descriptor, buffer + end, capacity - end)
        }
      }
      if got > 0 {
        end += got
        if let offset = fileOffset { fileOffset = offset + got }
      } else if got == 0 {
        atEnd = true
      } else if errno == EAGAIN {
        waitUntilReady(descriptor, for: POLLIN)
      } else {
        throw .readFailed(path: path, frame: 0, reason: systemReason(errno))
      }
    }
    return end >= count
  }

  /// Moves past bytes that `available` showed.
  func consume(_ count: Int) {
    precondition(count <= end - start, "consumed more than was available")
    start += count
  }

  /// Moves `count` bytes on, beyond the buffer too. Returns how many were there to skip.
  func skip(_ count: Int) throws(SoundFileError) -> Int {
    var left = count
    while left > 0 {
      let held = min(left, end - start)
      consume(held)
      left -= held
      if left == 0 { break }
      if try !fill(1) { break }
    }
    return count - left
  }

  /// Goes to a position of a regular file.
  func seek(to position: Int) {
    precondition(isSeekable, "a pipe cannot seek")
    start = 0
    end = 0
    atEnd = false
    fileOffset = position
  }

  /// `count` bytes as an array of their own; nil where the stream ends before. For headers.
  func take(_ count: Int) throws(SoundFileError) -> [UInt8]? {
    guard try fill(count) else { return nil }
    defer { consume(count) }
    return [UInt8](available.prefix(count))
  }
}

extension [UInt8] {
  /// An unsigned integer of `width` bytes at an offset that the caller has checked.
  func integer(_ offset: Int, _ width: Int, bigEndian: Bool = false) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<width {
      let byte = UInt64(self[offset + (bigEndian ? index : width - 1 - index)])
      value = value << 8 | byte
    }
    return value
  }

  /// Four bytes as a chunk name; bytes beyond ASCII read as `?`, which no name has.
  func tag(_ offset: Int) -> String {
    String(String.UnicodeScalarView(self[offset..<offset + 4].map { Unicode.Scalar($0 < 128 ? $0 : 63) }))
  }
}
