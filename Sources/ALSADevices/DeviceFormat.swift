import CALSA

/// How a device stores a sample.
public enum DeviceFormat: String, Sendable, Hashable, CaseIterable {
  case floatLittle = "FLOAT_LE"
  case s32Little = "S32_LE"
  /// 24 bits in the low bytes of 4.
  case s24Little = "S24_LE"
  /// 24 bits in 3 bytes.
  case s24PackedLittle = "S24_3LE"
  case s16Little = "S16_LE"
  case floatBig = "FLOAT_BE"
  case s32Big = "S32_BE"
  case s24Big = "S24_BE"
  case s24PackedBig = "S24_3BE"
  case s16Big = "S16_BE"

  /// Those that carry a sample of the engine best come first: what a device takes is tried in this order.
  static let preference = DeviceFormat.allCases

  var code: snd_pcm_format_t {
    switch self {
    case .floatLittle: SND_PCM_FORMAT_FLOAT_LE
    case .s32Little: SND_PCM_FORMAT_S32_LE
    case .s24Little: SND_PCM_FORMAT_S24_LE
    case .s24PackedLittle: SND_PCM_FORMAT_S24_3LE
    case .s16Little: SND_PCM_FORMAT_S16_LE
    case .floatBig: SND_PCM_FORMAT_FLOAT_BE
    case .s32Big: SND_PCM_FORMAT_S32_BE
    case .s24Big: SND_PCM_FORMAT_S24_BE
    case .s24PackedBig: SND_PCM_FORMAT_S24_3BE
    case .s16Big: SND_PCM_FORMAT_S16_BE
    }
  }

  /// Bits that carry sound; nil for floating point.
  public var integerBits: Int? {
    switch self {
    case .floatLittle, .floatBig: nil
    case .s32Little, .s32Big: 32
    case .s24Little, .s24Big, .s24PackedLittle, .s24PackedBig: 24
    case .s16Little, .s16Big: 16
    }
  }

  /// Bytes from one sample to the next in a packed row.
  public var byteCount: Int {
    switch self {
    case .s16Little, .s16Big: 2
    case .s24PackedLittle, .s24PackedBig: 3
    default: 4
    }
  }

  var isBigEndian: Bool {
    switch self {
    case .floatBig, .s32Big, .s24Big, .s24PackedBig, .s16Big: true
    default: false
    }
  }
}
