import Glibc
import Testing

@testable import SoundFiles

@Suite("Seeking") struct SeekTests {
  private let samples = integerNoise(bits: 16, channelCount: 2, frameCount: 200_000)

  @Test(
    "Seeking reaches the exact frame, forwards and back",
    arguments: [("wav", "s16"), ("flac", "s16"), ("aiff", "s16"), ("caf", "alac-16")])
  func isExact(container: String, encoding: String) throws {
    let scratch = Scratch()
    let format = try AudioFileFormat.output(
      path: scratch["a"], container: container, encoding: encoding, sampleRate: 48_000, channelCount: 2)
    try writeFile(scratch["a"], samples, format)
    let reader = try AudioFileReader(path: scratch["a"])
    let planar = Planar(channelCount: 2, frameCount: 10)
    for frame in [5, 3, 150_000, 150_004, 0, 199_995, 40_000] {
      #expect(try reader.seek(toFrame: frame) == frame)
      #expect(reader.position == frame)
      let count = try reader.read(into: planar.channels, frameCount: 10)
      #expect(count == min(10, 200_000 - frame))
      #expect(Array(planar.samples[1].prefix(count)) == Array(samples[1][frame..<frame + count]))
    }
    #expect(try reader.seek(toFrame: 300_000) == 200_000)
    #expect(try reader.read(into: planar.channels, frameCount: 10) == 0)
    #expect(reader.warnings.isEmpty)
  }

  @Test("Lossy files are decoded up to the frame, so that it sounds as it would in a whole run") func lossy() throws {
    let scratch = Scratch()
    let format = try AudioFileFormat.output(path: scratch["a"], container: "opus", sampleRate: 48_000, channelCount: 2)
    try writeFile(scratch["a"], samples, format)
    let whole = try readFile(scratch["a"]).samples[0]
    let reader = try AudioFileReader(path: scratch["a"])
    let planar = Planar(channelCount: 2, frameCount: 100)
    for frame in [70_001, 1_234] {
      #expect(try reader.seek(toFrame: frame) == frame)
      #expect(try reader.read(into: planar.channels, frameCount: 100) == 100)
      #expect(firstDifference(planar.samples[0], Array(whole[frame..<frame + 100])) == nil)
    }
  }

  @Test("A pipe skips forwards and does not go back") func pipes() throws {
    let scratch = Scratch()
    let format = AudioFileFormat(container: .wav, encoding: .s16, sampleRate: 48_000, channelCount: 2)
    try writeFile(scratch["a"], samples, format)
    let end = pipe(with: fileBytes(scratch["a"]))
    defer { close(end) }
    let reader = try AudioFileReader(descriptor: end, name: "pipe")
    let planar = Planar(channelCount: 2, frameCount: 10)
    #expect(try reader.seek(toFrame: 150_000) == 150_000)
    _ = try reader.read(into: planar.channels, frameCount: 10)
    #expect(planar.samples[0] == Array(samples[0][150_000..<150_010]))
    #expect(throws: SoundFileError.cannotSeekBack(path: "pipe", frame: 10)) { try reader.seek(toFrame: 10) }
    #expect(try reader.seek(toFrame: 250_000) == 200_000)
  }

  @Test("The size of the blocks that are read changes no sample", arguments: [1, 3, 64, 4_096, 16_384, 300_000])
  func anyBlock(block: Int) throws {
    let scratch = Scratch()
    let format = AudioFileFormat(container: .wav, encoding: .s16, sampleRate: 48_000, channelCount: 2)
    try writeFile(scratch["a"], samples, format, block: block)
    let read = try readFile(scratch["a"], block: block).samples
    #expect(firstDifference(read[0], samples[0]) == nil)
    #expect(firstDifference(read[1], samples[1]) == nil)
  }
}
