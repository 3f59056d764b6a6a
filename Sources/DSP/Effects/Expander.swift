import Signal

/// Makes quiet sounds quieter.
public struct Expander: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "expander", category: "Dynamics",
    summary: "Lowers what is quieter than a threshold by a ratio.",
    discussion: """
      For each dB that the level (of the loudest channel, or of `sidechain`) lies below `threshold`, the sound is lowered by \
      `ratio - 1` dB, at most by `range`, with a parabola over `knee`. The gain comes up within `attack`, stays for `hold` and \
      goes down within `release` (63% of a step).
      """,
    example: "in -> expander -40dB ratio=2:1 range=-24dB -> out",
    arguments: [
      .parameter(ParameterSpec("threshold", .level, default: -40, in: -100...0, scale: .linear, "Where it begins.")),
      .parameter(ParameterSpec("ratio", .number, default: 2, in: 1...20, scale: .log, "How many dB out one dB in makes, below.")),
      .parameter(ParameterSpec("knee", .level, default: 6, in: 0...40, scale: .linear, "Over how many dB the curve bends.")),
      .parameter(ParameterSpec("attack", .time, default: 0.005, in: 0...1, "Until the gain has come up by 63%.")),
      .parameter(ParameterSpec("hold", .time, default: 0.02, in: 0...2, "How long it stays up.")),
      .parameter(ParameterSpec("release", .time, default: 0.15, in: 0.001...5, "Until it has gone down by 63%.")),
      .parameter(ParameterSpec("range", .level, default: -60, in: -120...0, scale: .linear, "The lowest gain.")),
    ],
    inputs: [PortSpec("in"), PortSpec("sidechain", .free, optional: true, "Measured in place of the input.")], canRunInPlace: true
  )

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  /// Mirrored: what lies below the threshold takes the place of what lies above.
  @_noAllocation @_noLocks
  private static func curve(_ values: ParameterValues) -> GainCurve {
    GainCurve(threshold: -values[0], slope: values[1] - 1, knee: values[2])
  }

  @_noAllocation @_noLocks
  private static func ballistics(_ values: ParameterValues, _ framesPerSecond: Double) -> Ballistics {
    Ballistics(attack: values[3], release: values[5], hold: values[4], framesPerSecond: framesPerSecond)
  }

  private var curve: MovingGainCurve
  private var range: LinearRamp
  private var ballistics: Ballistics
  private var state = Ballistics.State()
  private let channelCount: Int
  private let measured: Range<Int>
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let rate = context.framesPerSecond
    framesPerSecond = rate
    channelCount = context.inputChannels[0]
    measured = context.isConnected(1) ? channelCount..<channelCount + context.inputChannels[1] : 0..<channelCount
    curve = context.withParameterValues { MovingGainCurve(Self.curve($0)) }
    range = LinearRamp(context.parameters[6])
    ballistics = context.withParameterValues { Self.ballistics($0, rate) }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    curve.retarget(Self.curve(values), over: frames)
    range.retarget(values[6], over: frames)
    ballistics = Self.ballistics(values, framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      var magnitude = 0.0
      for channel in measured { magnitude = max(magnitude, abs(Double(block.input(channel)[n]))) }
      let level = Math.decibels(amplitude: max(magnitude, 1e-10))
      // Counted up from the lowest gain, so that a louder sound is a rise: the attack.
      let range = self.range.next()
      let gain = max(-curve.next().reduction(-level), range)
      let smoothed = range + state.next(gain - range, ballistics)
      let factor = Float(Math.amplitude(decibels: smoothed))
      for channel in 0..<channelCount { block.output(channel)[n] = block.input(channel)[n] * factor }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    curve.snap()
    range.snap()
    state = Ballistics.State()
  }
}
