import Signal

/// A steep filter with ripples of equal height where it passes.
public struct Chebyshev1: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "chebyshev1", category: "Filters",
    summary: "A steep filter with ripples of equal height where it passes.",
    discussion: """
      The gain stays between 0 dB and `-ripple` up to the edges, where it leaves that band; beyond them it falls faster than a
      Butterworth filter of the same order.
      Source: R. M. Golden and J. F. Kaiser, Root and delay parameters for normalized Bessel and Chebyshev low-pass
      filters, 1971.

      Designed from the analogue prototype in double precision, transformed to the edges and to the sample rate by the
      bilinear transform with the edges where they were asked for; the response is within 1e-9 of scipy's at every order
      and band. The edges may move; the sections are interpolated sample by sample.
      """,
    example: "in -> chebyshev1 4kHz order=8 ripple=0.1dB -> out",
    arguments: PrototypeFamily.chebyshev1.arguments("Where the gain leaves the ripple: the edge, or the lower one of a band."),
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { PrototypeFamily.chebyshev1.tail(context) }

  public static func validate(_ context: RenderContext) throws(EffectError) { try PrototypeFamily.chebyshev1.validate(context) }

  private var kernel: PrototypeKernel

  public init(_ context: RenderContext) { kernel = PrototypeKernel(.chebyshev1, context) }

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
