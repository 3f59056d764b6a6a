import CRealtime
import Signal

/// A sound that wanders from side to side.
public struct AutoPan: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "autopan", category: "Modulation",
    summary: "Moves a sound between left and right.",
    discussion: """
      The position swings as a sine of `rate`, `depth` to each side; it starts in the middle and goes right. Gains have constant \
      power, `cos` and `sin` of a quarter turn, and are 0 dB in the middle. Mono goes to both sides first.
      """,
    example: "in -> autopan 0.5Hz depth=80% -> out",
    arguments: [
      .parameter(ParameterSpec("rate", .frequency, default: 0.5, in: 0.01...20, "Swings per second.")),
      .parameter(ParameterSpec("depth", .ratio, default: 1, in: 0...1, "How far to each side: 100% is one side alone.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  private var turning: Turning
  private var depth: LinearRamp

  public init(_ context: RenderContext) {
    turning = Turning(context.parameters[0], framesPerSecond: context.framesPerSecond)
    depth = LinearRamp(context.parameters[1])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    turning.retarget(values[0], over: frames)
    depth.retarget(values[1], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let scale = talea_sqrt(2)
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let turn = 0.25 * (1 + depth.next(four: count) * Math.sinPi(2 * turning.next(four: count)))
      block.scale(0, frame, count, by: talea_narrow(scale * Math.cosPi(turn)))
      block.scale(1, frame, count, by: talea_narrow(scale * Math.sinPi(turn)))
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    turning.reset()
    depth.snap()
  }
}
