import CRealtime
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
  /// Of eight frames, for each channel.
  private let delays: OwnedBuffer<LaneDelays>
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
      let count = findDelays(line.batch(of: block.frameCount - frame))
      let returned = feedback.next(eight: count), wet = mix.next(eight: count)
      let scale = talea_inverse8(talea_add(SIMD8(repeating: 1), magnitude(wet)))
      for channel in 0..<channelCount {
        let x = load(block.input(channel) + frame, count), delayed = line.read(channel, delays[channel])
        line.write(channel, talea_fused8(returned, delayed, x), count)
        store(talea_product8(talea_fused8(wet, delayed, x), scale), block.output(channel) + frame, count)
      }
      line.advance(count)
      frame += count
    }
  }

  /// Finds the delays of the next frames, at most `longest`, and moves on by as many as can be read together: what returns
  /// was fed before them.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func findDelays(_ longest: Int) -> Int {
    var (depth, delay, turning) = (self.depth, self.delay, self.turning)
    let depths = depth.nextFrames(8), shortest = delay.nextFrames(8), turns = turning.nextFrames(8)
    let half = SIMD4<Double>(repeating: 0.5)
    let middle = (
      early: talea_fused4(half, depths.early, shortest.early), late: talea_fused4(half, depths.late, shortest.late)
    )
    var least = Int32.max
    for channel in 0..<channelCount {
      if channel > 0 && spread == 0 {
        delays[channel] = delays[0]
        continue
      }
      // Minus the cosine: a sine a quarter of a turn before.
      let offset = SIMD4<Double>(repeating: -0.25 - spread * Double(channel))
      let early = talea_product4(half, talea_sine_of_turns(talea_sum4(turns.early, offset)))
      let late = talea_product4(half, talea_sine_of_turns(talea_sum4(turns.late, offset)))
      delays[channel] = LaneDelays(
        talea_fused4(early, depths.early, middle.early), talea_fused4(late, depths.late, middle.late), least: 1)
      least = min(least, talea_least_lane(delays[channel].whole))
    }
    let count = max(1, min(longest, Int(least) - FractionalRead.reach + 1))
    _ = (self.depth.nextFrames(count), self.delay.nextFrames(count), self.turning.nextFrames(count))
    return count
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
