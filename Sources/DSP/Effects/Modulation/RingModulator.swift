import CRealtime
import Signal

/// Multiplication by a sine.
public struct RingModulator: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "ringmod", category: "Modulation",
    summary: "Multiplies by a sine, or by another signal.",
    discussion: """
      Each frequency f of the input becomes f plus and f minus `frequency`. With something connected to `carrier`, that is \
      what the input is multiplied by, and the sine is silent. `mix` goes from the dry sound to the product. The sine starts at \
      0 and rises.
      """,
    example: "in -> ringmod 440Hz mix=60% -> out",
    arguments: [
      .parameter(ParameterSpec("frequency", .frequency, default: 440, in: 0.01...96_000, belowNyquist: true, "Of the sine.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "0% is the dry sound alone, 100% the product.")),
    ],
    inputs: [PortSpec("in"), PortSpec("carrier", .fixed(1), optional: true, "Multiplied by, in place of the sine.")],
    canRunInPlace: true)

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  private var turning: Turning
  private var mix: LinearRamp
  private let channelCount: Int
  private let hasCarrier: Bool

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    hasCarrier = context.isConnected(1)
    turning = Turning(context.parameters[0], framesPerSecond: context.framesPerSecond)
    mix = LinearRamp(context.parameters[1])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    turning.retarget(values[0], over: frames)
    mix.retarget(values[1], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let turns = turning.next(four: count), wet = talea_narrow(mix.next(four: count))
      let carrier = hasCarrier ? load(four: block.input(channelCount) + frame, count) : talea_narrow(Math.sinPi(2 * turns))
      let factor = (1 - wet).addingProduct(wet, carrier)
      for channel in 0..<channelCount { block.scale(channel, frame, count, by: factor) }
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    turning.reset()
    mix.snap()
  }
}
