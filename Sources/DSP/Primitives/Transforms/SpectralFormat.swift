import Signal

/// How spectra lie in the channels of an edge: for each channel of sound the real parts of its `size / 2 + 1` numbers, then
/// the imaginary ones. A sine at full scale has the magnitude 1 in its bin.
struct SpectralFormat: BitwiseCopyable {
  /// Samples of a window.
  let size: Int
  /// Channels of sound.
  let channels: Int

  var binCount: Int { @_noAllocation @_noLocks get { size / 2 + 1 } }

  static let sizes = (6...15).map { 1 << $0 }
  private static let mostChannels = 32

  init(size: Int, channels: Int) {
    self.size = size
    self.channels = channels
  }

  /// What an edge of so many channels carries, if it can be spectra. Sizes that fit in several ways do so only for more channels
  /// of sound than are taken.
  init?(edge channels: Int) {
    for size in Self.sizes where channels % (size + 2) == 0 && channels / (size + 2) <= Self.mostChannels {
      self.init(size: size, channels: channels / (size + 2))
      return
    }
    return nil
  }

  static func edgeChannels(size: Int, channels: Int) -> Int { (size + 2) * channels }

  /// Where the parts of a channel's numbers begin among the channels of the edge.
  @_transparent @_noAllocation @_noLocks
  func real(_ channel: Int) -> Int { channel * (size + 2) }

  @_transparent @_noAllocation @_noLocks
  func imaginary(_ channel: Int) -> Int { channel * (size + 2) + binCount }

  /// Of an actor between `stft` and `istft`.
  static func of(_ context: RenderContext) -> SpectralFormat { SpectralFormat(edge: context.inputChannels[0])! }

  static func validate(_ name: String, _ context: RenderContext) throws(EffectError) {
    guard SpectralFormat(edge: context.inputChannels[0]) != nil else {
      throw EffectError(
        "`\(name)` works on spectra, but \(context.inputChannels[0]) channels of something else come in",
        help: "write it between `stft` and `istft`")
    }
  }
}

/// What `stft` and `istft` are told: window, hop, and how they are checked.
enum SpectralArguments {
  static let list: [ArgumentSpec] = [
    .structural(StructuralSpec("size", .integer(64...32_768), default: .integer(2_048), "Frames of a window, a power of two.")),
    .structural(
      StructuralSpec("hop", .integer(0...16_384), default: .integer(0), "Frames from one window to the next; 0: a quarter.")),
    .structural(
      StructuralSpec(
        "window", .word(["roothann", "hann", "rectangular"]), default: .word("roothann"),
        "Before the transform and after its inverse.")
    ),
  ]

  static func size(_ configuration: EffectConfiguration) -> Int { configuration.integer("size") }

  static func hop(_ configuration: EffectConfiguration) -> Int {
    let hop = configuration.integer("hop")
    return hop == 0 ? max(size(configuration) / 4, 1) : hop
  }

  static func window(_ configuration: EffectConfiguration) -> SpectralWindow {
    SpectralWindow(rawValue: configuration.word("window"))!
  }

  /// Refuses windows whose frames do not add up to the sound.
  static func validate(_ configuration: EffectConfiguration) throws(EffectError) {
    let size = size(configuration), hop = hop(configuration), window = window(configuration)
    guard SpectralFormat.sizes.contains(size) else {
      throw EffectError("a window of \(size) frames is no power of two from 64 to 32768", argument: "size")
    }
    guard window.reconstructs(size: size, hop: hop) else {
      let possible = [2, 4, 8].first { window.reconstructs(size: size, hop: size / $0) }
      throw EffectError(
        "`\(window.rawValue)` windows of \(size) frames every \(hop) do not add up to the sound they were cut from",
        help: possible.map { "write `hop=\(size / $0)`, or a part of it that divides it" }, argument: "hop")
    }
  }
}
