import Signal

/// A level as a signal that drives parameters.
public struct Follower: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "follower", category: "Generators",
    summary: "Turns the level of a sound into a value between two ends, to drive parameters.",
    discussion: """
      The level of the loudest channel, in dB, rises within `attack` and falls within `release` (63% of a step). At `floor` or \
      below the value is `from`, at `ceiling` or above it is `to`, in between in proportion to the dB, on the scale of the \
      parameter that it drives (a cutoff moves in equal steps of pitch). Units are those of that parameter.
      """,
    example: """
      touch = follower from=300Hz to=3kHz floor=-40dB ceiling=-6dB
      wah = bandpass q=3
      in -> touch -> wah.frequency
      in -> wah -> out
      """,
    arguments: [
      .parameter(ParameterSpec("attack", .time, default: 0.01, in: 0...1, "Until it has risen by 63%.")),
      .parameter(ParameterSpec("release", .time, default: 0.15, in: 0.001...5, "Until it has fallen by 63%.")),
      .structural(StructuralSpec("from", .anyQuantity, default: .quantity(0, .number), "The value of quiet sounds.")),
      .structural(StructuralSpec("to", .anyQuantity, default: .quantity(1, .number), "The value of loud sounds.")),
      .structural(StructuralSpec("floor", .quantity(.level, -120...0), default: .quantity(-60, .level), "What is quiet.")),
      .structural(StructuralSpec("ceiling", .quantity(.level, -100...24), default: .quantity(0, .level), "What is loud.")),
    ],
    outputs: [PortSpec("out", .fixed(1), carries: .number)])

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let configuration = context.configuration
    try DrivenValue.validate(configuration)
    if configuration.quantity("floor") >= configuration.quantity("ceiling") {
      throw EffectError("`floor` must lie below `ceiling`")
    }
  }

  private var ballistics: Ballistics
  private var state = Ballistics.State()
  private let channelCount: Int
  private let floor: Double
  private let span: Double
  private let value: DrivenValue
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let configuration = context.configuration
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    floor = configuration.quantity("floor")
    span = configuration.quantity("ceiling") - floor
    value = DrivenValue(configuration)
    ballistics = Ballistics(attack: context.parameters[0], release: context.parameters[1], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    ballistics = Ballistics(attack: values[0], release: values[1], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let output = block.output(0)
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let loudest = block.loudest(channelCount, frame, count)
      let levels = Math.decibels(amplitude: loudest.replacing(with: 1e-10, where: loudest .< 1e-10)) - floor
      var shares = SIMD4<Double>()
      for n in 0..<count { shares[n] = state.next(min(max(levels[n] / span, 0), 1), ballistics) }
      store(value(shares), output + frame, count)
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() { state = Ballistics.State() }
}
