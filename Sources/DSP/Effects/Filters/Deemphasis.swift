import Signal

/// Takes back the treble that a broadcast or an early CD was given, or gives it.
public struct Deemphasis: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "deemphasis", category: "Filters",
    summary: "Takes back the treble that a broadcast or an early CD was given, or gives it.",
    discussion: """
      `cd` is 50/15 microseconds, down by 9.5 dB at 20 kHz; `fm50` (Europe) and `fm75` (America) are the time constants of FM
      radio. `emphasis` is the inverse. Within 0.4 dB of the circuit to 20 kHz at 44.1 kHz, within 0.1 dB at 96 kHz.
      Source: IEC 60908; M. Vicanek, Matched second order digital filters, 2016.
      """,
    example: "in -> deemphasis cd -> out",
    arguments: [
      .structural(StructuralSpec("curve", .word(["cd", "fm50", "fm75"]), default: .word("cd"), "The time constants.")),
      .structural(
        StructuralSpec("direction", .word(["deemphasis", "emphasis"]), default: .word("deemphasis"), "Which way.")),
    ],
    canRunInPlace: true)

  private static func design(_ context: RenderContext) -> SectionDesign {
    let isInverse = context.configuration.word("direction") == "emphasis"
    switch context.configuration.word("curve") {
    case "fm50": return .emphasis(50e-6, 0, isInverse: isInverse)
    case "fm75": return .emphasis(75e-6, 0, isInverse: isInverse)
    default: return .emphasis(50e-6, 15e-6, isInverse: isInverse)
    }
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
