import Signal

/// A crossover filter: two Butterworth filters of half the order after each other.
public struct LinkwitzRiley: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "linkwitzriley", category: "Filters",
    summary: "A crossover filter: two Butterworth filters of half the order after each other.",
    discussion: """
      -6.02 dB at the edges. A lowpass and a highpass of order 4, 8, 12 or 16 at one frequency add up to an allpass: the sum
      is flat. With orders 2, 6, 10 and 14 that holds when one of the two is inverted, as by `matrix { -1 }`.
      Source: S. Linkwitz, Active crossover networks for noncoincident drivers, JAES 24(1), 1976.

      Designed from the analogue prototype in double precision, transformed to the edges and to the sample rate by the
      bilinear transform with the edges where they were asked for; the response is within 1e-9 of scipy's at every order
      and band. The edges may move; the sections are interpolated sample by sample.
      """,
    example: """
      low = linkwitzriley 400Hz
      high = linkwitzriley 400Hz band=highpass
      in -> low -> out
      in -> high -> out
      """,
    arguments: PrototypeFamily.linkwitzRiley.arguments("Where the gain is -6.02 dB: the edge, or the lower one of a band."),
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { PrototypeFamily.linkwitzRiley.tail(context) }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try PrototypeFamily.linkwitzRiley.validate(context)
  }

  private var kernel: PrototypeKernel

  public init(_ context: RenderContext) { kernel = PrototypeKernel(.linkwitzRiley, context) }

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
