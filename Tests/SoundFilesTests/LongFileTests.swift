import Glibc
import Testing

@testable import SoundFiles

@Suite("Files beyond 4 GiB") struct LongFileTests {
  private let format = AudioFileFormat(container: .wav, encoding: .s16, sampleRate: 48_000, channelCount: 2)
  private let samples = integerNoise(bits: 16, channelCount: 2, frameCount: 1_000)

  private func options(_ announced: Int?, threshold: UInt64 = 4_000) -> AudioFileWriter.Options {
    var options = AudioFileWriter.Options(maximumFrameCount: announced)
    options.longSizeThreshold = threshold
    return options
  }

  @Test(
    "A WAV that outgrows 32 bits becomes an RF64 by itself, whether its length was announced or not", arguments: [nil, 1_000])
  func becomesRF64(announced: Int?) throws {
    let scratch = Scratch()
    let report = try writeFile(scratch["a.wav"], samples, format, options(announced))
    #expect(report.container == .rf64)
    let bytes = fileBytes(scratch["a.wav"])
    #expect(bytes.starts(with: "RF64".utf8))
    #expect(bytes.tag(12) == "ds64")
    #expect(bytes.integer(20, 8) == UInt64(bytes.count - 8))
    #expect(bytes.integer(28, 8) == 4_000)
    #expect(bytes.integer(36, 8) == 1_000)
    let (read, readFormat) = try readFile(scratch["a.wav"])
    #expect(readFormat.container == .rf64)
    #expect(firstDifference(read[1], samples[1]) == nil)
  }

  @Test("A WAV that stays short is plain, with 36 bytes of reserve only where its length was not announced")
  func staysPlain() throws {
    let scratch = Scratch()
    #expect(try writeFile(scratch["a.wav"], samples, format, options(nil, threshold: 5_000)).container == .wav)
    #expect(try writeFile(scratch["b.wav"], samples, format, options(1_000, threshold: 5_000)).container == .wav)
    let reserved = fileBytes(scratch["a.wav"]), plain = fileBytes(scratch["b.wav"])
    #expect(reserved.tag(12) == "JUNK")
    #expect(reserved.count == plain.count + 36)
    #expect(plain.count == 44 + 4_000)
    #expect(plain.starts(with: "RIFF".utf8))
    #expect(try readFile(scratch["a.wav"]).format.container == .wav)
  }

  @Test("More than was announced still works while 32 bits hold it, and is an error beyond") func wrongAnnouncement() throws {
    let scratch = Scratch()
    #expect(try writeFile(scratch["a.wav"], samples, format, options(10, threshold: 5_000)).frameCount == 1_000)
    #expect(throws: SoundFileError.longerThanAnnounced(path: scratch["b.wav"], announced: 10)) {
      try writeFile(scratch["b.wav"], samples, format, options(10))
    }
    #expect(scratch.names == ["a.wav"])
  }

  @Test("An RF64 of 5 GiB is read to its last frame") func readsLongFile() throws {
    let scratch = Scratch()
    // The header of a long file, a hole, and one frame at its end.
    let frames = (5 << 30) / 4
    let header = WAVHeaderWriter(format: format, reservesLongSizes: true).bytes(.frames(frames))
    #expect(header.starts(with: "RF64".utf8))
    store(header, scratch["a.wav"])
    let descriptor = open(scratch["a.wav"], O_WRONLY)
    _ = [UInt8]([0, 0x40, 0, 0xC0]).withUnsafeBytes { writeAll(descriptor, $0, at: header.count + 4 * (frames - 1)) }
    close(descriptor)
    let reader = try AudioFileReader(path: scratch["a.wav"])
    #expect(reader.format.frameCount == frames)
    #expect(reader.warnings.isEmpty)
    #expect(try reader.seek(toFrame: frames - 2) == frames - 2)
    #expect(try readAll(reader) == [[0, 0.5], [0, -0.5]])
  }

  @Test("The header has one size for every length, so that it can be corrected at the end", arguments: [true, false])
  func headerSizeIsStable(reserves: Bool) {
    for container in [AudioFileContainer.wav, .wavex, .rf64] {
      for encoding in [SampleEncoding.u8, .s24, .f32] {
        let format = AudioFileFormat(container: container, encoding: encoding, sampleRate: 48_000, channelCount: 3)
        let header = WAVHeaderWriter(format: format, reservesLongSizes: reserves)
        let sizes = Set([0, 1, 1_000, 100_000_000].map { header.bytes(.frames($0)).count })
        #expect(sizes.count == 1)
      }
    }
  }
}
