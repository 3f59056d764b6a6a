import CRealtime
import Signal

/// Few bits, few samples.
public struct Crush: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "crush", category: "Distortion",
    summary: "Rounds to few bits and holds samples, as early samplers did.",
    discussion: """
      Rounds to the nearest of `2^bits` steps across full scale, zero among them, and lets a new sample through only `rate` \
      times a second, holding it in between. Folded frequencies are what it is for: nothing keeps them away. `bits` may be a \
      fraction, so that it can move; at a `rate` of the sample rate or above nothing is held.
      """,
    example: "in -> crush 6 rate=8kHz mix=70% -> out",
    arguments: [
      .parameter(ParameterSpec("bits", .number, default: 8, in: 1...24, "Steps across full scale: 2 to the power of it.")),
      .parameter(ParameterSpec("rate", .frequency, default: 192_000, in: 20...384_000, "New samples per second.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "0% is the dry sound alone, 100% the crushed one.")),
    ],
    canRunInPlace: true)

  /// The sample that is held when the input ends.
  public static func tail(_ context: RenderContext) -> Tail {
    .frames(Int((context.framesPerSecond / context.parameters[1]).rounded(.up)) + 1)
  }

  private var steps: LinearRamp
  private var increment: LinearRamp
  private var mix: LinearRamp
  /// Of the next sample to be taken, in samples; one is taken where it reaches 1.
  private var phase = 1.0
  private let held: OwnedBuffer<Float>
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    held = OwnedBuffer(count: channelCount, memory: context.memory)
    steps = LinearRamp(Math.exp2(context.parameters[0] - 1))
    increment = LinearRamp(min(context.parameters[1] / context.framesPerSecond, 1))
    mix = LinearRamp(context.parameters[2])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    steps.retarget(Math.exp2(values[0] - 1), over: frames)
    increment.retarget(min(values[1] / framesPerSecond, 1), over: frames)
    mix.retarget(values[2], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let steps = self.steps.next(), wet = Float(mix.next())
      let isTaken = phase >= 1
      if isTaken { phase -= 1 }
      phase += increment.next()
      for channel in 0..<channelCount {
        let x = block.input(channel)[n]
        if isTaken { held[channel] = Float(talea_rint(Double(x) * steps) / steps) }
        block.output(channel)[n] = ((1 - wet) * x).addingProduct(wet, held[channel])
      }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    steps.snap()
    increment.snap()
    mix.snap()
    phase = 1
    held.clear()
  }
}
