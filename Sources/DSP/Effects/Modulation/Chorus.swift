import CRealtime
import Signal

/// Copies of the sound that drift against it.
public struct Chorus: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "chorus", category: "Modulation",
    summary: "Adds copies of the sound whose delays swing.",
    discussion: """
      `voices` copies are delayed by `delay` plus `depth` times a sine; each voice is an equal share of a turn behind the one \
      before, and with `spread` so is each channel behind the channel before. The copies add up to the level of one: each is \
      scaled by one over the square root of their number. `(1 - mix) dry + mix wet`. Between frames 16-point Lagrange \
      interpolation reads the past, as in `delay`.
      """,
    example: "in -> chorus 0.8Hz depth=3ms voices=3 mix=40% -> out",
    arguments: [
      .parameter(ParameterSpec("rate", .frequency, default: 0.8, in: 0.01...20, "Swings per second.")),
      .parameter(
        ParameterSpec("depth", .time, default: 0.002, in: 0...0.02, smoothing: 0.1, "How far the delay swings to each side.")),
      .parameter(
        ParameterSpec("delay", .time, default: 0.015, in: 0.001...0.05, smoothing: 0.1, "The delay around which it swings.")),
      .parameter(ParameterSpec("mix", .ratio, default: 0.5, in: 0...1, "0% is the dry sound alone, 100% the copies.")),
      .structural(StructuralSpec("voices", .integer(1...8), default: .integer(3), "How many copies.")),
      .structural(
        StructuralSpec(
          "spread", .quantity(.angle, 0...360), default: .quantity(90, .angle), "From one channel to the next, in a turn.")),
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    .frames(Int(((context.parameters[1] + context.parameters[2]) * context.framesPerSecond).rounded(.up)) + FractionalRead.reach)
  }

  /// An angle, by its sine and cosine.
  private struct Offset: BitwiseCopyable {
    let sine: Double
    let cosine: Double

    init(turns: Double) {
      sine = Math.sinPi(2 * turns)
      cosine = Math.cosPi(2 * turns)
    }
  }

  private var line: MovingLine
  private var turning: Turning
  private var depth: LinearRamp
  private var delay: LinearRamp
  private var mix: LinearRamp
  private let voices: Int
  private let level: Float
  /// Of each channel's voices, from the first channel's first.
  private let offsets: OwnedBuffer<Offset>
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    voices = context.configuration.integer("voices")
    level = Float(1 / talea_sqrt(Double(voices)))
    offsets = OwnedBuffer(count: channelCount * voices, memory: context.memory)
    let spread = context.configuration.quantity("spread") / 360
    for channel in 0..<channelCount {
      for voice in 0..<voices {
        offsets[channel * voices + voice] = Offset(turns: -Double(voice) / Double(voices) - spread * Double(channel))
      }
    }
    line = MovingLine(channels: channelCount, reach: 0.07 * framesPerSecond + 1, memory: context.memory)
    turning = Turning(context.parameters[0], framesPerSecond: framesPerSecond)
    depth = LinearRamp(context.parameters[1] * framesPerSecond)
    delay = LinearRamp(context.parameters[2] * framesPerSecond)
    mix = LinearRamp(context.parameters[3])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    turning.retarget(values[0], over: frames)
    depth.retarget(values[1] * framesPerSecond, over: frames)
    delay.retarget(values[2] * framesPerSecond, over: frames)
    mix.retarget(values[3], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let quarter = SIMD4<Double>(repeating: 0.25)
    var frame = 0
    while frame < block.frameCount {
      let count = line.batch(of: block.frameCount - frame)
      let depth = self.depth.nextFrames(count), delay = self.delay.nextFrames(count)
      let wet = mix.next(eight: count), dry = talea_subtract(SIMD8(repeating: 1), wet)
      let turns = turning.nextFrames(count)
      let early = (
        sine: talea_product4(depth.early, talea_sine_of_turns(turns.early)),
        cosine: talea_product4(depth.early, talea_sine_of_turns(talea_sum4(turns.early, quarter)))
      )
      let late = (
        sine: talea_product4(depth.late, talea_sine_of_turns(turns.late)),
        cosine: talea_product4(depth.late, talea_sine_of_turns(talea_sum4(turns.late, quarter)))
      )
      for channel in 0..<channelCount {
        let x = load(block.input(channel) + frame, count)
        line.write(channel, x, count)
        var sum = SIMD8<Float>()
        for voice in channel * voices..<(channel + 1) * voices {
          // The sine of a sum: one sine and cosine serve all copies.
          let (sine, cosine) = (SIMD4(repeating: offsets[voice].sine), SIMD4(repeating: offsets[voice].cosine))
          let delays = LaneDelays(
            talea_fused4(early.cosine, sine, talea_fused4(early.sine, cosine, delay.early)),
            talea_fused4(late.cosine, sine, talea_fused4(late.sine, cosine, delay.late)), least: 0)
          sum = talea_add(sum, line.read(channel, delays))
        }
        let copies = talea_product8(sum, SIMD8(repeating: level))
        store(talea_fused8(wet, copies, talea_product8(dry, x)), block.output(channel) + frame, count)
      }
      line.advance(count)
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    turning.reset()
    depth.snap()
    delay.snap()
    mix.snap()
  }
}
