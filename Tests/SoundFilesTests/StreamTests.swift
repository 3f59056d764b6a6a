import Glibc
import Testing

@testable import SoundFiles

@Suite("Pipes") struct StreamTests {
  private let samples = integerNoise(bits: 16, channelCount: 2, frameCount: 10_000)

  /// A WAV as bytes, with its two sizes replaced.
  private func wav(_ encoding: SampleEncoding, riffSize: UInt32? = nil, dataSize: UInt32? = nil) throws -> [UInt8] {
    let scratch = Scratch()
    let format = AudioFileFormat(container: .wav, encoding: encoding, sampleRate: 48_000, channelCount: 2)
    try writeFile(scratch["a"], samples, format, .init(maximumFrameCount: 10_000))
    var bytes = fileBytes(scratch["a"])
    let data = (0..<bytes.count).first { bytes[$0..<min($0 + 4, bytes.count)].elementsEqual("data".utf8) }!
    func put(_ value: UInt32?, _ offset: Int) {
      for n in 0..<4 { if let value { bytes[offset + n] = UInt8(truncatingIfNeeded: value >> UInt32(8 * n)) } }
    }
    put(riffSize, 4)
    put(dataSize, data + 4)
    return bytes
  }

  private func readPipe(_ bytes: [UInt8], piece: Int = .max, raw: RawFormat? = nil) throws -> (
    samples: [[Float]], reader: AudioFileReader
  ) {
    let end = pipe(with: bytes, piece: piece)
    defer { close(end) }
    let reader = try AudioFileReader(descriptor: end, name: "pipe", raw: raw)
    return (try readAll(reader), reader)
  }

  @Test(
    "WAV of every plain encoding comes through a pipe bit for bit, in pieces of any size",
    arguments: [SampleEncoding.s16, .s24, .s32, .f32, .f64], [1, 7, 4_096, .max])
  func plainEncodings(encoding: SampleEncoding, piece: Int) throws {
    let (read, reader) = try readPipe(try wav(encoding), piece: piece)
    #expect(reader.format.encoding == encoding)
    #expect(reader.format.frameCount == nil)
    #expect(reader.announcedFrameCount == 10_000)
    for (got, wanted) in zip(read, samples) { #expect(firstDifference(got, wanted) == nil) }
    #expect(reader.warnings.allSatisfy { if case .rounded = $0 { true } else { false } })
  }

  @Test(
    "Sizes that mean 'unknown' are read to the end without a warning",
    arguments: [0xFFFF_FFFF, 0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE] as [UInt32])
  func unknownSizes(size: UInt32) throws {
    let (read, reader) = try readPipe(try wav(.s16, riffSize: size, dataSize: size))
    #expect(read[0].count == 10_000)
    #expect(reader.announcedFrameCount == nil)
    #expect(reader.warnings.isEmpty)
  }

  @Test("A pipe that ends before the announced length is read as far as it goes, with a warning") func endsEarly() throws {
    let (read, reader) = try readPipe(Array(try wav(.s16).dropLast(4_002)))
    #expect(read[0].count == 8_999)
    #expect(
      reader.warnings == [
        .truncated(path: "pipe", announcedFrames: 10_000, actualFrames: 8_999, reason: nil),
        .partialFrame(path: "pipe", frame: 8_999, bytes: 2),
      ])
  }

  @Test("Chunks after the samples are not samples") func trailingChunks() throws {
    let (read, reader) = try readPipe(try wav(.s16) + Array("LIST".utf8) + [4, 0, 0, 0] + Array("INFO".utf8))
    #expect(read[0].count == 10_000)
    #expect(reader.warnings.isEmpty)
  }

  @Test("Both directions: what is written to a pipe is read from it, bit for bit", arguments: [SampleEncoding.s16, .s24, .f32])
  func bothDirections(encoding: SampleEncoding) throws {
    let scratch = Scratch()
    mkfifo(scratch["fifo"], 0o600)
    let format = AudioFileFormat(container: .wav, encoding: encoding, sampleRate: 44_100, channelCount: 2)
    let child = try spawnCat(scratch["fifo"], scratch["copy.wav"])
    let report = try writeFile(scratch["fifo"], samples, format, block: 100)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    #expect(report.frameCount == 10_000)
    #expect(scratch.names == ["copy.wav", "fifo"])
    let bytes = fileBytes(scratch["copy.wav"])
    #expect(bytes[4..<8].allSatisfy { $0 == 0xFF })
    let (fromPipe, reader) = try readPipe(bytes)
    #expect(reader.warnings.isEmpty)
    let fromFile = try readFile(scratch["copy.wav"])
    #expect(fromFile.format.frameCount == 10_000)
    for channel in 0..<2 {
      #expect(firstDifference(fromPipe[channel], samples[channel]) == nil)
      #expect(firstDifference(fromFile.samples[channel], samples[channel]) == nil)
    }
  }

  @Test("FLAC, Ogg and MP3 can be written to a pipe", arguments: ["flac", "ogg", "mp3"]) func compressedPipes(name: String) throws
  {
    let scratch = Scratch()
    mkfifo(scratch["fifo"], 0o600)
    let format = try AudioFileFormat.output(path: "-", container: name, sampleRate: 44_100, channelCount: 2)
    let child = try spawnCat(scratch["fifo"], scratch["copy"])
    try writeFile(scratch["fifo"], samples, format)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    let read = try readFile(scratch["copy"]).samples
    #expect(read[0].count >= 10_000 && read[0].count < 13_000)
    if name == "flac" { #expect(firstDifference(read[1], samples[1]) == nil) }
  }

  @Test("What needs a seekable file is refused on a pipe, which keeps living") func refusals() throws {
    let scratch = Scratch()
    mkfifo(scratch["fifo"], 0o600)
    // Open for reading and writing, so that nobody waits for the other end.
    let keeper = open(scratch["fifo"], O_RDWR)
    defer { close(keeper) }
    for (container, encoding) in [(AudioFileContainer.aiff, SampleEncoding.s16), (.wav, .imaADPCM), (.rf64, .s16), (.caf, .f32)] {
      let format = AudioFileFormat(container: container, encoding: encoding, sampleRate: 44_100, channelCount: 2)
      let error = #expect(throws: SoundFileError.self) { try AudioFileWriter(path: scratch["fifo"], format: format) }
      #expect(error == .notStreamable(path: scratch["fifo"], container: container, encoding: encoding))
    }
    #expect(scratch.names == ["fifo"])
  }

  @Test(
    "Samples without a header are read from pipe and file",
    arguments: ["s8", "u8", "s16le", "s16be", "s24le", "s24be", "s32be", "f32le", "f32be", "f64le", "f64be"])
  func rawSamples(name: String) throws {
    let scratch = Scratch()
    let raw = try RawFormat(name + ":8000:2")
    let samples = integerNoise(bits: min(raw.encoding.integerBits ?? 24, 24), channelCount: 2, frameCount: 3_000)
    let format = AudioFileFormat(
      container: .raw, encoding: raw.encoding, byteOrder: raw.byteOrder, sampleRate: 8_000, channelCount: 2)
    try writeFile(scratch["a.raw"], samples, format)
    let bytes = fileBytes(scratch["a.raw"])
    #expect(bytes.count == 6_000 * raw.encoding.bytesPerSample!)
    let fromPipe = try readPipe(bytes, raw: raw).samples
    let fromFile = try readFile(scratch["a.raw"], raw: raw)
    #expect(fromFile.format.frameCount == 3_000)
    for channel in 0..<2 {
      #expect(firstDifference(fromPipe[channel], samples[channel]) == nil)
      #expect(firstDifference(fromFile.samples[channel], samples[channel]) == nil)
    }
  }

  @Test("Mu-law and A-law decode as libsndfile decodes them, code by code", arguments: [SampleEncoding.ulaw, .alaw])
  func g711(encoding: SampleEncoding) throws {
    let scratch = Scratch()
    let codes = (0...255).map { UInt8($0) }
    let ours = try readPipe(codes, raw: RawFormat(encoding: encoding, sampleRate: 8_000, channelCount: 1)).samples[0]
    // An AU file of the same codes goes through libsndfile.
    let kind: UInt8 = encoding == .ulaw ? 1 : 27
    let header: [UInt8] = Array(".snd".utf8) + [0, 0, 0, 24, 0, 0, 1, 0, 0, 0, 0, kind, 0, 0, 0x1F, 0x40, 0, 0, 0, 1]
    store(header + codes, scratch["a.au"])
    let theirs = try readFile(scratch["a.au"])
    #expect(theirs.format.encoding == encoding)
    #expect(firstDifference(ours, theirs.samples[0]) == nil)
  }

  @Test("RF64 and W64 come through a pipe", arguments: [AudioFileContainer.rf64, .w64]) func longContainers(
    container: AudioFileContainer
  ) throws {
    let scratch = Scratch()
    let format = AudioFileFormat(container: container, encoding: .s24, sampleRate: 96_000, channelCount: 2)
    try writeFile(scratch["a"], samples, format)
    let (read, reader) = try readPipe(fileBytes(scratch["a"]))
    #expect(reader.format.container == container)
    #expect(reader.announcedFrameCount == 10_000)
    for (got, wanted) in zip(read, samples) { #expect(firstDifference(got, wanted) == nil) }
  }

  @Test("A big-endian RIFX comes through a pipe and keeps its order in the output") func bigEndianRIFF() throws {
    let scratch = Scratch()
    let format = AudioFileFormat(container: .wav, encoding: .s16, byteOrder: .big, sampleRate: 44_100, channelCount: 2)
    try writeFile(scratch["a.wav"], samples, format)
    let bytes = fileBytes(scratch["a.wav"])
    #expect(bytes.starts(with: "RIFX".utf8))
    let (read, reader) = try readPipe(bytes)
    let file = try readFile(scratch["a.wav"])
    #expect(reader.format.byteOrder == .big)
    #expect(file.format.byteOrder == .big)
    for channel in 0..<2 {
      #expect(firstDifference(read[channel], samples[channel]) == nil)
      #expect(firstDifference(file.samples[channel], samples[channel]) == nil)
    }
  }

  @Test("Other things on a pipe are named in the refusal") func otherContent() throws {
    func message(_ bytes: [UInt8]) -> String {
      let end = pipe(with: bytes)
      defer { close(end) }
      do {
        _ = try AudioFileReader(descriptor: end, name: "standard input")
        return "opened"
      } catch { return error.description }
    }
    #expect(
      message(Array("fLaC".utf8) + [UInt8](repeating: 0, count: 60))
        == "standard input: a pipe can carry WAV, RF64, W64 or --raw samples, and this is FLAC; give the file by name")
    #expect(message([]) == "standard input: the file is empty (0 bytes)")
    #expect(message(Array("gain -3dB -> out\n".utf8)).contains("this is a text file"))
    #expect(message(Array("RIFF".utf8) + [0, 0, 0, 0] + Array("AVI LIST".utf8)).contains("it is RIFF, but not WAVE"))
    #expect(message(Array(try wav(.s16).prefix(40))).contains("it ends before its samples"))
    #expect(message(Array(try wav(.s16).prefix(44))) == "standard input: the file has a header and no audio (0 frames)")
  }

  private func spawnCat(_ from: String, _ to: String) throws -> pid_t {
    var child = pid_t()
    let words: [String] = ["/bin/sh", "-c", "cat \"$0\" > \"$1\"", from, to]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    let code = posix_spawn(&child, "/bin/sh", nil, nil, arguments, environ)
    try #require(code == 0)
    for argument in arguments { free(argument) }
    return child
  }
}
