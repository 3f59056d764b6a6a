import CSndFile

/// The kind of file around the samples. The raw value is the name that people type.
public enum AudioFileContainer: String, CaseIterable, Sendable {
  case wav, wavex, rf64, w64, aiff, au, caf, flac, ogg, mp3, raw
  case voc, svx, nist, paf, pvf, ircam, mat4, mat5, avr, htk, mpc2k, sds, wve, xi, sd2

  /// File name endings that mean this container, the usual one first.
  public var extensions: [String] {
    switch self {
    case .wav: ["wav", "wave", "bwf"]
    case .wavex: []
    case .rf64: ["rf64"]
    case .w64: ["w64"]
    case .aiff: ["aiff", "aif", "aifc"]
    case .au: ["au", "snd"]
    case .caf: ["caf"]
    case .flac: ["flac"]
    case .ogg: ["ogg", "oga", "opus"]
    case .mp3: ["mp3"]
    case .raw: ["raw", "pcm"]
    case .voc: ["voc"]
    case .svx: ["iff", "svx", "8svx", "16sv"]
    case .nist: ["nist", "sph"]
    case .paf: ["paf"]
    case .pvf: ["pvf"]
    case .ircam: ["ircam", "sf"]
    case .mat4: ["mat4"]
    case .mat5: ["mat", "mat5"]
    case .avr: ["avr"]
    case .htk: ["htk"]
    case .mpc2k: ["mpc"]
    case .sds: ["sds"]
    case .wve: ["wve"]
    case .xi: ["xi"]
    case .sd2: ["sd2"]
    }
  }

  /// libsndfile's major format code.
  var sndFileCode: Int32 {
    let code =
      switch self {
      case .wav: SF_FORMAT_WAV
      case .wavex: SF_FORMAT_WAVEX
      case .rf64: SF_FORMAT_RF64
      case .w64: SF_FORMAT_W64
      case .aiff: SF_FORMAT_AIFF
      case .au: SF_FORMAT_AU
      case .caf: SF_FORMAT_CAF
      case .flac: SF_FORMAT_FLAC
      case .ogg: SF_FORMAT_OGG
      case .mp3: SF_FORMAT_MPEG
      case .raw: SF_FORMAT_RAW
      case .voc: SF_FORMAT_VOC
      case .svx: SF_FORMAT_SVX
      case .nist: SF_FORMAT_NIST
      case .paf: SF_FORMAT_PAF
      case .pvf: SF_FORMAT_PVF
      case .ircam: SF_FORMAT_IRCAM
      case .mat4: SF_FORMAT_MAT4
      case .mat5: SF_FORMAT_MAT5
      case .avr: SF_FORMAT_AVR
      case .htk: SF_FORMAT_HTK
      case .mpc2k: SF_FORMAT_MPC2K
      case .sds: SF_FORMAT_SDS
      case .wve: SF_FORMAT_WVE
      case .xi: SF_FORMAT_XI
      case .sd2: SF_FORMAT_SD2
      }
    return Int32(code)
  }

  /// The container of a libsndfile format word.
  init?(sndFileFormat format: Int32) {
    let code = format & Int32(SF_FORMAT_TYPEMASK)
    guard let match = AudioFileContainer.allCases.first(where: { $0.sndFileCode == code }) else { return nil }
    self = match
  }

  /// - Throws: `SoundFileError.unknownContainer`, whose sentence lists the names there are.
  public init(named name: String) throws(SoundFileError) {
    let wanted = name.lowercased()
    if let match = AudioFileContainer(rawValue: wanted) {
      self = match
    } else if let match = AudioFileContainer.allCases.first(where: { $0.extensions.contains(wanted) }) {
      self = match
    } else {
      throw .unknownContainer(name: name)
    }
  }

  /// The RIFF family shares its header code.
  var isWAVFamily: Bool { self == .wav || self == .wavex || self == .rf64 }

  /// SD2 keeps its header in a second file, which could not appear together with the first; of SDS, libsndfile loses the
  /// last block when it is not full.
  var isReadOnly: Bool { self == .sd2 || self == .sds }

  /// Whether a header without a length, or none at all, is lawful, so that a pipe can carry it.
  var isStreamable: Bool {
    switch self {
    case .wav, .wavex, .raw, .ogg, .flac, .mp3: true
    default: false
    }
  }
}
