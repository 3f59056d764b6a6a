import Dataflow
import Signal

/// The sound and its past, a period apart.
public struct Comb: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "comb", category: "Filters",
    summary: "Adds the sound to itself a period later: peaks or notches at multiples of a frequency.",
    discussion: """
      `y[n] = x[n] + forward x[n - D] + feedback y[n - D]` with a period D of one over `frequency`: `feedback` makes peaks of \
      gain `1 / (1 - feedback)` at the multiples of the frequency, `forward` alone makes notches of `1 - forward` halfway \
      between them. Negative values move peaks and notches by half the frequency. Between frames 16-point Lagrange \
      interpolation reads the past, as in `delay`.
      """,
    example: "in -> comb 220Hz feedback=90% -> gain -12dB -> out",
    arguments: [
      .parameter(
        ParameterSpec(
          "frequency", .frequency, default: nil, in: 10...20_000, smoothing: 0.1, belowNyquist: true, "Of the first peak.")),
      .parameter(ParameterSpec("feedback", .ratio, default: 0, in: -0.999...0.999, "How much of the output returns.")),
      .parameter(ParameterSpec("forward", .ratio, default: 0, in: -1...1, "How much of the delayed input is added.")),
    ],
    canRunInPlace: true)

  private static func period(_ context: RenderContext) -> Int {
    Int((context.framesPerSecond / context.parameters[0]).rounded(.up)) + FractionalRead.reach
  }

  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(period(context)) }

  public static func tail(_ context: RenderContext) -> Tail {
    let feedback = abs(context.parameters[1])
    guard feedback > 0 else { return .frames(period(context)) }
    return .rings(bound: period(context) * (Int(Math.log(1e-13 * (1 - feedback)) / Math.log(feedback)) + 2))
  }

  private var line: MovingLine
  /// In frames.
  private var period: LinearRamp
  private var feedback: LinearRamp
  private var forward: LinearRamp
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    line = MovingLine(channels: channelCount, reach: framesPerSecond / 10 + 1, memory: context.memory)
    period = LinearRamp(framesPerSecond / context.parameters[0])
    feedback = LinearRamp(context.parameters[1])
    forward = LinearRamp(context.parameters[2])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    period.retarget(framesPerSecond / values[0], over: frames)
    feedback.retarget(values[1], over: frames)
    forward.retarget(values[2], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let read = FractionalRead(period.next())
      let feedback = Float(self.feedback.next()), forward = Float(self.forward.next())
      for channel in 0..<channelCount {
        let x = block.input(channel)[n]
        // The line holds the part with poles; interpolation looks at the present frame too.
        line.write(channel, x)
        let past = line.read(channel, read)
        let now = x.addingProduct(feedback, past)
        line.write(channel, now)
        block.output(channel)[n] = now.addingProduct(forward, past)
      }
      line.advance()
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    period.snap()
    feedback.snap()
    forward.snap()
  }
}
