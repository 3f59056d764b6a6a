import Signal

/// The equalisation of long-playing records.
public struct RIAA: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "riaa", category: "Filters",
    summary: "The equalisation of long-playing records.",
    discussion: """
      Playback by the time constants 3180, 318 and 75 microseconds, 0 dB at 1 kHz: 19.3 dB more at 20 Hz, 19.6 dB less at
      20 kHz. `record` is its inverse. Within 0.4 dB of the circuit from 20 Hz to 20 kHz at 44.1 kHz,
      within 0.1 dB at 96 kHz.
      Source: IEC 60098; M. Vicanek, Matched second order digital filters, 2016.
      """,
    example: "in -> riaa -> out",
    arguments: [
      .structural(
        StructuralSpec("direction", .word(["playback", "record"]), default: .word("playback"), "Which way."))
    ],
    canRunInPlace: true)

  private static func design(_ context: RenderContext) -> SectionDesign {
    .riaa(isInverse: context.configuration.word("direction") == "record")
  }

  public static func tail(_ context: RenderContext) -> Tail { SectionKernel.tail(design(context), context) }

  private var kernel: SectionKernel

  public init(_ context: RenderContext) { kernel = SectionKernel(Self.design(context), context) }

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
