import Signal

/// Soft saturation.
public struct Drive: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "drive", category: "Distortion",
    summary: "Saturates softly: tanh.",
    discussion: """
      `tanh(g x)` with `g` the amount: quiet sounds come out louder by it, loud ones bend towards full scale and never pass \
      it. Nothing makes up for the level; a `gain` after it does. A new amount is reached sample by sample.

      Harmonics above half the sample rate fold back. Run it in `oversample 4x { drive … }` for clean results. Or set \
      `antialias=adaa`, which takes the mean of the curve between two samples in place of its value: folded harmonics of a \
      5 kHz tone driven by 24 dB are 8 dB down at 48 kHz, and in an oversampled region more. It averages the sound as well, \
      which takes 1.8 dB at 0.2 of the sample rate and delays by half a frame of the place where it stands; half a frame \
      cannot be aligned, so it is not declared as latency.

      Both are right within 4e-7 of the value, quiet or loud.

      Source: J. D. Parker, V. Zavalishin and E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping using \
      continuous-time convolution", DAFx 2016.
      """,
    example: "in -> oversample 4x { drive 12dB } -> out",
    arguments: [
      .parameter(ParameterSpec("amount", .level, default: nil, in: -24...60, "Gain before the curve.")),
      .structural(
        StructuralSpec("antialias", .word(["none", "adaa"]), default: .word("none"), "Whether harmonics are kept from folding.")),
    ],
    canRunInPlace: true)

  /// The driven frame before the block, and `SoftClip.excess` of it.
  private struct Past: BitwiseCopyable {
    var driven: Float = 0
    var excess: Float = SoftClip.excess(SIMD8())[0]
  }

  private var factor: LinearRamp
  private let channelCount: Int
  private let isAntialiased: Bool
  /// Of each channel.
  private let past: OwnedBuffer<Past>

  public static func tail(_ context: RenderContext) -> Tail { .frames(context.configuration.word("antialias") == "adaa" ? 1 : 0) }

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    isAntialiased = context.configuration.word("antialias") == "adaa"
    past = OwnedBuffer(count: channelCount, memory: context.memory)
    factor = LinearRamp(context.withParameterValues { Math.amplitude(decibels: $0[0]) })
    reset()
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    factor.retarget(Math.amplitude(decibels: values[0]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(8, block.frameCount - frame)
      let gain = factor.next(eight: count)
      for channel in 0..<channelCount {
        let driven = load(block.input(channel) + frame, count) * gain
        let output = isAntialiased ? averaged(driven, channel, count) : SoftClip.curve(driven)
        store(output, block.output(channel) + frame, count)
      }
      frame += count
    }
  }

  /// The mean of the curve between each frame and the one before it.
  @inline(__always) @_noAllocation @_noLocks
  private func averaged(_ now: SIMD8<Float>, _ channel: Int, _ count: Int) -> SIMD8<Float> {
    let excess = SoftClip.excess(now), former = past.base[channel]
    past.base[channel] = Past(driven: now[count - 1], excess: excess[count - 1])
    return SoftClip.mean(shifted(now, former.driven), now, shifted(excess, former.excess), excess)
  }

  /// Each lane's neighbour, `first` for lane 0.
  @_transparent @_noAllocation @_noLocks
  private func shifted(_ x: SIMD8<Float>, _ first: Float) -> SIMD8<Float> {
    SIMD8(first, x[0], x[1], x[2], x[3], x[4], x[5], x[6])
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    factor.snap()
    for channel in 0..<channelCount { past.base[channel] = Past() }
  }
}
