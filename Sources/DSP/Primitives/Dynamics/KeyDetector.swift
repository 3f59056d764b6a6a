import CRealtime
import Signal

/// What a dynamics effect listens to: the size of the filtered key signal in each channel, up to four frames at a time, and
/// as a level in dB where that is asked for.
struct KeyDetector: ~Copyable {
  let channelCount: Int
  /// Where the key's channels start among the inputs of a block.
  private let firstInput: Int
  /// The newest four frames of each channel of the key; `listen` writes them, or a loop that listens to its own output.
  let samples: OwnedBuffer<SIMD4<Double>>
  /// Of the same frames: peaks, or mean squares.
  private let sizes: OwnedBuffer<SIMD4<Double>>
  private let meanSquares: OwnedBuffer<Double>
  /// One for each pair of channels, where the filter is wanted.
  private let highpass: OwnedBuffer<BiquadSection>
  private let lowpass: OwnedBuffer<BiquadSection>
  private let isRMS: Bool
  /// Whether sizes are those of the key's own samples.
  private let isPlain: Bool
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
    sizes = OwnedBuffer(count: channels, memory: context.memory)
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
    isPlain = window == nil && high <= 0 && low <= 0
    share = GainTimes.share(window ?? 0, context.framesPerSecond)
  }

  /// Takes `count` frames of the key from a block, at most four.
  @inline(__always) @_noAllocation @_noLocks
  func listen(_ block: AudioBlock, _ frame: Int, _ count: Int) {
    for channel in 0..<channelCount {
      samples[channel] = talea_widen(load(four: block.input(firstInput + channel) + frame, count))
    }
  }

  /// The largest size of any channel in each of `count` frames of a block, at most eight.
  @inline(__always) @_noAllocation @_noLocks
  mutating func hear(_ block: AudioBlock, _ frame: Int, _ count: Int) -> EightFrames {
    guard isPlain else { return hearFiltered(block, frame, count) }
    var largest = SIMD8<Float>()
    for channel in 0..<channelCount {
      largest = talea_larger_size(largest, load(block.input(firstInput + channel) + frame, count), Self.most)
    }
    return EightFrames(largest)
  }

  @inline(never) @_noAllocation @_noLocks
  private mutating func hearFiltered(_ block: AudioBlock, _ frame: Int, _ count: Int) -> EightFrames {
    listen(block, frame, min(count, 4))
    let early = measureSizes(min(count, 4))
    guard count > 4 else { return EightFrames(early, SIMD4()) }
    listen(block, frame + 4, count - 4)
    return EightFrames(early, measureSizes(count - 4))
  }

  /// The largest size of any channel in each of the first `count` frames in `samples`; afterwards `level` knows every
  /// channel's.
  @inline(__always) @_noAllocation @_noLocks
  mutating func measureSizes(_ count: Int) -> SIMD4<Double> {
    for pair in 0..<highpass.count { filter(highpass, pair, count) }
    for pair in 0..<lowpass.count { filter(lowpass, pair, count) }
    var largest = SIMD4<Double>()
    for channel in 0..<channelCount {
      let size = size(channel, count)
      sizes[channel] = size
      largest = largest.replacing(with: size, where: size .> largest)
    }
    return largest
  }

  /// The same as levels.
  @inline(__always) @_noAllocation @_noLocks
  mutating func measure(_ count: Int) -> SIMD4<Double> { level(ofSize: measureSizes(count)) }

  @_transparent @_noAllocation @_noLocks
  func level(_ channel: Int) -> SIMD4<Double> { level(ofSize: sizes[channel]) }

  /// In dB, from -200 on: below there is nothing to tell apart.
  @inline(__always) @_noAllocation @_noLocks
  func level(ofSize size: SIMD4<Double>) -> SIMD4<Double> {
    // 10 log10 of a power is half of 20 log10.
    isRMS ? talea_scaled4(talea_decibels(size, Self.least * Self.least), 0.5) : talea_decibels(size, Self.least)
  }

  /// The size that has a level in dB.
  @inline(__always) @_noAllocation @_noLocks
  func size(ofLevel level: SIMD4<Double>) -> SIMD4<Double> { talea_amplitude(level * (isRMS ? 2 : 1)) }

  /// Peaks or mean squares; what is not finite counts as loud, and is forgotten with the next frame.
  @inline(__always) @_noAllocation @_noLocks
  private func size(_ channel: Int, _ count: Int) -> SIMD4<Double> {
    let size = magnitude(samples[channel])
    let x = SIMD4(repeating: Double(Self.most)).replacing(with: size, where: size .< Double(Self.most))
    guard isRMS else { return x }
    var squares = x * x, mean = meanSquares[channel]
    for n in 0..<count {
      mean = mean.addingProduct(share, squares[n] - mean)
      squares[n] = mean
    }
    meanSquares[channel] = mean
    return squares
  }

  /// Of peaks: the smallest that has a level, and the largest there is.
  private static var least: Double { @_transparent @_noAllocation @_noLocks get { 1e-10 } }
  private static var most: Float { @_transparent @_noAllocation @_noLocks get { 1e12 } }

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
