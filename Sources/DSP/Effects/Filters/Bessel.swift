import Signal

/// A lowpass of flattest delay: it hardly overshoots.
public struct Bessel: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "bessel", category: "Filters",
    summary: "A lowpass of flattest delay: it hardly overshoots.",
    discussion: """
      -3.01 dB at the edges. As a lowpass well below half the sample rate it delays all that passes alike; the other bands
      have its slopes, not its delay.
      Source: W. E. Thomson, Delay networks having maximally flat frequency characteristics, Proc. IEE 96, 1949.

      Designed from the analogue prototype in double precision, transformed to the edges and to the sample rate by the
      bilinear transform with the edges where they were asked for; the response is within 1e-9 of scipy's at every order
      and band. The edges may move; the sections are interpolated sample by sample.
      """,
    example: "in -> bessel 2kHz order=6 -> out",
    arguments: PrototypeFamily.bessel.arguments("Where the gain is -3.01 dB: the edge, or the lower one of a band."),
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { PrototypeFamily.bessel.tail(context) }

  public static func validate(_ context: RenderContext) throws(EffectError) { try PrototypeFamily.bessel.validate(context) }

  private var kernel: PrototypeKernel

  public init(_ context: RenderContext) { kernel = PrototypeKernel(.bessel, context) }

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
