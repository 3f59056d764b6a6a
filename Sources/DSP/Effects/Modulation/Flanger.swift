import Signal

/// A short delay that sweeps.
public struct Flanger: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "flanger", category: "Modulation",
    summary: "Adds the sound again after a short delay that sweeps.",
    discussion: """
      The delay swings as a sine between `delay` and `delay + depth`; the sum has notches (with positive `mix`) at odd multiples \
      of half its inverse. `feedback` returns the delayed sound to its input and sharpens the peaks; negative values move them \
      by half their distance. With `spread` each channel is so much of a turn behind the one before. The output is \
      `x + mix wet`, divided by `1 + |mix|`.
      """,
    example: "in -> flanger 0.25Hz depth=4ms feedback=60% -> out",
    arguments: [
      .parameter(ParameterSpec("rate", .frequency, default: 0.25, in: 0.01...20, "Sweeps per second.")),
      .parameter(
        ParameterSpec("depth", .time, default: 0.004, in: 0...0.02, smoothing: 0.1, "From the shortest to the longest delay.")),
      .parameter(ParameterSpec("delay", .time, default: 0.000_5, in: 0.000_1...0.02, smoothing: 0.1, "The shortest delay.")),
      .parameter(ParameterSpec("feedback", .ratio, default: 0.5, in: -0.95...0.95, "How much of the delayed sound returns.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: -1...1, "How much of the delayed sound is added.")),
      .structural(
        StructuralSpec(
          "spread", .quantity(.angle, 0...360), default: .quantity(90, .angle), "From one channel to the next, in a turn.")),
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    let longest =
      Int(((context.parameters[1] + context.parameters[2]) * context.framesPerSecond).rounded(.up)) + FractionalRead.reach + 1
    let feedback = abs(context.parameters[3])
    guard feedback > 0 else { return .frames(longest) }
    return .rings(bound: longest * (Int(Math.log(1e-13 * (1 - feedback)) / Math.log(feedback)) + 2))
  }

  private var line: MovingLine
  private var turning: Turning
  private var depth: LinearRamp
  private var delay: LinearRamp
  private var feedback: LinearRamp
  private var mix: LinearRamp
  /// Of four frames, for each channel.
  private let delays: OwnedBuffer<SIMD4<Double>>
  private let spread: Double
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    spread = context.configuration.quantity("spread") / 360
    line = MovingLine(channels: channelCount, reach: 0.04 * framesPerSecond + 1, memory: context.memory)
    delays = OwnedBuffer(count: channelCount, memory: context.memory)
    turning = Turning(context.parameters[0], framesPerSecond: framesPerSecond)
    depth = LinearRamp(context.parameters[1] * framesPerSecond)
    delay = LinearRamp(context.parameters[2] * framesPerSecond)
    feedback = LinearRamp(context.parameters[3])
    mix = LinearRamp(context.parameters[4])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    turning.retarget(values[0], over: frames)
    depth.retarget(values[1] * framesPerSecond, over: frames)
    delay.retarget(values[2] * framesPerSecond, over: frames)
    feedback.retarget(values[3], over: frames)
    mix.retarget(values[4], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let depth = self.depth.next(four: count), delay = self.delay.next(four: count), turns = turning.next(four: count)
      for channel in 0..<channelCount {
        let share = 0.5 - 0.5 * Math.cosPi(2 * (turns - spread * Double(channel)))
        delays[channel] = delay.addingProduct(depth, share)
      }
      for n in frame..<frame + count {
        let returned = Float(feedback.next()), wet = Float(mix.next())
        let scale = 1 / (1 + abs(wet))
        for channel in 0..<channelCount {
          let x = block.input(channel)[n]
          // What returns was fed at least one frame ago.
          line.write(channel, x)
          let delayed = line.read(channel, FractionalRead(max(1, delays[channel][n - frame])))
          line.write(channel, x.addingProduct(returned, delayed))
          block.output(channel)[n] = x.addingProduct(wet, delayed) * scale
        }
        line.advance()
      }
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    turning.reset()
    depth.snap()
    delay.snap()
    feedback.snap()
    mix.snap()
  }
}
