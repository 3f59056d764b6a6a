import Signal

/// Splits the sound into three bands that add up to a flat response.
public struct Crossover3: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "crossover3", category: "Filters",
    summary: "Splits the sound into three bands whose sum is flat.",
    discussion: """
      The bands of `crossover`, twice: `low` below `lower`, `high` above `upper`, `mid` between. `low` takes the allpass of the
      upper split, so that the sum of all three has the level of the input at every frequency, within 0.001 dB. With a
      `compressor` in each band it is a multiband compressor, which `multiband 200Hz 3kHz { …; …; … }` writes in one line.
      """,
    example: """
      bands = crossover3 200Hz 3kHz
      in -> bands
      bands.low -> compressor -30dB 3:1 -> out
      bands.mid -> compressor -28dB 2:1 -> out
      bands.high -> compressor -32dB 2:1 attack=1ms -> out
      """,
    arguments: [
      CrossoverKernel.edge("lower", 200, "Between `low` and `mid`."),
      CrossoverKernel.edge("upper", 3_000, "Between `mid` and `high`."),
    ],
    outputs: [PortSpec("low"), PortSpec("mid"), PortSpec("high")])

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
