import Glibc
import Testing

@testable import SoundFiles

@Suite("Metadata and equal bytes") struct MetadataTests {
  private func metadata() -> AudioFileMetadata {
    var metadata = AudioFileMetadata()
    metadata[.title] = "Śpiew"
    metadata[.artist] = "A"
    metadata[.comment] = "two words"
    metadata[.date] = "2024"
    metadata[.album] = "Album"
    metadata[.genre] = "Folk"
    metadata[.trackNumber] = "3"
    metadata[.copyright] = "nobody"
    return metadata
  }

  @Test("All texts survive in WAV, FLAC, Ogg and MP3", arguments: ["wav", "wavex", "rf64", "flac", "ogg", "opus", "mp3"])
  func areKept(container: String) throws {
    let scratch = Scratch()
    var format = try AudioFileFormat.output(path: scratch["a"], container: container, sampleRate: 48_000, channelCount: 2)
    format.metadata = metadata()
    try writeFile(scratch["a"], floatNoise(channelCount: 2, frameCount: 3_000), format)
    let read = try AudioFileReader(path: scratch["a"]).format.metadata
    var expected = metadata()
    // LAME's tags have no place for it.
    if container == "mp3" { expected[.copyright] = nil }
    for field in AudioFileMetadata.Field.allCases { #expect(read[field] == expected[field], "\(field)") }
  }

  @Test("A pipe of WAV carries the texts too") func pipeCarriesThem() throws {
    let scratch = Scratch()
    var format = AudioFileFormat(container: .wav, encoding: .s16, sampleRate: 48_000, channelCount: 2)
    format.metadata = metadata()
    try writeFile(scratch["a"], floatNoise(channelCount: 2, frameCount: 300), format)
    let end = pipe(with: fileBytes(scratch["a"]))
    defer { close(end) }
    #expect(try AudioFileReader(descriptor: end, name: "pipe").format.metadata == metadata())
  }

  @Test("Loudspeaker positions survive in WAVE_FORMAT_EXTENSIBLE, from file and pipe") func speakersAreKept() throws {
    let scratch = Scratch()
    var format = AudioFileFormat(container: .wavex, encoding: .s24, sampleRate: 48_000, channelCount: 6)
    format.channelMap = SpeakerMask.channelMap(0x3F, channelCount: 6)
    try writeFile(scratch["a.wav"], floatNoise(channelCount: 6, frameCount: 100), format)
    let fromFile = try AudioFileReader(path: scratch["a.wav"]).format
    let end = pipe(with: fileBytes(scratch["a.wav"]))
    defer { close(end) }
    let fromPipe = try AudioFileReader(descriptor: end, name: "pipe").format
    #expect(SpeakerMask.mask(fromFile.channelMap, channelCount: 6) == 0x3F)
    #expect(fromPipe.channelMap == format.channelMap)
    #expect(fromPipe.container == .wavex)
  }

  @Test("Latin-1 texts of old tools become proper text") func latin1() {
    let bytes: [UInt8] = [0x43, 0x61, 0x66, 0xE9, 0]
    #expect(bytes.withUnsafeBytes { headerText($0) } == "Café")
  }

  @Test("Two runs a second apart give equal bytes, in every container but Ogg") func runsAreEqual() throws {
    let scratch = Scratch()
    let formats = AudioFileContainer.writable.filter { $0 != .ogg }.flatMap { container in
      container.encodings.map {
        AudioFileFormat(
          container: container, encoding: $0, sampleRate: container.rates(for: $0)?.last ?? 8_000, channelCount: 1,
          metadata: metadata())
      }
    }
    let samples = floatNoise(channelCount: 1, frameCount: 1_000)
    for (index, format) in formats.enumerated() {
      try writeFile(scratch["first\(index)"], samples, format, .init(dither: .tpdf(seed: 1)))
    }
    // Time stamps in headers count seconds.
    var start = timespec()
    clock_gettime(CLOCK_REALTIME, &start)
    usleep(UInt32(1_000_000 - start.tv_nsec / 1_000 + 20_000))
    for (index, format) in formats.enumerated() {
      try writeFile(scratch["second\(index)"], samples, format, .init(dither: .tpdf(seed: 1)), block: 77)
      let isEqual = fileBytes(scratch["first\(index)"]) == fileBytes(scratch["second\(index)"])
      #expect(isEqual, "\(format.container) \(format.encoding)")
    }
  }
}
