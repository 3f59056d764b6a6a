import Signal

/// Splits the sound into two bands that add up to a flat response.
public struct Crossover: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "crossover", category: "Filters",
    summary: "Splits the sound into two bands whose sum is flat.",
    discussion: """
      Linkwitz-Riley filters of fourth order: 24 dB per octave, both bands -6.02 dB at the edge and in phase everywhere. Their
      sum has the level of the input at every frequency, within 0.001 dB, and the phase of an allpass. The edge may move; while
      it does, the coefficients are interpolated sample by sample.

      Source: S. H. Linkwitz, "Active crossover networks for noncoincident drivers", JAES 24(1), 1976.
      """,
    example: """
      bands = crossover 250Hz
      in -> bands
      bands.low -> compressor -30dB 3:1 -> out
      bands.high -> out
      """,
    arguments: [
      CrossoverKernel.edge("edge", 1_000, "Between `low` and `high`.")
    ],
    outputs: [PortSpec("low"), PortSpec("high")])

  public static func tail(_ context: RenderContext) -> Tail { CrossoverKernel.tail(context) }
  public static func validate(_ context: RenderContext) throws(EffectError) { try CrossoverKernel.validate(context) }

  private var kernel: CrossoverKernel

  public init(_ context: RenderContext) { kernel = CrossoverKernel(context) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { kernel.apply(values, over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { kernel.process(block) }

  @_noAllocation @_noLocks
  public mutating func reset() { kernel.reset() }
}
