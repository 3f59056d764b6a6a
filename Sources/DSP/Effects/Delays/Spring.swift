import Dataflow
import Signal

/// A spring reverberator.
public struct Spring: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "spring", category: "Delay and reverb",
    summary: "A spring tank, as in a guitar amplifier: echoes that chirp.",
    discussion: """
      Two springs for each side, whose round trips are a few per cent apart. A spring delays highs more than lows: every echo \
      is a chirp that rises, and each is longer than the one before. `time` is the round trip of the lowest tones through the first \
      spring; `decay` is the time in which they fall by 60 dB. Nothing above `highest` comes through, as in a real tank.

      Each spring is a delay and 80 stretched allpasses in a loop, in double precision.
      Source: V. Välimäki, J. Parker and J. S. Abel, "Parametric spring reverberation effect", JAES 58(7/8), 2010.
      """,
    example: "in -> spring decay=2s mix=30% -> out",
    arguments: [
      .parameter(ParameterSpec("decay", .time, default: 2, in: 0.2...20, scale: .log, "Until the lows have fallen by 60 dB.")),
      .parameter(ParameterSpec("mix", .ratio, default: 0.25, in: 0...1, "How much of the output is the springs.")),
      .structural(StructuralSpec("time", .quantity(.time, 0.02...0.2), default: .quantity(0.066, .time), "Of a round trip.")),
      .structural(
        StructuralSpec(
          "highest", .quantity(.frequency, 1_000...10_000), default: .quantity(4_300, .frequency), "What springs carry.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))])

  /// Round trips of the springs as shares of `time`: left, right, left, right.
  static let ratios = [1.0, 1.037, 0.873, 0.911]

  private static func stretch(_ context: RenderContext) -> Int {
    SpringLine.stretch(highest: context.configuration.quantity("highest"), context.framesPerSecond)
  }

  /// Frames of the lowest tones' round trip.
  static func period(_ spring: Int, _ context: RenderContext) -> Int {
    Int((context.configuration.quantity("time") * ratios[spring] * context.framesPerSecond).rounded())
  }

  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(2 * period(1, context)) }

  public static func tail(_ context: RenderContext) -> Tail {
    // Just below the highest frequency a round takes longer: as many rounds as the lowest tones need.
    let slowest = SpringLine.groupDelay(0.47 / Double(stretch(context)), stretch: stretch(context))
    let rounds = context.parameters[0] * 260 / 60 / (context.configuration.quantity("time") * ratios[2])
    return .rings(bound: Int(rounds * (slowest + Double(period(1, context)))) + 4_800)
  }

  private var spring0: SpringLine
  private var spring1: SpringLine
  private var spring2: SpringLine
  private var spring3: SpringLine
  private var gain0: LinearRamp
  private var gain1: LinearRamp
  private var gain2: LinearRamp
  private var gain3: LinearRamp
  private var mix: LinearRamp
  /// Seconds of each round trip.
  private let periods: SIMD4<Double>

  public init(_ context: RenderContext) {
    let stretch = Self.stretch(context), chirp = Int(SpringLine.groupDelay(0, stretch: stretch).rounded())
    func line(_ spring: Int) -> SpringLine {
      SpringLine(stretch: stretch, frames: Self.period(spring, context) - chirp, memory: context.memory)
    }
    spring0 = line(0)
    spring1 = line(1)
    spring2 = line(2)
    spring3 = line(3)
    let seconds = context.configuration.quantity("time")
    let periods = SIMD4(Self.ratios[0], Self.ratios[1], Self.ratios[2], Self.ratios[3]) * seconds
    self.periods = periods
    let decay = context.parameters[0]
    gain0 = LinearRamp(Self.gain(decay, periods[0]))
    gain1 = LinearRamp(Self.gain(decay, periods[1]))
    gain2 = LinearRamp(Self.gain(decay, periods[2]))
    gain3 = LinearRamp(Self.gain(decay, periods[3]))
    mix = LinearRamp(context.parameters[1])
  }

  @_noAllocation @_noLocks
  private static func gain(_ decay: Double, _ period: Double) -> Double { Math.amplitude(decibels: -60 * period / decay) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    gain0.retarget(Self.gain(values[0], periods[0]), over: frames)
    gain1.retarget(Self.gain(values[0], periods[1]), over: frames)
    gain2.retarget(Self.gain(values[0], periods[2]), over: frames)
    gain3.retarget(Self.gain(values[0], periods[3]), over: frames)
    mix.retarget(values[1], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let left = Double(block.input(0)[n]), right = Double(block.input(1)[n])
      let wetLeft = spring0.next(left, gain0.next()) + spring2.next(left, gain2.next())
      let wetRight = spring1.next(right, gain1.next()) + spring3.next(right, gain3.next())
      let mix = self.mix.next()
      block.output(0)[n] = Float(left.addingProduct(mix, 0.7 * wetLeft - left))
      block.output(1)[n] = Float(right.addingProduct(mix, 0.7 * wetRight - right))
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    spring0.reset()
    spring1.reset()
    spring2.reset()
    spring3.reset()
    gain0.snap()
    gain1.snap()
    gain2.snap()
    gain3.snap()
    mix.snap()
  }
}
