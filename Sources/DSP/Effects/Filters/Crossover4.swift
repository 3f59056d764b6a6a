import Signal

/// Splits the sound into four bands that add up to a flat response.
public struct Crossover4: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "crossover4", category: "Filters",
    summary: "Splits the sound into four bands whose sum is flat.",
    discussion: """
      The bands of `crossover`, three times: `low` below `lower`, `lowmid` up to `middle`, `highmid` up to `upper`, `high` above.
      Each band takes the allpasses of the splits above it, so that the sum of all four has the level of the input at every
      frequency, within 0.001 dB.
      """,
    example: """
      bands = crossover4 120Hz 800Hz 5kHz
      in -> bands
      bands.low -> compressor -30dB 4:1 attack=20ms -> out
      bands.lowmid -> out
      bands.highmid -> compressor -30dB 2:1 -> out
      bands.high -> compressor -36dB 3:1 attack=1ms release=50ms -> out
      """,
    arguments: [
      CrossoverKernel.edge("lower", 120, "Between `low` and `lowmid`."),
      CrossoverKernel.edge("middle", 800, "Between `lowmid` and `highmid`."),
      CrossoverKernel.edge("upper", 5_000, "Between `highmid` and `high`."),
    ],
    outputs: [PortSpec("low"), PortSpec("lowmid"), PortSpec("highmid"), PortSpec("high")])

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
