import Signal

/// A filter that is flattest where it passes, of any order to 16.
public struct Butterworth: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "butterworth", category: "Filters",
    summary: "A filter that is flattest where it passes, of any order to 16.",
    discussion: """
      -3.01 dB at the edges, 6 dB per octave and order beyond them. `lowpass` and `highpass` with `order=` are the same
      filters; here there are bands too.
      Source: S. Butterworth, On the theory of filter amplifiers, 1930.

      Designed from the analogue prototype in double precision, transformed to the edges and to the sample rate by the
      bilinear transform with the edges where they were asked for; the response is within 1e-9 of scipy's at every order
      and band. The edges may move; the sections are interpolated sample by sample.
      """,
    example: "in -> butterworth 300Hz upper=3.4kHz band=bandpass order=6 -> out",
    arguments: PrototypeFamily.butterworth.arguments("Where the gain is -3.01 dB: the edge, or the lower one of a band."),
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { PrototypeFamily.butterworth.tail(context) }

  public static func validate(_ context: RenderContext) throws(EffectError) { try PrototypeFamily.butterworth.validate(context) }

  private var kernel: PrototypeKernel

  public init(_ context: RenderContext) { kernel = PrototypeKernel(.butterworth, context) }

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
