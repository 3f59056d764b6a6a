/// A word whose braces hold statements rather than the items of a list.
public enum Region: String, CaseIterable, Sendable {
  /// `oversample 4x { drive 12dB }`: its body runs at a multiple of the rate around it.
  case oversample
  /// `multiband 120Hz 2kHz { compressor -24dB; in -> out; tilt 2dB }`: each chain of its body runs in one band of the sound.
  case multiband

  /// What the braces are for, as a message asks for it.
  var content: String {
    switch self {
    case .oversample: "the effects to oversample"
    case .multiband: "a chain for each band"
    }
  }

  var example: String {
    switch self {
    case .oversample: "oversample 4x { drive 12dB }"
    case .multiband: "multiband 120Hz 2kHz { compressor -24dB; in -> out; gain 1dB }"
    }
  }

  /// All of them as a sentence names them.
  static var phrase: String { allCases.map { quoted($0.rawValue) }.listed("and") }

  /// Whether a chain of one effect may stand in a body with so many chains.
  func allowsSingleEffects(chains: Int) -> Bool { self == .multiband || chains == 1 }
}
