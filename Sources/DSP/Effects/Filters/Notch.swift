import Signal

/// Removes a narrow band around a frequency.
public struct Notch: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "notch", category: "Filters",
    summary: "Removes a narrow band around a frequency.",
    discussion: """
      Silence at the centre, unity gain far from it. `q` is the centre over the bandwidth between the -3.01 dB points.
      Accuracy and source as for `lowpass`.
      """,
    example: "in -> notch 50Hz q=10 -> out",
    arguments: FilterKind.notch.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { FilterKernel.tail(FilterKernel.single(.notch, context), context) }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.notch, context), context) }

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
