import Signal

/// The treble control of an amplifier.
public struct Treble: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "treble", category: "Filters",
    summary: "The treble control of an amplifier.",
    discussion: """
      A shelf with the corner and the slope that SoX gives its effect of this name, so that the gain alone is enough;
      `highshelf` is the same filter with every argument open.
      Source: R. Bristow-Johnson, Cookbook formulae for audio equalizer biquad filter coefficients.
      """,
    example: "in -> treble -3dB -> out",
    arguments: [
      .parameter(ParameterSpec("gain", .level, default: nil, in: -48...48, scale: .linear, "Gain of the treble.")),
      .parameter(
        ParameterSpec(
          "frequency", .frequency, default: 3_000, in: 1...192_000, belowNyquist: true, "Where half the gain in dB is reached.")),
      .parameter(ParameterSpec("slope", .number, default: 0.5, in: 0.1...1, "1 is the steepest slope without overshoot.")),
    ],
    canRunInPlace: true)

  private static func design(_ context: RenderContext) -> SectionDesign { .treble }

  public static func tail(_ context: RenderContext) -> Tail { SectionKernel.tail(design(context), context) }

  private var kernel: SectionKernel

  public init(_ context: RenderContext) { kernel = SectionKernel(Self.design(context), context) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { kernel.apply(values, over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { kernel.process(block) }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { kernel.processFrame(frame) }

  public static var isSectionSeries: Bool { true }
  public var settledSections: SectionSeries? { @_noAllocation @_noLocks get { kernel.settled } }

  @_noAllocation @_noLocks
  public mutating func reset() { kernel.reset() }
}
