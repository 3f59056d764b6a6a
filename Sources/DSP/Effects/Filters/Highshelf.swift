import Signal

/// Raises or lowers everything above a frequency.
public struct Highshelf: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "highshelf", category: "Filters",
    summary: "Raises or lowers everything above a frequency.",
    discussion: """
      `gain` towards Nyquist, half of it (in dB) at the frequency, nothing below. `slope` and `q` as for `lowshelf`, accuracy
      and source as for `lowpass`.
      """,
    example: "in -> highshelf 8kHz -3dB slope=0.7 -> out",
    arguments: FilterKind.highshelf.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    FilterKernel.tail(FilterKernel.single(.highshelf, context), context)
  }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.highshelf, context), context) }

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
