import CSndFile

/// How one sample is stored in a sound file. The raw value is the name that people type.
public enum SampleEncoding: String, CaseIterable, Sendable {
  case s8, u8, s16, s24, s32, f32, f64, ulaw, alaw
  case imaADPCM = "ima-adpcm"
  case msADPCM = "ms-adpcm"
  case gsm610
  case voxADPCM = "vox-adpcm"
  case nmsADPCM16 = "nms-adpcm-16"
  case nmsADPCM24 = "nms-adpcm-24"
  case nmsADPCM32 = "nms-adpcm-32"
  case g721 = "g721"
  case g723At24 = "g723-24"
  case g723At40 = "g723-40"
  case dwvw12 = "dwvw-12"
  case dwvw16 = "dwvw-16"
  case dwvw24 = "dwvw-24"
  case dpcm8 = "dpcm-8"
  case dpcm16 = "dpcm-16"
  case alac16 = "alac-16"
  case alac20 = "alac-20"
  case alac24 = "alac-24"
  case alac32 = "alac-32"
  case vorbis, opus
  case mpegLayer1 = "mp1"
  case mpegLayer2 = "mp2"
  case mpegLayer3 = "mp3"

  /// What a writer does with float samples before they reach the encoding.
  enum Kind: Equatable {
    /// Linear integers of this many bits, stored without loss.
    case integer(bits: Int)
    /// IEEE 754 values; nothing is clipped.
    case float
    /// A codec that is fed 16-bit integers and stores them with loss.
    case codec16
    /// A codec that is fed float samples and stores them with loss.
    case codecFloat
  }

  var kind: Kind {
    switch self {
    case .s8, .u8, .dpcm8: .integer(bits: 8)
    case .dwvw12: .integer(bits: 12)
    case .s16, .dwvw16, .dpcm16, .alac16: .integer(bits: 16)
    case .alac20: .integer(bits: 20)
    case .s24, .dwvw24, .alac24: .integer(bits: 24)
    case .s32, .alac32: .integer(bits: 32)
    case .f32, .f64: .float
    case .vorbis, .opus, .mpegLayer1, .mpegLayer2, .mpegLayer3: .codecFloat
    case .ulaw, .alaw, .imaADPCM, .msADPCM, .gsm610, .voxADPCM, .nmsADPCM16, .nmsADPCM24, .nmsADPCM32, .g721, .g723At24,
      .g723At40:
      .codec16
    }
  }

  /// Bits of a linear integer sample; nil for float and lossy encodings.
  public var integerBits: Int? {
    if case .integer(let bits) = kind { bits } else { nil }
  }

  /// Whether values can be finer than float32 holds: 32-bit integers and doubles.
  public var isWiderThanFloat32: Bool { self == .f64 || integerBits == 32 }

  /// Whether decoding gives back something else than was encoded.
  public var isLossy: Bool { kind == .codec16 || kind == .codecFloat }

  /// Bytes of one sample where every sample has the same size; nil for block codecs.
  var bytesPerSample: Int? {
    switch self {
    case .s8, .u8, .ulaw, .alaw: 1
    case .s16: 2
    case .s24: 3
    case .s32, .f32: 4
    case .f64: 8
    default: nil
    }
  }

  /// libsndfile's subtype code.
  var sndFileCode: Int32 {
    let code =
      switch self {
      case .s8: SF_FORMAT_PCM_S8
      case .u8: SF_FORMAT_PCM_U8
      case .s16: SF_FORMAT_PCM_16
      case .s24: SF_FORMAT_PCM_24
      case .s32: SF_FORMAT_PCM_32
      case .f32: SF_FORMAT_FLOAT
      case .f64: SF_FORMAT_DOUBLE
      case .ulaw: SF_FORMAT_ULAW
      case .alaw: SF_FORMAT_ALAW
      case .imaADPCM: SF_FORMAT_IMA_ADPCM
      case .msADPCM: SF_FORMAT_MS_ADPCM
      case .gsm610: SF_FORMAT_GSM610
      case .voxADPCM: SF_FORMAT_VOX_ADPCM
      case .nmsADPCM16: SF_FORMAT_NMS_ADPCM_16
      case .nmsADPCM24: SF_FORMAT_NMS_ADPCM_24
      case .nmsADPCM32: SF_FORMAT_NMS_ADPCM_32
      case .g721: SF_FORMAT_G721_32
      case .g723At24: SF_FORMAT_G723_24
      case .g723At40: SF_FORMAT_G723_40
      case .dwvw12: SF_FORMAT_DWVW_12
      case .dwvw16: SF_FORMAT_DWVW_16
      case .dwvw24: SF_FORMAT_DWVW_24
      case .dpcm8: SF_FORMAT_DPCM_8
      case .dpcm16: SF_FORMAT_DPCM_16
      case .alac16: SF_FORMAT_ALAC_16
      case .alac20: SF_FORMAT_ALAC_20
      case .alac24: SF_FORMAT_ALAC_24
      case .alac32: SF_FORMAT_ALAC_32
      case .vorbis: SF_FORMAT_VORBIS
      case .opus: SF_FORMAT_OPUS
      case .mpegLayer1: SF_FORMAT_MPEG_LAYER_I
      case .mpegLayer2: SF_FORMAT_MPEG_LAYER_II
      case .mpegLayer3: SF_FORMAT_MPEG_LAYER_III
      }
    return Int32(code)
  }

  /// The encoding of a libsndfile format word; nil for one that this list does not know.
  init?(sndFileFormat format: Int32) {
    let code = format & Int32(SF_FORMAT_SUBMASK)
    guard let match = SampleEncoding.allCases.first(where: { $0.sndFileCode == code }) else { return nil }
    self = match
  }

  /// - Throws: `SoundFileError.unknownEncoding`, whose sentence lists the names there are.
  public init(named name: String) throws(SoundFileError) {
    guard let match = SampleEncoding(rawValue: name.lowercased()) else { throw .unknownEncoding(name: name) }
    self = match
  }
}

/// The order of bytes within a sample.
public enum ByteOrder: Sendable {
  /// What the container uses on its own.
  case natural
  case little, big

  var sndFileCode: Int32 {
    switch self {
    case .natural: Int32(SF_ENDIAN_FILE)
    case .little: Int32(SF_ENDIAN_LITTLE)
    case .big: Int32(SF_ENDIAN_BIG)
    }
  }

  init(sndFileFormat format: Int32) {
    switch format & Int32(SF_FORMAT_ENDMASK) {
    case Int32(SF_ENDIAN_LITTLE): self = .little
    case Int32(SF_ENDIAN_BIG): self = .big
    default: self = .natural
    }
  }
}
