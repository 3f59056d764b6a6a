import Signal

/// Turns the whole spectrum around a frequency: darker or brighter.
public struct Tilt: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "tilt", category: "Filters",
    summary: "Turns the whole spectrum around a frequency: darker or brighter.",
    discussion: """
      A shelf of first order: `-amount` towards 0 Hz, `amount` towards half the sample rate, 0 dB at the pivot. The step
      between takes two decades.
      """,
    example: "in -> tilt -2dB pivot=800Hz -> out",
    arguments: [
      .parameter(
        ParameterSpec(
          "amount", .level, default: nil, in: -24...24, scale: .linear, "Gain of the treble; the bass gets its inverse.")),
      .parameter(
        ParameterSpec("pivot", .frequency, default: 1_000, in: 1...192_000, belowNyquist: true, "Where nothing changes.")),
    ],
    canRunInPlace: true)

  private static func design(_ context: RenderContext) -> SectionDesign { .tilt }

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
