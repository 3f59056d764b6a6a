import CRealtime
import Signal

/// A level that swings; the swing of each channel may lag behind that of the one before.
public struct Tremolo: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "tremolo", category: "Modulation",
    summary: "Lets the level swing down and up again.",
    discussion: """
      Multiplies every sample by `1 - depth (1 - cos(2 pi rate t)) / 2`: unity at the start of each swing, `1 - depth` in its
      middle. With `spread` each channel is as much of a turn behind the channel before it; at 180 degrees the two sides of
      a stereo sound take turns. `rate` and `depth` ramp sample by sample.
      """,
    example: "in -> tremolo 5Hz depth=60% -> out",
    arguments: [
      .parameter(ParameterSpec("rate", .frequency, default: 5, in: 0.01...100, belowNyquist: true, "Swings per second.")),
      .parameter(ParameterSpec("depth", .ratio, default: 0.5, in: 0...1, "How far down: 100% is silence.")),
      .structural(
        StructuralSpec(
          "spread", .quantity(.angle, 0...360), default: .quantity(0, .angle), "From one channel to the next, in a turn.")),
    ],
    canRunInPlace: true)

  private var turning: Turning
  private var depth: LinearRamp
  /// Turns from one channel to the next.
  private let spread: Double
  private let channelCount: Int

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    spread = context.configuration.quantity("spread") / 360
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
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let half = 0.5 * depth.next(four: count), turns = turning.next(four: count)
      var factor = SIMD4<Float>()
      for channel in 0..<channelCount {
        if channel == 0 || spread != 0 {
          factor = talea_narrow((1 - half).addingProduct(half, Math.cosPi(2 * (turns - spread * Double(channel)))))
        }
        block.scale(channel, frame, count, by: factor)
      }
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    turning.reset()
    depth.snap()
  }
}
