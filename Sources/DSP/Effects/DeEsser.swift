import Signal

/// Lowers sharp consonants.
public struct DeEsser: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "deesser", category: "Dynamics",
    summary: "Compresses the highs alone, when they are too loud.",
    discussion: """
      A first-order split at `frequency` whose halves add up to the input exactly; the upper half is compressed above \
      `threshold` by `ratio`, at most by `range`, all channels by the same. Below the threshold the output is the input.
      """,
    example: "in -> deesser 6kHz threshold=-30dB ratio=4:1 -> out",
    arguments: [
      .parameter(
        ParameterSpec("frequency", .frequency, default: 6_000, in: 1_000...20_000, belowNyquist: true, "Where the highs begin.")),
      .parameter(ParameterSpec("threshold", .level, default: -30, in: -80...0, scale: .linear, "Of the highs.")),
      .parameter(ParameterSpec("ratio", .number, default: 4, in: 1...100, scale: .log, "How many dB in make one dB out.")),
      .parameter(ParameterSpec("range", .level, default: -12, in: -60...0, scale: .linear, "The lowest gain of the highs.")),
      .parameter(ParameterSpec("attack", .time, default: 0.001, in: 0...0.1, "Until the gain has gone down by 63%.")),
      .parameter(ParameterSpec("release", .time, default: 0.06, in: 0.001...1, "Until it has come back by 63%.")),
    ],
    canRunInPlace: true)

  private struct Channel: BitwiseCopyable {
    var input = 0.0
    var low = 0.0
    var high = 0.0
  }

  public static func tail(_ context: RenderContext) -> Tail {
    .frames(decayFrameCount(of: [.lowpass1(context.parameters[0], context.framesPerSecond)]))
  }

  private var split: (feed: LinearRamp, back: LinearRamp)
  private var curve: MovingGainCurve
  private var range: LinearRamp
  private var ballistics: Ballistics
  private var state = Ballistics.State()
  private let channels: OwnedBuffer<Channel>
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let parameters = context.parameters
    framesPerSecond = context.framesPerSecond
    channels = OwnedBuffer(count: context.inputChannels[0], memory: context.memory)
    let lowpass = BiquadCoefficients.lowpass1(parameters[0], framesPerSecond)
    split = (LinearRamp(lowpass.b0), LinearRamp(-lowpass.a1))
    curve = MovingGainCurve(GainCurve(threshold: parameters[1], ratio: parameters[2], knee: 3))
    range = LinearRamp(parameters[3])
    ballistics = Ballistics(attack: parameters[4], release: parameters[5], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    let lowpass = BiquadCoefficients.lowpass1(values[0], framesPerSecond)
    split.feed.retarget(lowpass.b0, over: frames)
    split.back.retarget(-lowpass.a1, over: frames)
    curve.retarget(GainCurve(threshold: values[1], ratio: values[2], knee: 3), over: frames)
    range.retarget(values[3], over: frames)
    ballistics = Ballistics(attack: values[4], release: values[5], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let feed = split.feed.next(), back = split.back.next()
      var magnitude = 0.0
      for channel in 0..<channels.count {
        let x = Double(block.input(channel)[n]), memory = channels[channel]
        let low = (feed * (x + memory.input)).addingProduct(back, memory.low)
        channels[channel] = Channel(input: x, low: low, high: x - low)
        magnitude = max(magnitude, abs(x - low))
      }
      let reduction = state.next(curve.next().reduction(Math.decibels(amplitude: max(magnitude, 1e-10))), ballistics)
      let taken = 1 - Math.amplitude(decibels: max(-reduction, range.next()))
      for channel in 0..<channels.count {
        block.output(channel)[n] = Float(channels[channel].input.addingProduct(-taken, channels[channel].high))
      }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    split.feed.snap()
    split.back.snap()
    curve.snap()
    range.snap()
    state = Ballistics.State()
    for channel in 0..<channels.count { channels[channel] = Channel() }
  }
}
