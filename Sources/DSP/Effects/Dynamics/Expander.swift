import Dataflow
import Signal

/// Makes quiet sounds quieter by a ratio.
public struct Expander: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "expander", category: "Dynamics",
    summary: "Makes quiet sounds quieter by a ratio.",
    discussion: """
      Below the threshold the output falls by `ratio` dB where the input falls by 1 dB, at most to `range`. It begins to work
      when the level has been below `threshold - hysteresis` for `hold`, and stops as soon as it reaches `threshold`.
      `attack` and `release` are the time constants of the gain going up and down: 63.2% of the way in dB.

      It listens to its input, or to `sidechain` where that is connected, always to the loudest channel; `keyhighpass` and
      `keylowpass` filter what it listens to. `lookahead` delays the sound, not the gain, and counts as latency. The output
      `reduction` is the gain in dB.
      """,
    example: "in -> expander -40dB 2:1 attack=2ms release=150ms range=-30dB -> out",
    arguments: [
      .parameter(ParameterSpec("threshold", .level, default: -40, in: -120...20, scale: .linear, "Where it ends.")),
      .parameter(ParameterSpec("ratio", .number, default: 2, in: 1...100, scale: .log, "dB out for one dB in.")),
      .parameter(ParameterSpec("attack", .time, default: 0.002, in: 0...2, "Time constant of the gain going up.")),
      .parameter(ParameterSpec("release", .time, default: 0.1, in: 0...10, "Time constant of the gain going down.")),
      .parameter(ParameterSpec("hold", .time, default: 0, in: 0...10, "How long it waits after the last loud frame.")),
      .parameter(
        ParameterSpec("hysteresis", .level, default: 0, in: 0...60, scale: .linear, "How far below the threshold it begins.")),
      .parameter(ParameterSpec("range", .level, default: -40, in: -120...0, scale: .linear, "The lowest gain.")),
    ] + ExpansionKernel.arguments,
    inputs: ExpansionKernel.inputs, outputs: ExpansionKernel.outputs)

  public static func latency(_ context: RenderContext) -> Rational { ExpansionKernel.latency(context) }
  public static func validate(_ context: RenderContext) throws(EffectError) { try KeyDetector.validate(context) }

  private var kernel: ExpansionKernel

  public init(_ context: RenderContext) {
    kernel = ExpansionKernel(context)
    context.withParameterValues { kernel.set(Self.settings($0), over: 0) }
    kernel.reset()
  }

  @_noAllocation @_noLocks
  private static func settings(_ values: ParameterValues) -> ExpansionKernel.Settings {
    ExpansionKernel.Settings(
      threshold: values[0], hysteresis: values[5], attack: values[2], hold: values[4], release: values[3], range: values[6],
      slope: values[1] - 1, isGate: false)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { kernel.set(Self.settings(values), over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { kernel.process(block) }

  @_noAllocation @_noLocks
  public mutating func reset() { kernel.reset() }
}
