import Signal

/// What a dynamics effect listens to: the filtered key signal as a level in dB for each channel, frame by frame.
struct KeyDetector: ~Copyable {
  /// Below this level there is nothing to tell apart.
  static var floor: Double { @_transparent @_noAllocation @_noLocks get { -200 } }

  let channelCount: Int
  /// Where the key's channels start among the inputs of a block.
  private let firstInput: Int
  /// The newest frame of the key; `listen` writes it, or a loop that listens to its own output.
  let samples: OwnedBuffer<Double>
  private let levels: OwnedBuffer<SIMD4<Double>>
  private let meanSquares: OwnedBuffer<Double>
  /// One for each pair of channels, where the filter is wanted.
  private let highpass: OwnedBuffer<BiquadSection>
  private let lowpass: OwnedBuffer<BiquadSection>
  private let isRMS: Bool
  /// How much of the mean square each frame takes anew.
  private let share: Double

  /// The arguments that effects with such a key have in common.
  static var arguments: [ArgumentSpec] {
    [
      .structural(
        StructuralSpec(
          "detect", .word(["peak", "rms"]), default: .word("peak"), "Listens to the samples' size or to their power.")),
      .structural(
        StructuralSpec(
          "window", .quantity(.time, 0.0001...1), default: .quantity(0.01, .time), "Time constant of the power in `rms`.")),
      .structural(
        StructuralSpec(
          "keyhighpass", .quantity(.frequency, 0...192_000), default: .quantity(0, .frequency),
          "Second-order highpass on what is listened to; 0 Hz is none.")),
      .structural(
        StructuralSpec(
          "keylowpass", .quantity(.frequency, 0...192_000), default: .quantity(0, .frequency),
          "Second-order lowpass on what is listened to; 0 Hz is none.")),
    ]
  }

  static func validate(_ context: RenderContext) throws(EffectError) {
    for name in ["keyhighpass", "keylowpass"] {
      let frequency = context.configuration.quantity(name)
      if frequency > 0, frequency >= context.framesPerSecond / 2 {
        throw EffectError(
          "`\(name)` is \(frequency) Hz, but half the sample rate is \(context.framesPerSecond / 2) Hz",
          help: "choose a lower frequency", argument: name)
      }
    }
  }

  /// As the `arguments` say.
  init(firstInput: Int, channels: Int, configuredBy context: RenderContext) {
    let configuration = context.configuration
    self.init(
      firstInput: firstInput, channels: channels, highpass: configuration.quantity("keyhighpass"),
      lowpass: configuration.quantity("keylowpass"),
      window: configuration.word("detect") == "rms" ? configuration.quantity("window") : nil, context)
  }

  /// - Parameters:
  ///   - firstInput, channels: which inputs of the block are the key.
  ///   - high, low: Corner frequencies of the filters in Hz; 0 is none.
  ///   - window: Time constant in seconds of the power; nil listens to peaks.
  init(
    firstInput: Int, channels: Int, highpass high: Double = 0, lowpass low: Double = 0, window: Double? = nil,
    _ context: RenderContext
  ) {
    self.firstInput = firstInput
    channelCount = channels
    let pairs = (channels + 1) / 2
    samples = OwnedBuffer(count: 2 * pairs, memory: context.memory)
    levels = OwnedBuffer(count: (channels + 3) / 4, memory: context.memory)
    meanSquares = OwnedBuffer(count: channels, memory: context.memory)
    highpass = OwnedBuffer(count: high > 0 ? pairs : 0, memory: context.memory)
    lowpass = OwnedBuffer(count: low > 0 ? pairs : 0, memory: context.memory)
    let q = FilterKind.butterworthQ
    for pair in 0..<highpass.count {
      highpass[pair] = BiquadSection(.highpass(CornerAngle(high, context.framesPerSecond), q: q))
    }
    for pair in 0..<lowpass.count {
      lowpass[pair] = BiquadSection(.lowpass(CornerAngle(low, context.framesPerSecond), q: q))
    }
    isRMS = window != nil
    share = GainTimes.share(window ?? 0, context.framesPerSecond)
  }

  /// Takes frame `n` of the key from a block.
  @_noAllocation @_noLocks
  func listen(_ block: AudioBlock, _ n: Int) {
    for channel in 0..<channelCount { samples[channel] = Double(block.input(firstInput + channel)[n]) }
  }

  /// Measures the frame in `samples`: afterwards `level` has every channel's, and the highest is returned.
  @_noAllocation @_noLocks
  mutating func measure() -> Double {
    for pair in 0..<highpass.count { filter(highpass, pair) }
    for pair in 0..<lowpass.count { filter(lowpass, pair) }
    var highest = Self.floor
    for group in 0..<levels.count {
      var sizes = SIMD4<Double>()
      for lane in 0..<min(4, channelCount - 4 * group) { sizes[lane] = size(4 * group + lane) }
      // 10 log10 of a power is half of 20 log10.
      let decibels = Math.decibels(amplitude: sizes) * (isRMS ? 0.5 : 1)
      levels[group] = decibels.replacing(with: Self.floor, where: decibels .< Self.floor)
      for lane in 0..<min(4, channelCount - 4 * group) { highest = max(highest, levels[group][lane]) }
    }
    return highest
  }

  @_transparent @_noAllocation @_noLocks
  func level(_ channel: Int) -> Double { levels[channel / 4][channel % 4] }

  /// Peak or mean square; what is not finite counts as loud, and is forgotten with the next frame.
  @_noAllocation @_noLocks
  private func size(_ channel: Int) -> Double {
    let magnitude = samples[channel].magnitude
    let x = magnitude < 1e12 ? magnitude : 1e12
    guard isRMS else { return x }
    meanSquares[channel] = meanSquares[channel].addingProduct(share, x * x - meanSquares[channel])
    return meanSquares[channel]
  }

  @_noAllocation @_noLocks
  private func filter(_ sections: borrowing OwnedBuffer<BiquadSection>, _ pair: Int) {
    var section = sections[pair]
    let (x0, x1) = (samples[2 * pair], samples[2 * pair + 1])
    section.step(SIMD2(x0.magnitude < 1e12 ? x0 : 0, x1.magnitude < 1e12 ? x1 : 0))
    sections[pair] = section
    samples[2 * pair] = section.y1[0]
    samples[2 * pair + 1] = section.y1[1]
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    samples.clear()
    meanSquares.clear()
    for pair in 0..<highpass.count { highpass[pair].clearMemory() }
    for pair in 0..<lowpass.count { lowpass[pair].clearMemory() }
  }
}
