import Signal

/// Passes what lies above a cutoff.
public struct Highpass: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "highpass", category: "Filters",
    summary: "Passes what lies above a cutoff.",
    discussion: """
      A Butterworth filter: flat above the cutoff, -3.01 dB at it, falling below it by 6 dB per octave and order. With the
      default order of 2, `q` sets the resonance instead; `order=` gives the cascade of up to 8 sections.

      Accuracy and source as for `lowpass`.
      """,
    example: "in -> highpass 80Hz order=4 -> out",
    arguments: FilterKind.highpass.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    FilterKernel.tail(FilterKernel.single(.highpass, context), context)
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try FilterKernel.single(.highpass, context)[0].validate(context.parameters)
  }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.highpass, context), context) }

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
