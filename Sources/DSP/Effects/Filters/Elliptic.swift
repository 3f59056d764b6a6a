import Signal

/// The steepest filter of its order: ripples on both sides of the edge.
public struct Elliptic: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "elliptic", category: "Filters",
    summary: "The steepest filter of its order: ripples on both sides of the edge.",
    discussion: """
      The gain stays between 0 dB and `-ripple` up to the edges, and at least `attenuation` down beyond a gap that is the
      narrowest that any filter of this order can have (Cauer, Zolotarev).
      Source: S. J. Orfanidis, Lecture notes on elliptic filter design, 2006.

      Designed from the analogue prototype in double precision, transformed to the edges and to the sample rate by the
      bilinear transform with the edges where they were asked for; the response is within 1e-9 of scipy's at every order
      and band. The edges may move; the sections are interpolated sample by sample.
      """,
    example: "in -> elliptic 15kHz order=7 ripple=0.1dB attenuation=80dB -> out",
    arguments: PrototypeFamily.elliptic.arguments("Where the gain leaves the ripple: the edge, or the lower one of a band."),
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { PrototypeFamily.elliptic.tail(context) }

  public static func validate(_ context: RenderContext) throws(EffectError) { try PrototypeFamily.elliptic.validate(context) }

  private var kernel: PrototypeKernel

  public init(_ context: RenderContext) { kernel = PrototypeKernel(.elliptic, context) }

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
