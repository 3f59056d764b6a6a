import Glibc
import Testing

@testable import SoundFiles

@Suite("Missing, damaged and lying files") struct DamagedFileTests {
  private func error(_ path: String, raw: RawFormat? = nil) -> SoundFileError? {
    do {
      _ = try AudioFileReader(path: path, raw: raw)
      return nil
    } catch { return error }
  }

  private func wav(frames: Int = 1_000, container: AudioFileContainer = .wav, encoding: SampleEncoding = .s16) throws -> [UInt8] {
    let scratch = Scratch()
    let format = AudioFileFormat(container: container, encoding: encoding, sampleRate: 48_000, channelCount: 2)
    try writeFile(
      scratch["a"], integerNoise(bits: 16, channelCount: 2, frameCount: frames), format, .init(maximumFrameCount: frames))
    return fileBytes(scratch["a"])
  }

  @Test("What is no sound file is said by its kind") func kinds() throws {
    let scratch = Scratch()
    #expect(error(scratch["none.wav"]) == .notFound(path: scratch["none.wav"]))
    #expect(error(scratch["none.wav/x"]) == .notFound(path: scratch["none.wav/x"]))
    #expect(error(scratch.path) == .isDirectory(path: scratch.path))
    store([], scratch["empty.wav"])
    #expect(error(scratch["empty.wav"]) == .emptyFile(path: scratch["empty.wav"]))
    store(Array("in -> gain -3dB -> out # leiser\n".utf8), scratch["patch.talea"])
    #expect(error(scratch["patch.talea"]) == .textFile(path: scratch["patch.talea"]))
    store([0, 0, 0, 0x20] + Array("ftypM4A ".utf8) + [UInt8](repeating: 0, count: 50), scratch["a.m4a"])
    #expect(error(scratch["a.m4a"]) == .unreadableKind(path: scratch["a.m4a"], kind: "an MPEG-4 file (AAC, ALAC or video)"))
    store((0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7 &+ $0 / 3) }, scratch["noise.bin"])
    #expect(error(scratch["noise.bin"]) == .unrecognised(path: scratch["noise.bin"]))
    #expect(error(scratch["noise.bin"], raw: RawFormat(encoding: .s16)) == .incompleteRawFormat(path: scratch["noise.bin"]))
    store(try wav(frames: 0), scratch["silent.wav"])
    #expect(error(scratch["silent.wav"]) == .noFrames(path: scratch["silent.wav"]))
  }

  @Test("A file without permission is refused as such") func permission() throws {
    let scratch = Scratch()
    store(try wav(), scratch["a.wav"])
    chmod(scratch["a.wav"], 0)
    let path = scratch["a.wav"]
    // Root may read everything, so a process of another user asks.
    let status = exitStatus {
      if getuid() == 0 { setuid(65_534) }
      return error(path) == .noPermission(path: path) ? 0 : 1
    }
    #expect(status == 0)
  }

  @Test(
    "A truncated file is read to its end, with a warning that names both lengths",
    arguments: [AudioFileContainer.wav, .wavex, .rf64, .w64, .aiff, .au])
  func truncated(container: AudioFileContainer) throws {
    let scratch = Scratch()
    let path = scratch["a"]
    store(Array(try wav(container: container).dropLast(402)), path)
    let reader = try AudioFileReader(path: path)
    #expect(reader.format.frameCount == 899)
    let warning = SoundFileWarning.truncated(path: path, announcedFrames: 1_000, actualFrames: 899, reason: nil)
    #expect(reader.warnings == [warning])
    #expect(try readAll(reader)[0].count == 899)
    #expect(reader.warnings == [warning])
    #expect(warning.description == "\(path): the header announces 1000 frames, and the audio ends at frame 899")
  }

  @Test("A truncated compressed file warns where decoding stopped", arguments: ["flac", "ogg"]) func truncatedCompressed(
    name: String
  ) throws {
    let scratch = Scratch()
    let format = try AudioFileFormat.output(path: "-", container: name, sampleRate: 48_000, channelCount: 2)
    try writeFile(scratch["a"], floatNoise(channelCount: 2, frameCount: 50_000), format)
    let bytes = fileBytes(scratch["a"])
    store(Array(bytes.prefix(bytes.count * 2 / 3)), scratch["a"])
    let reader = try AudioFileReader(path: scratch["a"])
    let count = try readAll(reader)[0].count
    #expect(count > 10_000 && count < 40_000)
    if name == "flac" {
      guard case .truncated(_, 50_000, count, let reason) = reader.warnings.first else {
        Issue.record("\(reader.warnings)")
        return
      }
      #expect(reason != nil)
    }
  }

  @Test("An MP3 of variable bit rate that does not state its length is read to its end") func untaggedMP3() throws {
    let scratch = Scratch()
    // Two files of different bit rates, one after the other, with their length tags blanked.
    var bytes: [UInt8] = []
    for rate in [0, 1] {
      let format = AudioFileFormat(container: .mp3, encoding: .mpegLayer3, sampleRate: 48_000, channelCount: 1)
      let silence = [Float](repeating: 0, count: 200_000)
      try writeFile(
        scratch["a"], rate == 0 ? floatNoise(channelCount: 1, frameCount: 200_000) : [silence], format, .init(force: true))
      var part = fileBytes(scratch["a"])
      let tag = try #require(part.indices.dropLast(3).first { ["Xing", "Info"].contains(part.tag($0)) })
      for n in tag..<tag + 120 { part[n] = 0 }
      bytes += part
    }
    store(bytes, scratch["a.mp3"])
    let reader = try AudioFileReader(path: scratch["a.mp3"])
    #expect(reader.format.frameCount == nil)
    let count = try readAll(reader)[0].count
    // Two encoder delays, and the two frames that held the tags.
    #expect(count >= 400_000 && count < 410_000)
    #expect(throws: SoundFileError.cannotSeekBack(path: scratch["a.mp3"], frame: 0)) { try reader.seek(toFrame: 0) }
  }

  @Test("A header that announces four billion bytes is as long as its file") func lyingHeader() throws {
    let scratch = Scratch()
    var bytes = try wav()
    bytes.replaceSubrange(40..<44, with: [0, 0, 0, 0xF0])
    store(bytes, scratch["a.wav"])
    let reader = try AudioFileReader(path: scratch["a.wav"])
    #expect(try readAll(reader)[0].count == 1_000)
    #expect(
      reader.warnings == [
        .truncated(path: scratch["a.wav"], announcedFrames: 0xF000_0000 / 4, actualFrames: 1_000, reason: nil)
      ])
  }

  @Test("A file whose writer did not know its length has no warning") func streamedFile() throws {
    let scratch = Scratch()
    var bytes = try wav()
    for n in [4, 5, 6, 7, 40, 41, 42, 43] { bytes[n] = 0xFF }
    store(bytes, scratch["a.wav"])
    let reader = try AudioFileReader(path: scratch["a.wav"])
    #expect(reader.format.frameCount == 1_000)
    #expect(try readAll(reader)[0].count == 1_000)
    #expect(reader.warnings.isEmpty)
  }

  @Test("NaN and infinity are kept, counted, and placed", arguments: [1, 7, 1_000, 100_000]) func nonFinite(block: Int) throws {
    let scratch = Scratch()
    var samples = floatNoise(channelCount: 2, frameCount: 60_000)
    samples[1][40_007] = .nan
    samples[0][40_008] = .infinity
    samples[1][59_999] = -.infinity
    let format = AudioFileFormat(container: .wav, encoding: .f32, sampleRate: 48_000, channelCount: 2)
    try writeFile(scratch["a.wav"], samples, format)
    let reader = try AudioFileReader(path: scratch["a.wav"])
    let read = try readAll(reader, block: block)
    #expect(firstDifference(read[0], samples[0]) == nil)
    #expect(firstDifference(read[1], samples[1]) == nil)
    #expect(reader.warnings == [.nonFinite(path: scratch["a.wav"], count: 3, firstFrame: 40_007, firstChannel: 2)])
    #expect(
      reader.warnings[0].description == "\(scratch["a.wav"]): 3 samples are NaN or infinite, the first at frame 40007, channel 2")
  }

  @Test("Samples finer than float32 are noted once", arguments: [SampleEncoding.s32, .f64]) func wide(
    encoding: SampleEncoding
  ) throws {
    let scratch = Scratch()
    store(try wav(encoding: encoding), scratch["a.wav"])
    let reader = try AudioFileReader(path: scratch["a.wav"])
    #expect(reader.format.isWiderThanFloat32)
    #expect(reader.warnings == [.rounded(path: scratch["a.wav"], encoding: encoding)])
  }
}
