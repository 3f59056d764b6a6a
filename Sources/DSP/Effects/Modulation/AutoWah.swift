import Signal

/// A wah that follows the level of the sound.
public struct AutoWah: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "autowah", category: "Modulation",
    summary: "A wah that opens as far as the sound is loud.",
    discussion: """
      The level of the loudest channel, in dB, rises within `attack` and falls within `release`. At -40 dB less `sensitivity` and
      below, the centre is `low`, 40 dB above that `high`, in equal steps of pitch between; a `high` below `low` moves it down.
      The gain at the centre is 0 dB.
      """,
    example: "in -> autowah sensitivity=6dB q=5 -> out",
    arguments: [
      .parameter(
        ParameterSpec("sensitivity", .level, default: 0, in: -40...40, scale: .linear, "More opens it for quieter sounds.")),
      .parameter(ParameterSpec("attack", .time, default: 0.005, in: 0.0005...1, "Until it has risen by 63%.")),
      .parameter(ParameterSpec("release", .time, default: 0.12, in: 0.001...5, "Until it has fallen by 63%.")),
      .parameter(ParameterSpec("q", .number, default: 4, in: 0.5...20, scale: .log, "Resonance.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "How much of the output has gone through the filter.")),
      .structural(StructuralSpec("low", .quantity(.frequency, 50...10_000), default: .quantity(350, .frequency), "When quiet.")),
      .structural(
        StructuralSpec("high", .quantity(.frequency, 50...10_000), default: .quantity(2_200, .frequency), "When loud.")),
    ],
    canRunInPlace: true)

  private static var range: Double { @_transparent @_noAllocation @_noLocks get { 40 } }

  public static func tail(_ context: RenderContext) -> Tail {
    let configuration = context.configuration
    return WahFilter.tail(
      lowest: min(configuration.quantity("low"), configuration.quantity("high")), q: context.parameters[3],
      framesPerSecond: context.framesPerSecond)
  }

  private var filter: WahFilter
  private var ballistics: Ballistics
  private var state = Ballistics.State()
  private var sensitivity: LinearRamp
  private var damping: LinearRamp
  private var mix: LinearRamp
  private let lowest: Double
  private let span: Double
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    filter = WahFilter(
      channels: context.inputChannels[0], framesPerSecond: context.framesPerSecond, memory: context.memory)
    let low = Math.log2(context.configuration.quantity("low")), high = Math.log2(context.configuration.quantity("high"))
    lowest = low
    span = high - low
    sensitivity = LinearRamp(context.parameters[0])
    ballistics = Ballistics(
      attack: context.parameters[1], release: context.parameters[2], framesPerSecond: context.framesPerSecond)
    damping = LinearRamp(1 / context.parameters[3])
    mix = LinearRamp(context.parameters[4])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    sensitivity.retarget(values[0], over: frames)
    ballistics = Ballistics(attack: values[1], release: values[2], framesPerSecond: framesPerSecond)
    damping.retarget(1 / values[3], over: frames)
    mix.retarget(values[4], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let loudest = block.loudest(filter.channelCount, frame, count)
      let levels =
        Math.decibels(amplitude: loudest.replacing(with: 1e-10, where: loudest .< 1e-10)) + Self.range
        + sensitivity.next(four: count)
      var shares = SIMD4<Double>()
      for n in 0..<count { shares[n] = state.next(min(max(levels[n] / Self.range, 0), 1), ballistics) }
      let tangents = filter.tangents(octaves: SIMD4(repeating: lowest).addingProduct(span, shares))
      for n in 0..<count {
        filter.tune(tangent: tangents[n], damping: damping.next())
        let mix = self.mix.next()
        for channel in 0..<filter.channelCount {
          let x = Double(block.input(channel)[frame + n])
          block.output(channel)[frame + n] = Float(x.addingProduct(mix, filter.next(channel, x) - x))
        }
      }
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    filter.reset()
    state = Ballistics.State()
    sensitivity.snap()
    damping.snap()
    mix.snap()
  }
}
