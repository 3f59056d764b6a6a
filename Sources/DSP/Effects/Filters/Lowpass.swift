import Signal

/// Passes what lies below a cutoff.
public struct Lowpass: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "lowpass", category: "Filters",
    summary: "Passes what lies below a cutoff.",
    discussion: """
      A Butterworth filter: flat below the cutoff, -3.01 dB at it, then falling by 6 dB per octave and order. With the
      default order of 2, `q` sets the resonance instead; `order=` gives the cascade of up to 8 sections.

      The response is that of the analogue filter, squeezed towards Nyquist by the bilinear transform, within 0.001 dB from
      10 Hz to 0.45 of the sample rate. Double precision inside. A move of a parameter is interpolated sample by sample.
      Source: R. Bristow-Johnson, Cookbook formulae for audio equalizer biquad filter coefficients.
      """,
    example: "in -> lowpass 3.2kHz order=4 -> out",
    arguments: FilterKind.lowpass.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { FilterKernel.tail(FilterKernel.single(.lowpass, context), context) }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try FilterKernel.single(.lowpass, context)[0].validate(context.parameters)
  }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.lowpass, context), context) }

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
