import Signal

/// Hard clipping.
public struct Clip: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "clip", category: "Distortion",
    summary: "Cuts off at full scale, hard.",
    discussion: """
      `max(-1, min(1, g x))` with `g` the amount. With `antialias=adaa`, the default, each sample is the mean of the curve \
      between two inputs, which keeps harmonics from folding back; it delays by half a frame, which cannot be aligned and is not \
      declared as latency, and takes 0.2 dB at an eighth of the sample rate. `antialias=none` is the plain curve. For the \
      cleanest result run it in `oversample 2x { clip … }`.

      Source: J. D. Parker, V. Zavalishin and E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping using \
      continuous-time convolution", DAFx 2016.
      """,
    example: "in -> oversample 2x { clip 12dB } -> out",
    arguments: [ShapingArguments.amount("Gain before the curve."), ShapingArguments.antialias], canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { ShapingArguments.tail(context) }

  private var shaper: Waveshaper

  public init(_ context: RenderContext) {
    shaper = Waveshaper(
      .hard, gain: Math.amplitude(decibels: context.parameters[0]), isAntialiased: ShapingArguments.isAntialiased(context),
      channelCount: context.inputChannels[0], memory: context.memory)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    shaper.retarget(gain: Math.amplitude(decibels: values[0]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { shaper.process(block) }

  @_noAllocation @_noLocks
  public mutating func reset() { shaper.reset() }
}
