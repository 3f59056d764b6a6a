import CRealtime
import Signal

/// Lowers sharp consonants only where they are loud.
public struct Deesser: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "deesser", category: "Dynamics",
    summary: "Lowers the high band only where it is loud: sharp consonants.",
    discussion: """
      Listens to what lies above `frequency` (a Butterworth highpass of second order) and, where that is above the threshold,
      takes away from the sound as much of that band as the ratio asks for, at most to `range`. What does not hiss passes bit
      for bit. `attack` and `release` are time constants: 63.2% of the way in dB. All channels have the gain of the
      loudest. `reduction` is the gain of the band in dB.
      """,
    example: "in -> deesser 6kHz -32dB 4:1 range=-12dB -> out",
    arguments: [
      .structural(
        StructuralSpec(
          "frequency", .quantity(.frequency, 500...20_000), default: .quantity(6_000, .frequency), "Where the band begins.")),
      .parameter(ParameterSpec("threshold", .level, default: -30, in: -100...20, scale: .linear, "Of the band's peaks.")),
      .parameter(ParameterSpec("ratio", .number, default: 4, in: 1...100, scale: .log, "dB in for one dB out.")),
      .parameter(ParameterSpec("attack", .time, default: 0.001, in: 0...1, "Time constant of the gain going down.")),
      .parameter(ParameterSpec("release", .time, default: 0.06, in: 0...5, "Time constant of the gain coming back.")),
      .parameter(ParameterSpec("range", .level, default: -18, in: -60...0, scale: .linear, "The lowest gain of the band.")),
    ],
    outputs: [PortSpec("out"), PortSpec("reduction", .fixed(1), carries: .level, "The gain of the band in dB, 0 or below.")])

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let frequency = context.configuration.quantity("frequency")
    if frequency >= context.framesPerSecond / 2 {
      throw EffectError(
        "`frequency` is \(frequency) Hz, but half the sample rate is \(context.framesPerSecond / 2) Hz",
        help: "choose a lower frequency", argument: "frequency")
    }
  }

  public static func tail(_ context: RenderContext) -> Tail {
    let w = CornerAngle(context.configuration.quantity("frequency"), context.framesPerSecond)
    return .frames(decayFrameCount(of: [.highpass(w, q: FilterKind.butterworthQ)]))
  }

  private var threshold: LinearRamp
  private var ratio: LinearRamp
  private var range: LinearRamp
  private var times: GainTimes
  private var detector: KeyDetector
  private var envelope = GainEnvelope(0)
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let channels = context.inputChannels[0]
    framesPerSecond = context.framesPerSecond
    channelCount = channels
    detector = KeyDetector(
      firstInput: 0, channels: channels, highpass: context.configuration.quantity("frequency"), context)
    threshold = LinearRamp(context.parameters[0])
    ratio = LinearRamp(context.parameters[1])
    range = LinearRamp(context.parameters[4])
    times = GainTimes(
      attack: context.parameters[2], hold: 0, release: context.parameters[3], context.framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    threshold.retarget(values[0], over: frames)
    ratio.retarget(values[1], over: frames)
    range.retarget(values[4], over: frames)
    times = GainTimes(attack: values[2], hold: 0, release: values[3], framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let reduction = block.output(channelCount)
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      detector.listen(block, frame, count)
      let loudest = detector.measure(count)
      let curve = GainCurve(
        threshold: threshold.next(four: count), knee: SIMD4(), slope: 1 - 1 / ratio.next(four: count))
      let wanted = curve.gain(loudest), least = range.next(four: count)
      let decibels = envelope.follow(
        least.replacing(with: wanted, where: wanted .>= least), count, attacksDown: true, times)
      let change = talea_amplitude(decibels) - 1
      // The detector has left the band that it listened to in its samples.
      for channel in 0..<channelCount {
        let sound = talea_widen(load(four: block.input(channel) + frame, count))
        let quieter = sound.addingProduct(change, detector.samples[channel])
        store(talea_narrow(quieter), block.output(channel) + frame, count)
      }
      store(talea_narrow(decibels), reduction + frame, count)
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    threshold.snap()
    ratio.snap()
    range.snap()
    detector.reset()
    envelope = GainEnvelope(0)
  }
}
