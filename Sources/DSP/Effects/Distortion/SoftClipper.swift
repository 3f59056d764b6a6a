import Signal

/// Clipping with a rounded knee.
public struct SoftClipper: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "softclip", category: "Distortion",
    summary: "Bends into full scale along a cubic.",
    discussion: """
      `x - 4/27 x^3` up to `x = 1.5`, where it arrives at full scale without a corner, and full scale beyond; `x` is the input \
      times the amount. Below the knee it makes third harmonics alone. `antialias` as for `clip`.
      """,
    example: "in -> softclip 6dB -> out",
    arguments: [ShapingArguments.amount("Gain before the curve."), ShapingArguments.antialias], canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { ShapingArguments.tail(context) }

  private var shaper: Waveshaper

  public init(_ context: RenderContext) {
    shaper = Waveshaper(
      .cubic, gain: Math.amplitude(decibels: context.parameters[0]), isAntialiased: ShapingArguments.isAntialiased(context),
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
