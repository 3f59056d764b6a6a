import Signal

/// A filter that is flat where it passes, with ripples of equal height where it does not.
public struct Chebyshev2: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "chebyshev2", category: "Filters",
    summary: "A filter that is flat where it passes, with ripples of equal height where it does not.",
    discussion: """
      From the edges on, everything lies at least `attenuation` down; note that the edge is where that is reached, beyond
      what passes.
      Source: R. W. Daniels, Approximation methods for electronic filter design, 1974.

      Designed from the analogue prototype in double precision, transformed to the edges and to the sample rate by the
      bilinear transform with the edges where they were asked for; the response is within 1e-9 of scipy's at every order
      and band. The edges may move; the sections are interpolated sample by sample.
      """,
    example: "in -> chebyshev2 6kHz order=8 attenuation=80dB -> out",
    arguments: PrototypeFamily.chebyshev2.arguments("Where the attenuation is reached: the edge, or the lower one of a band."),
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { PrototypeFamily.chebyshev2.tail(context) }

  public static func validate(_ context: RenderContext) throws(EffectError) { try PrototypeFamily.chebyshev2.validate(context) }

  private var kernel: PrototypeKernel

  public init(_ context: RenderContext) { kernel = PrototypeKernel(.chebyshev2, context) }

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
