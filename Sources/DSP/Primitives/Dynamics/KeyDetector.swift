import CRealtime
import Signal

/// What a dynamics effect listens to: the filtered key signal as a level in dB for each channel, up to four frames at a time.
struct KeyDetector: ~Copyable {
  /// Below this level there is nothing to tell apart.
  static var floor: Double { @_transparent @_noAllocation @_noLocks get { -200 } }

  let channelCount: Int
  /// Where the key's channels start among the inputs of a block.
  private let firstInput: Int
  /// The newest four frames of each channel of the key; `listen` writes them, or a loop that listens to its own output.
  let samples: OwnedBuffer<SIMD4<Double>>
  /// Of the same frames.
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
    levels = OwnedBuffer(count: channels, memory: context.memory)
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

  /// Takes `count` frames of the key from a block, at most four.
  @inline(__always) @_noAllocation @_noLocks
  func listen(_ block: AudioBlock, _ frame: Int, _ count: Int) {
    for channel in 0..<channelCount {
      samples[channel] = talea_widen(load(four: block.input(firstInput + channel) + frame, count))
    }
  }

  /// Measures the first `count` frames in `samples`: afterwards `level` has every channel's, and the highest of each frame
  /// is returned.
  @inline(__always) @_noAllocation @_noLocks
  mutating func measure(_ count: Int) -> SIMD4<Double> {
    for pair in 0..<highpass.count { filter(highpass, pair, count) }
    for pair in 0..<lowpass.count { filter(lowpass, pair, count) }
    for channel in 0..<channelCount { levels[channel] = sizes(channel, count) }
    if count == 1 {
      measureAcrossChannels()
    } else {
      for channel in 0..<channelCount { levels[channel] = decibels(levels[channel]) }
    }
    var highest = SIMD4(repeating: Self.floor)
    for channel in 0..<channelCount {
      highest = highest.replacing(with: levels[channel], where: levels[channel] .> highest)
    }
    return highest
  }

  /// Of a single frame: four channels share a logarithm.
  @_noAllocation @_noLocks
  private func measureAcrossChannels() {
    for first in stride(from: 0, to: channelCount, by: 4) {
      var sizes = SIMD4<Double>()
      for lane in 0..<min(4, channelCount - first) { sizes[lane] = levels[first + lane][0] }
      sizes = decibels(sizes)
      for lane in 0..<min(4, channelCount - first) { levels.base[first + lane][0] = sizes[lane] }
    }
  }

  @_transparent @_noAllocation @_noLocks
  func level(_ channel: Int) -> SIMD4<Double> { levels[channel] }

  @inline(__always) @_noAllocation @_noLocks
  private func decibels(_ sizes: SIMD4<Double>) -> SIMD4<Double> {
    // 10 log10 of a power is half of 20 log10.
    let decibels = Math.decibels(amplitude: sizes) * (isRMS ? 0.5 : 1)
    return decibels.replacing(with: Self.floor, where: decibels .< Self.floor)
  }

  /// Peaks or mean squares; what is not finite counts as loud, and is forgotten with the next frame.
  @inline(__always) @_noAllocation @_noLocks
  private func sizes(_ channel: Int, _ count: Int) -> SIMD4<Double> {
    let size = magnitude(samples[channel])
    let x = SIMD4(repeating: 1e12).replacing(with: size, where: size .< 1e12)
    guard isRMS else { return x }
    var squares = x * x, mean = meanSquares[channel]
    for n in 0..<count {
      mean = mean.addingProduct(share, squares[n] - mean)
      squares[n] = mean
    }
    meanSquares[channel] = mean
    return squares
  }

  @_noAllocation @_noLocks
  private func filter(_ sections: borrowing OwnedBuffer<BiquadSection>, _ pair: Int, _ count: Int) {
    var section = sections[pair], even = samples[2 * pair], odd = samples[2 * pair + 1]
    for n in 0..<count {
      section.step(SIMD2(even[n].magnitude < 1e12 ? even[n] : 0, odd[n].magnitude < 1e12 ? odd[n] : 0))
      even[n] = section.y1[0]
      odd[n] = section.y1[1]
    }
    sections[pair] = section
    samples[2 * pair] = even
    samples[2 * pair + 1] = odd
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    samples.clear()
    meanSquares.clear()
    for pair in 0..<highpass.count { highpass[pair].clearMemory() }
    for pair in 0..<lowpass.count { lowpass[pair].clearMemory() }
  }
}
