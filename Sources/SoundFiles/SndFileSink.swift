import CSndFile
import Glibc

/// Writes what libsndfile encodes, through functions of our own, so that the system's error numbers survive.
final class SndFileSink: FrameSink {
  private let output: OutputFile
  private let format: AudioFileFormat
  private let file: VirtualFile
  private var handle: OpaquePointer?
  private var quantizer: SampleQuantizer?
  private let shift: Int32
  private let integers: UnsafeMutablePointer<Int32>
  private static let integerCapacity = 1 << 13
  private var frameCount = 0

  init(output: OutputFile, format: AudioFileFormat, dither: Dither) throws(SoundFileError) {
    self.output = output
    self.format = format
    file = VirtualFile(descriptor: output.descriptor, isSeekable: output.isReplacing)
    integers = .allocate(capacity: Self.integerCapacity)
    switch format.encoding.kind {
    case .integer(let bits):
      quantizer = SampleQuantizer(bits: bits, dither: dither)
      shift = Int32(32 - bits)
    case .codec16:
      quantizer = SampleQuantizer(bits: 16, dither: .none)
      shift = 16
    case .float, .codecFloat:
      shift = 0
    }
    var info = SF_INFO()
    info.format = format.sndFileFormat
    info.samplerate = Int32(format.sampleRate)
    info.channels = Int32(format.channelCount)
    var functions = VirtualFile.functions
    let context = Unmanaged.passUnretained(file).toOpaque()
    guard let handle = sf_open_virtual(&functions, Int32(SFM_WRITE), &info, context) else {
      if file.failure != 0 { throw writeError(file.failure, path: output.path, frame: 0) }
      throw .encoderFailed(path: output.path, reason: String(cString: sf_strerror(nil)))
    }
    self.handle = handle
    // The PEAK chunk holds a time stamp, and two runs are to be equal.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    sf_command(handle, Int32(SFC_SET_CLIPPING), nil, Int32(SF_TRUE))
    for (field, text) in format.metadata.entries { sf_set_string(handle, field.sndFileCode, text) }
    if format.channelMap.count == format.channelCount {
      var map = format.channelMap
      sf_command(handle, Int32(SFC_SET_CHANNEL_MAP_INFO), &map, Int32(4 * map.count))
    }
  }

  deinit {
    abandon()
    integers.deallocate()
  }

  func abandon() {
    // A file that has failed takes no more bytes, so closing writes none.
    file.failure = ECANCELED
    if let handle { sf_close(handle) }
    handle = nil
  }

  func write(_ frames: UnsafePointer<Float>, frameCount count: Int) throws(SoundFileError) {
    guard quantizer != nil else {
      return try check(sf_writef_float(handle, frames, sf_count_t(count)), of: count)
    }
    let partFrames = Self.integerCapacity / format.channelCount
    var done = 0
    while done < count {
      let part = min(count - done, partFrames)
      let samples = part * format.channelCount
      quantizer!.quantize(frames + done * format.channelCount, count: samples, into: integers)
      // libsndfile takes integers at the top of 32 bits, whatever it stores.
      for n in 0..<samples { integers[n] <<= shift }
      try check(sf_writef_int(handle, integers, sf_count_t(part)), of: part)
      done += part
    }
  }

  func flush() throws(SoundFileError) {}

  func finish() throws(SoundFileError) -> AudioFileContainer {
    let code = sf_close(handle)
    handle = nil
    if file.failure != 0 { throw writeError(file.failure, path: output.path, frame: frameCount) }
    if code != 0 { throw .encoderFailed(path: output.path, reason: String(cString: sf_error_number(code))) }
    if format.container == .mat5 && output.isReplacing { try removeDate() }
    return format.container
  }

  private func check(_ written: sf_count_t, of count: Int) throws(SoundFileError) {
    frameCount += Int(written)
    if file.failure != 0 { throw writeError(file.failure, path: output.path, frame: frameCount) }
    if written != count { throw .encoderFailed(path: output.path, reason: String(cString: sf_strerror(handle))) }
  }

  /// MAT5 begins with 124 bytes of text, into which libsndfile writes the date; equal runs shall have equal bytes.
  /// Without the zero after the text libsndfile would not read its own file again.
  private func removeDate() throws(SoundFileError) {
    var text = Array("MATLAB 5.0 MAT-file".utf8) + [0]
    text += [UInt8](repeating: 0x20, count: 124 - text.count)
    let code = text.withUnsafeBytes { writeAll(output.descriptor, $0, at: 0) }
    if code != 0 { throw writeError(code, path: output.path, frame: frameCount) }
  }
}

/// The file under libsndfile: a position, a length and the first error.
private final class VirtualFile {
  let descriptor: Int32
  /// Without seeking, bytes that would correct a header are dropped; the formats that pipes may carry do without.
  let isSeekable: Bool
  var position = 0
  var length = 0
  /// The system's number for the first write that failed.
  var failure: Int32 = 0

  init(descriptor: Int32, isSeekable: Bool) {
    self.descriptor = descriptor
    self.isSeekable = isSeekable
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard failure == 0 else { return 0 }
    if isSeekable {
      failure = writeAll(descriptor, bytes, at: position)
    } else if position == length {
      failure = writeAll(descriptor, bytes)
    }
    guard failure == 0 else { return 0 }
    position += bytes.count
    length = max(length, position)
    return bytes.count
  }

  func seek(_ offset: Int, _ whence: Int32) -> Int {
    let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : length
    position = max(0, base + offset)
    return position
  }

  private static func file(_ context: UnsafeMutableRawPointer?) -> VirtualFile {
    Unmanaged<VirtualFile>.fromOpaque(context!).takeUnretainedValue()
  }

  static var functions: SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(VirtualFile.file($0).length) },
      seek: { sf_count_t(VirtualFile.file($2).seek(Int($0), $1)) },
      read: { _, _, _ in 0 },
      write: { sf_count_t(VirtualFile.file($2).write(UnsafeRawBufferPointer(start: $0, count: Int($1)))) },
      tell: { sf_count_t(VirtualFile.file($0).position) })
  }
}
