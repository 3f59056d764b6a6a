import Signal

/// Raises or lowers everything below a frequency.
public struct Lowshelf: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "lowshelf", category: "Filters",
    summary: "Raises or lowers everything below a frequency.",
    discussion: """
      `gain` towards DC, half of it (in dB) at the frequency, nothing above. `slope=1` is the steepest shelf that does not
      overshoot; `q` sets the resonance at the corner: 1/Q² = 1/q² + (A + 1/A)(1/slope - 1), A = 10^(gain/40). Accuracy and
      source as for `lowpass`.
      """,
    example: "in -> lowshelf 120Hz +4dB -> out",
    arguments: FilterKind.lowshelf.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    FilterKernel.tail(FilterKernel.single(.lowshelf, context), context)
  }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.lowshelf, context), context) }

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
