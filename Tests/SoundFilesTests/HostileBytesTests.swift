import Glibc
import Testing

@testable import SoundFiles

@Suite("Hostile bytes") struct HostileBytesTests {
  /// Opens and reads, from a pipe or a file; any typed error is as good as samples.
  private func consume(_ bytes: [UInt8], asPipe: Bool, raw: RawFormat? = nil) {
    let scratch = Scratch()
    var end: Int32 = -1
    if asPipe {
      end = pipe(with: bytes)
    } else {
      store(bytes, scratch["a"])
      end = open(scratch["a"], O_RDONLY)
    }
    defer { close(end) }
    guard let reader = try? AudioFileReader(descriptor: end, name: "hostile", raw: raw) else { return }
    #expect((1...maximumChannelCount).contains(reader.format.channelCount))
    #expect(reader.format.sampleRate > 0)
    let planar = Planar(channelCount: reader.format.channelCount, frameCount: 256)
    var total = 0
    while total < 100_000, let count = try? reader.read(into: planar.channels, frameCount: 256), count > 0 { total += count }
    for warning in reader.warnings { #expect(!warning.description.isEmpty) }
    _ = try? reader.seek(toFrame: 3)
  }

  @Test("Random bytes after a magic word give an error or samples, never a crash", arguments: [true, false])
  func randomBytes(asPipe: Bool) {
    var random = Random(11)
    let starts = [
      "", "RIFF____WAVE", "RIFF____WAVEfmt \u{10}\0\0\0\u{1}\0\u{2}\0", "RF64____WAVEds64", "RIFX____WAVE", "FORM____AIFF",
      ".snd", "fLaC",
    ]
    for round in 0..<400 {
      let count = Int.random(in: 0...300, using: &random)
      let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      consume(Array(starts[round % starts.count].utf8) + noise, asPipe: asPipe)
    }
  }

  @Test(
    "Headers with flipped, lost and repeated bytes give an error or samples, never a crash",
    arguments: [AudioFileContainer.wav, .wavex, .rf64, .w64, .aiff, .au, .caf, .flac, .voc, .nist])
  func mutatedHeaders(container: AudioFileContainer) throws {
    let scratch = Scratch()
    var metadata = AudioFileMetadata()
    metadata[.title] = "title"
    let format = AudioFileFormat(
      container: container, encoding: .s16, sampleRate: 44_100, channelCount: 2, metadata: metadata)
    try writeFile(scratch["a"], integerNoise(bits: 16, channelCount: 2, frameCount: 300), format)
    let original = fileBytes(scratch["a"])
    var random = Random(UInt64(container.sndFileCode))
    for _ in 0..<150 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<min(bytes.count, 120), using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
        case 2: bytes.removeSubrange(place..<min(place + 3, bytes.count))
        case 3: bytes.insert(contentsOf: bytes[place..<min(place + 8, bytes.count)], at: place)
        default: bytes.removeSubrange(min(place + 30, bytes.count)...)
        }
      }
      consume(bytes, asPipe: false)
      if container.isWAVFamily || container == .w64 { consume(bytes, asPipe: true) }
    }
  }

  @Test("Any bytes are samples where a raw format says so", arguments: ["s24be:8000:3", "f64le:96000:1", "ulaw:8000:7"])
  func rawNoise(format: String) throws {
    var random = Random(5)
    let raw = try RawFormat(format)
    for count in [1, 2, 23, 24, 1_000] {
      consume((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, asPipe: true, raw: raw)
      consume((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, asPipe: false, raw: raw)
    }
  }
}
