import Testing

@testable import SoundFiles

@Suite("Choosing the output format") struct OutputFormatTests {
  private func format(
    _ path: String, _ container: String? = nil, _ encoding: String? = nil, from source: AudioFileFormat? = nil,
    rate: Int = 48_000, channels: Int = 2
  ) throws -> String {
    let format = try AudioFileFormat.output(
      path: path, container: container, encoding: encoding, source: source, sampleRate: rate, channelCount: channels)
    return "\(format.container.rawValue) \(format.encoding.rawValue)"
  }

  private func message(
    _ path: String, _ container: String? = nil, _ encoding: String? = nil, rate: Int = 48_000, channels: Int = 2
  ) -> String {
    do {
      return try format(path, container, encoding, rate: rate, channels: channels)
    } catch let error as SoundFileError {
      #expect(error.isUsageError)
      return error.description
    } catch {
      return "\(error)"
    }
  }

  private func source(_ container: AudioFileContainer, _ encoding: SampleEncoding) -> AudioFileFormat {
    AudioFileFormat(container: container, encoding: encoding, sampleRate: 48_000, channelCount: 2)
  }

  @Test("Without names the path's ending decides, and the input's encoding is kept where it can be") func keepsTheSource() throws
  {
    #expect(try format("o.wav", from: source(.wav, .s16)) == "wav s16")
    #expect(try format("o.wav", from: source(.wavex, .s24)) == "wavex s24")
    #expect(try format("o.WAV", from: source(.rf64, .f32)) == "rf64 f32")
    #expect(try format("o.flac", from: source(.wav, .s16)) == "flac s16")
    #expect(try format("o.flac", from: source(.wav, .f32)) == "flac s24")
    #expect(try format("o.wav", from: source(.flac, .s8)) == "wav u8")
    #expect(try format("o.wav", from: source(.mp3, .mpegLayer3)) == "wav f32")
    #expect(try format("o.aif", from: source(.caf, .alac16)) == "aiff s16")
    #expect(try format("o.ogg", from: source(.wav, .s16)) == "ogg vorbis")
    #expect(try format("o.opus", from: source(.wav, .s16)) == "ogg opus")
    #expect(try format("noending", from: source(.aiff, .s24)) == "aiff s24")
    #expect(try format("dir.x/.hidden", from: source(.aiff, .s24)) == "aiff s24")
    #expect(try format("-", from: source(.aiff, .s24)) == "wav s24")
    #expect(try format("-", "raw", from: source(.aiff, .s24)) == "raw s24")
  }

  @Test("Without an input the encoding that keeps most is taken") func defaults() throws {
    #expect(try format("o.wav") == "wav f32")
    #expect(try format("o.flac") == "flac s24")
    #expect(try format("o.mp3") == "mp3 mp3")
    #expect(try format("o") == "wav f32")
    #expect(try format("o.x", "opus") == "ogg opus")
    #expect(try format("o.wav", nil, "S16") == "wav s16")
  }

  @Test("Unknown names get the list of those there are") func unknownNames() {
    #expect(
      message("o.wav", "wax").hasPrefix("unknown format 'wax'; there are: wav wavex rf64 w64 aiff au caf flac ogg mp3 raw voc"))
    #expect(message("o.wav", nil, "s17").hasPrefix("unknown encoding 's17'; there are: s8 u8 s16 s24 s32 f32 f64 ulaw"))
    #expect(message("o.mp4").hasPrefix("o.mp4: the ending '.mp4' names no format; take another, or give --format, one of: wav "))
    #expect(message("o.sd2").hasPrefix("sd2 files can be read but not written; there are: wav "))
  }

  @Test("Impossible combinations say what is possible") func impossibleCombinations() {
    #expect(message("o.flac", nil, "f32") == "flac does not take f32; it takes: s8 s16 s24")
    #expect(message("o.wav", nil, "opus").hasPrefix("wav does not take opus; it takes: u8 s16 s24 s32 f32 f64 ulaw alaw"))
    #expect(
      message("o.opus", rate: 44_100)
        == "ogg (opus) cannot hold 44100 Hz; convert with --rate to one of: 8000 12000 16000 24000 48000")
    #expect(message("o.mp3", rate: 96_000).hasPrefix("mp3 cannot hold 96000 Hz; convert with --rate to one of: 8000 11025"))
    #expect(message("o.flac", rate: 768_000) == "flac (s24) cannot hold 768000 Hz; its highest rate is 655350 Hz")
    #expect(message("o.mp3", channels: 6) == "mp3 cannot hold 6 channels; it holds at most 2")
    #expect(message("o.flac", channels: 9) == "flac (s24) cannot hold 9 channels; it holds at most 8")
  }

  @Test("Raw formats are read as ENCODING:RATE:CHANNELS") func rawFormats() throws {
    #expect(try RawFormat("s16le:48000:2") == RawFormat(encoding: .s16, sampleRate: 48_000, channelCount: 2))
    #expect(try RawFormat("f32be:44100:1").byteOrder == .big)
    #expect(try RawFormat("S24") == RawFormat(encoding: .s24))
    #expect(try RawFormat("alaw:8000:1").encoding == .alaw)
    for bad in ["", "s17:48000:2", "s16:0:2", "s16:48000:0", "s16:48k:2", "s16:48000:2:1", "vorbis:48000:2", "s16:48000:1025"] {
      #expect(throws: SoundFileError.self, "\(bad)") { try RawFormat(bad) }
    }
    let error = #expect(throws: SoundFileError.self) { try RawFormat("s16:48k:2") }
    #expect(
      error?.description
        == "raw format 's16:48k:2': '48k' is not a sample rate in Hz; write it as ENCODING:RATE:CHANNELS, such as s16le:48000:2")
  }

  @Test("Every container that can be written has an encoding of its own choice that it takes") func defaultsAreTaken() {
    for container in AudioFileContainer.writable { #expect(container.takes(container.defaultEncoding), "\(container)") }
  }
}
