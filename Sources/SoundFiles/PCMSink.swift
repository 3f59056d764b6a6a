import CSndFile
import Glibc

/// Writes WAV, RF64 and headerless samples without libsndfile: to files and to pipes, buffered in constant memory.
final class PCMSink: FrameSink {
  private let output: OutputFile
  private let format: AudioFileFormat
  private let encoder: PCMEncoder
  private var quantizer: SampleQuantizer?
  private let header: WAVHeaderWriter?
  private let announcedFrames: Int?

  private static let capacity = 1 << 17
  private let buffer = UnsafeMutableRawPointer.allocate(byteCount: PCMSink.capacity, alignment: 64)
  private var held = 0
  /// Bytes handed to the system, and how far beyond them the file's blocks are allocated.
  private var flushedBytes = 0
  private var allocatedBytes = 0
  private let allocatesAhead: Bool
  private let integers: UnsafeMutablePointer<Int32>
  private static let integerCapacity = 1 << 13
  private let bytesPerFrame: Int
  private var frameCount = 0

  /// - Parameters:
  ///   - announcedFrames: The most frames that will come; nil where nobody knows.
  ///   - longSizeThreshold: The first file size that makes a WAV an RF64.
  init(
    output: OutputFile, format: AudioFileFormat, dither: Dither, announcedFrames: Int?, longSizeThreshold: UInt64
  ) throws(SoundFileError) {
    self.output = output
    self.format = format
    self.announcedFrames = announcedFrames
    encoder = PCMEncoder(encoding: format.encoding, isBigEndian: format.byteOrder == .big && format.container != .rf64)
    quantizer = format.encoding.integerBits.map { SampleQuantizer(bits: $0, dither: dither) }
    bytesPerFrame = format.channelCount * format.encoding.bytesPerSample!
    integers = .allocate(capacity: Self.integerCapacity)
    allocatesAhead = output.isReplacing && !talea_is_in_memory(output.descriptor)
    if format.container == .raw {
      header = nil
    } else {
      var writer = WAVHeaderWriter(format: format, reservesLongSizes: false)
      writer.longSizeThreshold = longSizeThreshold
      // RIFX has no 64-bit form.
      let reserves = output.isReplacing && !writer.isBigEndian && announcedFrames.map(writer.needsLongSizes) ?? true
      writer = WAVHeaderWriter(format: format, reservesLongSizes: reserves, longSizeThreshold: longSizeThreshold)
      header = writer
      let start = writer.bytes(output.isReplacing ? .frames(0) : .unknown)
      try append(start)
    }
  }

  deinit {
    buffer.deallocate()
    integers.deallocate()
  }

  func write(_ frames: UnsafePointer<Float>, frameCount count: Int) throws(SoundFileError) {
    let samples = count * format.channelCount
    let size = format.encoding.bytesPerSample!
    var done = 0
    while done < samples {
      if held + size > Self.capacity { try flushPages() }
      var part = min(samples - done, (Self.capacity - held) / size)
      if quantizer != nil {
        part = min(part, Self.integerCapacity)
        quantizer!.quantize(frames + done, count: part, into: integers)
        encoder.encode(UnsafePointer(integers), count: part, into: buffer + held)
      } else {
        encoder.encode(frames + done, count: part, into: buffer + held)
      }
      held += part * size
      done += part
    }
    frameCount += count
  }

  /// Appends bytes that are not samples.
  private func append(_ bytes: [UInt8]) throws(SoundFileError) {
    for byte in bytes {
      if held == Self.capacity { try flushPages() }
      (buffer + held).storeBytes(of: byte, as: UInt8.self)
      held += 1
    }
  }

  func flush() throws(SoundFileError) { try flush(held) }

  /// Writes whole pages only: a write that ends inside a page makes the next one touch it again.
  private func flushPages() throws(SoundFileError) {
    if allocatesAhead { preallocate(flushedBytes + held) }
    try flush(held & ~0xFFF)
  }

  private func flush(_ count: Int) throws(SoundFileError) {
    guard count > 0 else { return }
    let code = writeAll(output.descriptor, UnsafeRawBufferPointer(start: buffer, count: count))
    if code != 0 { throw writeError(code, path: output.path, frame: frameCount) }
    flushedBytes += count
    held -= count
    memmove(buffer, buffer + count, held)
  }

  /// Allocates blocks ahead, as much again as there is and at most 64 MiB: half the system time of a large file. What is
  /// too much goes with `ftruncate` at the end. A full disk is left to the write to find. File systems in memory are left
  /// alone: they fill allocated pages with zeros, which the write then does again.
  private func preallocate(_ needed: Int) {
    guard needed > allocatedBytes else { return }
    let count = min(max(needed, 1 << 20), 1 << 26)
    _ = fallocate(output.descriptor, talea_falloc_keep_size, Int64(allocatedBytes), Int64(count))
    allocatedBytes += count
  }

  func abandon() { held = 0 }

  func finish() throws(SoundFileError) -> AudioFileContainer {
    guard let header else {
      try flush()
      return .raw
    }
    guard output.isReplacing else {
      try flush()
      return format.container
    }
    if header.needsLongSizes(frameCount: frameCount) && !header.reservesLongSizes && format.container != .rf64 {
      throw .longerThanAnnounced(path: output.path, announced: announcedFrames ?? frameCount)
    }
    // RIFF chunks have even lengths.
    if frameCount * bytesPerFrame % 2 == 1 { try append([0]) }
    try flush()
    ftruncate(output.descriptor, flushedBytes)
    let code = header.bytes(.frames(frameCount)).withUnsafeBytes { writeAll(output.descriptor, $0, at: 0) }
    if code != 0 { throw writeError(code, path: output.path, frame: frameCount) }
    return header.container(frameCount: frameCount)
  }
}
