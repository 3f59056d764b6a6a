import Dataflow
import Signal

/// Closes where the sound is quiet.
public struct Gate: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "gate", category: "Dynamics",
    summary: "Closes where the sound is quiet, and opens where it is loud.",
    discussion: """
      Opens as soon as the level reaches `threshold` and closes when it has been below `threshold - hysteresis` for `hold`; in
      between it stays as it is, so that a level near the threshold does not make it flutter. Open it passes the sound as it
      is, closed it lowers it to `range`. `attack` and `release` are the time constants of opening and closing: 63.2% of the
      way in dB.

      It listens to its input, or to `sidechain` where that is connected, always to the loudest channel; `keyhighpass` and
      `keylowpass` filter what it listens to. `lookahead` delays the sound, not the gain, and counts as latency: the start
      of a word is not cut. The output `reduction` is the gain in dB.
      """,
    example: "in -> gate -45dB hysteresis=6dB attack=1ms hold=30ms release=80ms range=-60dB -> out",
    arguments: [
      .parameter(ParameterSpec("threshold", .level, default: -45, in: -120...20, scale: .linear, "Where it opens.")),
      .parameter(
        ParameterSpec("hysteresis", .level, default: 6, in: 0...60, scale: .linear, "How far below that it closes.")),
      .parameter(ParameterSpec("attack", .time, default: 0.001, in: 0...2, "Time constant of opening.")),
      .parameter(ParameterSpec("hold", .time, default: 0.02, in: 0...10, "How long it stays open after the last loud frame.")),
      .parameter(ParameterSpec("release", .time, default: 0.1, in: 0...10, "Time constant of closing.")),
      .parameter(ParameterSpec("range", .level, default: -80, in: -120...0, scale: .linear, "The gain when closed.")),
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

  /// A gate is an expander whose ratio has no bound.
  @_noAllocation @_noLocks
  private static func settings(_ values: ParameterValues) -> ExpansionKernel.Settings {
    ExpansionKernel.Settings(
      threshold: values[0], hysteresis: values[1], attack: values[2], hold: values[3], release: values[4], range: values[5],
      slope: 0, isGate: true)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { kernel.set(Self.settings(values), over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { kernel.process(block) }

  @_noAllocation @_noLocks
  public mutating func reset() { kernel.reset() }
}
