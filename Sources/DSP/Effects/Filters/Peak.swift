import Signal

/// Raises or lowers a band around a frequency.
public struct Peak: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "peak", category: "Filters",
    summary: "Raises or lowers a band around a frequency.",
    discussion: """
      A bell: `gain` at the centre, nothing far from it. `q` is the centre over the bandwidth between the points of half the
      gain in dB, so a cut of the same `q` and opposite gain undoes a boost exactly. Accuracy and source as for `lowpass`;
      at 20 Hz, `q=10` and 192 kHz the output differs from exact arithmetic by less than -140 dB.
      """,
    example: "in -> peak 2.5kHz +3dB q=1.4 -> out",
    arguments: FilterKind.peak.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { FilterKernel.tail(FilterKernel.single(.peak, context), context) }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.peak, context), context) }

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
