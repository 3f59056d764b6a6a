import Signal

/// Turns the phase around a frequency and leaves the level alone.
public struct Allpass: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "allpass", category: "Filters",
    summary: "Turns the phase around a frequency and leaves the level alone.",
    discussion: """
      The phase turns from 0 at DC over 180 degrees at the frequency to 360 at Nyquist; `q` says how steeply. Unity gain
      within 0.001 dB. Source as for `lowpass`.
      """,
    example: "in -> allpass 700Hz q=0.7 -> out",
    arguments: FilterKind.allpass.arguments,
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { FilterKernel.tail(FilterKernel.single(.allpass, context), context) }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.single(.allpass, context), context) }

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
