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
    SpringTank.stretch(highest: context.configuration.quantity("highest"), context.framesPerSecond)
  }

  /// Frames of the lowest tones' round trip.
  static func period(_ spring: Int, _ context: RenderContext) -> Int {
    Int((context.configuration.quantity("time") * ratios[spring] * context.framesPerSecond).rounded())
  }

  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(2 * period(1, context)) }

  public static func tail(_ context: RenderContext) -> Tail {
    // Just below the highest frequency a round takes longer: as many rounds as the lowest tones need.
    let slowest = SpringTank.groupDelay(0.47 / Double(stretch(context)), stretch: stretch(context))
    let rounds = context.parameters[0] * 260 / 60 / (context.configuration.quantity("time") * ratios[2])
    return .rings(bound: Int(rounds * (slowest + Double(period(1, context)))) + 4_800)
  }

  private var tank: SpringTank
  private var gain0: LinearRamp
  private var gain1: LinearRamp
  private var gain2: LinearRamp
  private var gain3: LinearRamp
  private var mix: LinearRamp
  /// Seconds of each round trip.
  private let periods: SIMD4<Double>

  public init(_ context: RenderContext) {
    let stretch = Self.stretch(context), chirp = Int(SpringTank.groupDelay(0, stretch: stretch).rounded())
    let frames = SIMD4(Self.period(0, context), Self.period(1, context), Self.period(2, context), Self.period(3, context))
    tank = SpringTank(stretch: stretch, frames: frames &- chirp, memory: context.memory)
    let periods = SIMD4(Self.ratios[0], Self.ratios[1], Self.ratios[2], Self.ratios[3]) * context.configuration.quantity("time")
    self.periods = periods
    let gains = Self.gains(context.parameters[0], periods)
    gain0 = LinearRamp(gains[0])
    gain1 = LinearRamp(gains[1])
    gain2 = LinearRamp(gains[2])
    gain3 = LinearRamp(gains[3])
    mix = LinearRamp(context.parameters[1])
  }

  @_noAllocation @_noLocks
  private static func gains(_ decay: Double, _ periods: SIMD4<Double>) -> SIMD4<Double> {
    Math.amplitude(decibels: -60 * periods / decay)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    let gains = Self.gains(values[0], periods)
    gain0.retarget(gains[0], over: frames)
    gain1.retarget(gains[1], over: frames)
    gain2.retarget(gains[2], over: frames)
    gain3.retarget(gains[3], over: frames)
    mix.retarget(values[1], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var n = 0
    while n < block.frameCount {
      let count = tank.batch(of: block.frameCount - n)
      if count == 4 {
        let x0 = fed(block, n, 0), x1 = fed(block, n, 1), x2 = fed(block, n, 2), x3 = fed(block, n, 3)
        let y = tank.disperse(x0, x1, x2, x3)
        mixIn(block, n, y.0)
        mixIn(block, n + 1, y.1)
        mixIn(block, n + 2, y.2)
        mixIn(block, n + 3, y.3)
      } else {
        mixIn(block, n, tank.disperse(fed(block, n, 0)))
      }
      n += count
    }
  }

  /// What goes into the springs, left, right, left and right: the sound less what comes back.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func fed(_ block: AudioBlock, _ n: Int, _ ahead: Int) -> SIMD4<Double> {
    let left = Double(block.input(0)[n + ahead]), right = Double(block.input(1)[n + ahead])
    let gains = SIMD4(gain0.next(), gain1.next(), gain2.next(), gain3.next())
    return SIMD4(left, right, left, right).addingProduct(-gains, tank.returning(ahead))
  }

  @inline(__always) @_noAllocation @_noLocks
  private mutating func mixIn(_ block: AudioBlock, _ n: Int, _ dispersed: SIMD4<Double>) {
    let wet = tank.close(dispersed), mix = self.mix.next()
    let left = Double(block.input(0)[n]), right = Double(block.input(1)[n])
    block.output(0)[n] = Float(left.addingProduct(mix, 0.7 * (wet[0] + wet[2]) - left))
    block.output(1)[n] = Float(right.addingProduct(mix, 0.7 * (wet[1] + wet[3]) - right))
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    tank.reset()
    gain0.snap()
    gain1.snap()
    gain2.snap()
    gain3.snap()
    mix.snap()
  }
}
