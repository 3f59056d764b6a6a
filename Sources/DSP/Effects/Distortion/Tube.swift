import Signal

/// A lopsided curve, as of a triode stage.
public struct Tube: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "tube", category: "Distortion",
    summary: "Saturates one half of the wave sooner than the other.",
    discussion: """
      `tanh(g x + b) - tanh b` with `g` the amount and `b` the bias: even harmonics grow with the bias, and with none it is \
      `drive`. The slope for quiet sounds is brought back to `g`. A highpass at 8 Hz takes out the offset that a lopsided curve \
      makes, as the coupling capacitor behind a stage does. `antialias` as for `clip`.
      """,
    example: "in -> oversample 2x { tube 12dB bias=0.4 } -> out",
    arguments: [
      ShapingArguments.amount("Gain before the curve."),
      .structural(
        StructuralSpec("bias", .quantity(.number, -2...2), default: .quantity(0.3, .number), "How lopsided; 0 is even.")),
      ShapingArguments.antialias,
    ],
    canRunInPlace: true)

  private static func coupling(_ context: RenderContext) -> BiquadCoefficients { .highpass1(8, context.framesPerSecond) }

  public static func tail(_ context: RenderContext) -> Tail { .frames(decayFrameCount(of: [coupling(context)]) + 1) }

  private var shaper: Waveshaper
  private var highpass: BiquadCascade

  public init(_ context: RenderContext) {
    let channels = context.inputChannels[0]
    shaper = Waveshaper(
      .lopsided(bias: context.configuration.quantity("bias")), gain: Math.amplitude(decibels: context.parameters[0]),
      isAntialiased: ShapingArguments.isAntialiased(context), channelCount: channels, memory: context.memory)
    highpass = BiquadCascade(
      stageCount: 1, channelCount: channels, maximumFrameCount: context.maximumFrameCount, memory: context.memory)
    highpass.set(0, Self.coupling(context))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    shaper.retarget(gain: Math.amplitude(decibels: values[0]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    shaper.process(block)
    highpass.process(block.onItsOutput)
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    shaper.reset()
    highpass.reset()
  }
}
