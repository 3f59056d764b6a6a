import CRealtime
import Signal

/// The amplitude of a sound as a signal.
public struct Envelope: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "envelope", category: "Generators",
    summary: "The amplitude of a sound, 1 for full scale, as a signal.",
    discussion: """
      The largest magnitude over the channels, rising within `attack` and falling within `release` (63% of a step); with \
      `detector=rms` the root of the mean square over `release` alone. For side chains that are built by hand, for \
      `ringmod.carrier`, for taps that are looked at.
      """,
    example: """
      shape = envelope attack=1ms release=80ms
      voice = ringmod
      in -> shape -> voice.carrier
      noise pink -> voice -> out
      """,
    arguments: [
      .parameter(ParameterSpec("attack", .time, default: 0.002, in: 0...1, "Until it has risen by 63%.")),
      .parameter(ParameterSpec("release", .time, default: 0.1, in: 0.001...5, "Until it has fallen by 63%.")),
      .structural(StructuralSpec("detector", .word(["peak", "rms"]), default: .word("peak"), "What is measured.")),
    ],
    outputs: [PortSpec("out", .fixed(1), carries: .number)])

  private var ballistics: Ballistics
  private var state = Ballistics.State()
  private var meanSquare = 0.0
  private let isMeanSquare: Bool
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    isMeanSquare = context.configuration.word("detector") == "rms"
    ballistics = Ballistics(attack: context.parameters[0], release: context.parameters[1], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    ballistics = Ballistics(attack: values[0], release: values[1], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let output = block.output(0)
    for n in 0..<block.frameCount {
      var magnitude = 0.0
      for channel in 0..<channelCount { magnitude = max(magnitude, abs(Double(block.input(channel)[n]))) }
      if isMeanSquare {
        let square = magnitude * magnitude
        meanSquare = square.addingProduct(ballistics.release, meanSquare - square)
        output[n] = Float(talea_sqrt(meanSquare))
      } else {
        output[n] = Float(state.next(magnitude, ballistics))
      }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    state = Ballistics.State()
    meanSquare = 0
  }
}
