import Signal

/// Gives a closed loudspeaker another resonance and another Q.
public struct LinkwitzTransform: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "linkwitztransform", category: "Filters",
    summary: "Gives a closed loudspeaker another resonance and another Q.",
    discussion: """
      Cancels the resonance of second order that the loudspeaker has (`from`, `fromq`) and puts the wanted one in its place
      (`to`, `toq`). Towards 0 Hz the gain is 40 dB per decade between the two: `from=80Hz to=30Hz` asks the amplifier and
      the cone for 17 dB more.
      Source: S. Linkwitz, Loudspeaker system design, Wireless World 84, 1978.
      """,
    example: "in -> linkwitztransform 75Hz 1.1 32Hz 0.7 -> out",
    arguments: [
      .parameter(
        ParameterSpec("from", .frequency, default: nil, in: 1...192_000, belowNyquist: true, "The resonance of the loudspeaker.")),
      .parameter(ParameterSpec("fromq", .number, default: 0.707, in: 0.1...10, scale: .log, "The Q of the loudspeaker.")),
      .parameter(ParameterSpec("to", .frequency, default: nil, in: 1...192_000, belowNyquist: true, "The wanted resonance.")),
      .parameter(ParameterSpec("toq", .number, default: 0.707, in: 0.1...10, scale: .log, "The wanted Q.")),
    ],
    canRunInPlace: true)

  private static func design(_ context: RenderContext) -> SectionDesign { .linkwitzTransform }

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
