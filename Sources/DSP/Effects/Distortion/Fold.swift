import Signal

/// Wave folding.
public struct Fold: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "fold", category: "Distortion",
    summary: "Folds what passes full scale back, again and again.",
    discussion: """
      `shape=triangle` reflects the driven signal at full scale: straight up to 1, down again to -1 at 3, and so on. \
      `shape=sine` is `sin(pi x / 2)`, the same without corners. Quiet sounds pass the triangle unchanged. `antialias` as for \
      `clip`. Amounts of 6 to 24 dB are the useful ones.
      """,
    example: "in -> oversample 2x { fold 12dB shape=sine } -> out",
    arguments: [
      ShapingArguments.amount("Gain before the curve."),
      .structural(StructuralSpec("shape", .word(["triangle", "sine"]), default: .word("triangle"), "The curve.")),
      ShapingArguments.antialias,
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { ShapingArguments.tail(context) }

  private var shaper: Waveshaper

  public init(_ context: RenderContext) {
    shaper = Waveshaper(
      context.configuration.word("shape") == "sine" ? .sine : .triangle, gain: Math.amplitude(decibels: context.parameters[0]),
      isAntialiased: ShapingArguments.isAntialiased(context), channelCount: context.inputChannels[0], memory: context.memory)
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
