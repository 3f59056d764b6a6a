import CSndFile

extension AudioFileContainer {
  /// The encodings this container is written with by the libsndfile in use.
  public var encodings: [SampleEncoding] {
    isReadOnly ? [] : SampleEncoding.allCases.filter(takes)
  }

  /// The containers that can be written by the libsndfile in use.
  public static var writable: [AudioFileContainer] { allCases.filter { !$0.encodings.isEmpty } }

  func takes(_ encoding: SampleEncoding) -> Bool {
    switch (self, encoding) {
    case _ where isReadOnly: return false
    // libsndfile lists these, but has no encoder for them.
    case (_, .mpegLayer1), (_, .mpegLayer2): return false
    // Layer III inside WAV is refused by most programs.
    case (.wav, .mpegLayer3): return false
    // libsndfile's ALAC encoder damages loud stereo at more than 16 bits, and it does not read its own 12-bit AIFF.
    case (_, .alac20), (_, .alac24), (_, .alac32), (.aiff, .dwvw12): return false
    // VOX packs two samples into a byte and refuses the last one of an odd number.
    case (_, .voxADPCM): return false
    default: return sndFileTakes(encoding, sampleRate: rates(for: encoding)?.first ?? 8_000, channelCount: 1)
    }
  }

  func sndFileTakes(_ encoding: SampleEncoding, sampleRate: Int, channelCount: Int) -> Bool {
    guard let rate = Int32(exactly: sampleRate), let channels = Int32(exactly: channelCount) else { return false }
    var info = SF_INFO()
    info.samplerate = rate
    info.channels = channels
    info.format = sndFileCode | encoding.sndFileCode
    return sf_format_check(&info) != 0
  }

  /// The only sample rates that can be stored, in Hz; nil where any rate up to `maximumRate` can.
  func rates(for encoding: SampleEncoding) -> [Int]? {
    switch (self, encoding) {
    case (_, .opus): [8_000, 12_000, 16_000, 24_000, 48_000]
    case (_, .mpegLayer3): [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
    case (.wve, _): [8_000]
    // A whole number of microseconds per sample.
    // A whole number of 100 ns per sample.
    case (.htk, _): [8_000, 10_000, 16_000, 20_000, 25_000, 40_000, 50_000]
    case (.voc, .u8): [4_000, 5_000, 8_000, 10_000, 12_500, 20_000, 25_000, 40_000, 50_000]
    case (.xi, _): [44_100]
    default: nil
    }
  }

  /// The highest sample rate that the header or the encoder holds, in Hz.
  func maximumRate(for encoding: SampleEncoding) -> Int {
    switch (self, encoding) {
    case (.flac, _): 655_350
    case (_, .vorbis): 200_000
    case (.svx, _), (.mpc2k, _): 65_535
    default: Int(Int32.max)
    }
  }

  /// What a new file gets when nobody names an encoding: the one that keeps most.
  var defaultEncoding: SampleEncoding {
    switch self {
    case .ogg: .vorbis
    case .mp3: .mpegLayer3
    case .wve: .alaw
    case .xi: .dpcm16
    default: encodings.first { $0 == .f32 } ?? encodings.first { $0 == .s24 } ?? .s16
    }
  }

  /// The encoding for samples that come from `source`: the same one where this container takes it, otherwise the
  /// narrowest that holds every value, otherwise the one that keeps most.
  func encoding(for source: SampleEncoding) -> SampleEncoding {
    let taken = encodings
    if taken.contains(source) { return source }
    let candidates: [SampleEncoding] =
      switch source.integerBits {
      case .some(...8): [.s8, .u8, .s16, .s24]
      case .some(...16): [.s16, .s24, .s32]
      case .some(...24): [.s24, .s32, .f32]
      default: []
      }
    return candidates.first(where: taken.contains) ?? defaultEncoding
  }

  /// Refuses what the container cannot hold, saying what it can.
  func check(encoding: SampleEncoding, sampleRate: Int, channelCount: Int) throws(SoundFileError) {
    if isReadOnly { throw .readOnlyContainer(self) }
    guard takes(encoding) else { throw .encodingNotTaken(container: self, encoding: encoding) }
    if let rates = rates(for: encoding), !rates.contains(sampleRate) {
      throw .rateNotTaken(container: self, encoding: encoding, sampleRate: sampleRate, rates: rates)
    }
    let highest = maximumRate(for: encoding)
    guard sampleRate >= 1, sampleRate <= highest else {
      throw .rateAboveLimit(container: self, encoding: encoding, sampleRate: sampleRate, highest: highest)
    }
    guard sndFileTakes(encoding, sampleRate: sampleRate, channelCount: channelCount) else {
      let limit = (1..<max(channelCount, 1)).last { sndFileTakes(encoding, sampleRate: sampleRate, channelCount: $0) }
      throw .channelsNotTaken(container: self, encoding: encoding, channelCount: channelCount, limit: limit ?? 1)
    }
  }
}
