import CRealtime
import Signal

/// White and pink noise.
public struct Noise: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "noise", category: "Generators",
    summary: "White or pink noise, the same for the same seed.",
    discussion: """
      `level` is the RMS level, 0 dB being that of a full-scale square wave. White noise is uniform, so its peak lies 4.77 dB
      above. Pink noise falls by 3.01 dB per octave, within 0.1 dB from 20 Hz to 0.4 of the sample rate: white noise through
      a ladder of alternating real poles and zeros. Every channel is noise of its own; a sample depends
      on seed, channel and position alone.
      """,
    example: "noise pink level=-30dB -> lowpass 4kHz -> out",
    arguments: [
      .structural(StructuralSpec("colour", .word(["white", "pink"]), default: .word("white"), "The spectrum.")),
      .parameter(ParameterSpec("level", .level, default: -20, in: -.infinity...0, "RMS level.")),
      .structural(StructuralSpec("channels", .integer(1...64), default: .integer(1), "How many.")),
      .structural(StructuralSpec("seed", .seed, default: nil, "Another seed is another noise.")),
    ],
    inputs: [], outputs: [PortSpec("out", .free)], isGenerator: true)

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [configuration.integer("channels")]
  }

  private var factor: LinearRamp
  private let unit: Double
  private let sources: OwnedBuffer<CounterNoise>
  private let channelCount: Int
  private let ladder: PinkLadder

  public init(_ context: RenderContext) {
    channelCount = context.outputChannels[0]
    sources = OwnedBuffer(count: channelCount, memory: context.memory)
    let seed = context.configuration.integer("seed")
    for channel in 0..<channelCount { sources.base[channel] = CounterNoise(seed: seed, stream: channel) }
    let isPink = context.configuration.word("colour") == "pink"
    ladder = PinkLadder(
      isPink: isPink, framesPerSecond: context.framesPerSecond, channelCount: channelCount, memory: context.memory)
    // A uniform sample in -1..<1 has a mean square of a third.
    unit = talea_sqrt(3) * ladder.normalisation
    factor = LinearRamp(context.withParameterValues { Math.amplitude(decibels: $0[0]) })
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    factor.retarget(Math.amplitude(decibels: values[0]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for channel in 0..<channelCount {
      let output = block.output(channel)
      let source = sources.base[channel]
      for n in 0..<block.frameCount { output[n] = source.sample(block.position + n) }
      ladder.process(output, block.frameCount, channel)
      for n in 0..<block.frameCount { output[n] = Float(Double(output[n]) * (unit * factor.value(ahead: n))) }
    }
    factor.advance(block.frameCount)
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    factor.snap()
    ladder.reset()
  }
}
