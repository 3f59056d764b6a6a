import Signal

/// Passes a band around a frequency.
public struct Bandpass: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "bandpass", category: "Filters",
    summary: "Passes a band around a frequency.",
    discussion: """
      Unity gain at the centre and 6 dB per octave to both sides far from it. `q` is the centre over the bandwidth between
      the -3.01 dB points, measured before the bilinear transform squeezes it. Accuracy and source as for `lowpass`.
      """,
    example: "in -> bandpass 1kHz q=2 -> out",
    arguments: FilterKind.bandpass.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    FilterKernel.tail(FilterKernel.single(.bandpass, context), context)
  }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.bandpass, context), context) }

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
