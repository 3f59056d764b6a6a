import CRealtime
import Signal

/// Sharpens or softens the starts of sounds, and what comes after them.
public struct Transient: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "transient", category: "Dynamics",
    summary: "Sharpens or softens the starts of sounds, and what comes after, at any level.",
    discussion: """
      Two followers read the level of the loudest channel in dB. Where the quick one is above the slow one, a sound starts:
      the gain goes towards `attack`, in proportion up to 12 dB of difference. Where a follower that lets go at once is below
      one that lets go slowly, a sound dies away: the gain goes towards `sustain` in the same way. What keeps its level keeps
      its gain of 0 dB. As only differences of levels count, a quiet sound is shaped like a loud one; there is no threshold.

      The level is the highest sample of the newest 25 ms, so that tones down to 20 Hz have a level of their own.
      `speed` is the time constant of the slow rise, 20 times that of the quick one; `length` that of the slow fall.
      """,
    example: "in -> transient attack=6dB sustain=-4dB -> out",
    arguments: [
      .parameter(ParameterSpec("attack", .level, default: 0, in: -24...24, scale: .linear, "Gain of starts.")),
      .parameter(ParameterSpec("sustain", .level, default: 0, in: -24...24, scale: .linear, "Gain of what dies away.")),
      .parameter(ParameterSpec("speed", .time, default: 0.02, in: 0.001...0.5, "Time constant of the slow rise.")),
      .parameter(ParameterSpec("length", .time, default: 0.3, in: 0.01...5, "Time constant of the slow fall.")),
    ],
    canRunInPlace: true)

  /// Below this nothing starts and nothing dies away.
  private static var silence: Double { @_transparent @_noAllocation @_noLocks get { -120 } }
  /// Levels are compared as whole numbers, this many to a dB.
  private static var step: Double { @_transparent @_noAllocation @_noLocks get { 1_048_576 } }
  /// How many dB between two followers are a whole start.
  private static var whole: Double { @_transparent @_noAllocation @_noLocks get { 12 } }

  /// A level in dB with time constants of its own in both directions, as shares per frame.
  private struct Follower: BitwiseCopyable {
    var level = Transient.silence

    @_noAllocation @_noLocks
    init() {}

    @_noAllocation @_noLocks
    mutating func step(_ target: Double, up: Double, down: Double) {
      level = level.addingProduct(target > level ? up : down, target - level)
    }
  }

  private struct Times: BitwiseCopyable {
    var quickRise: Double
    var slowRise: Double
    var slowFall: Double

    @_noAllocation @_noLocks
    init(_ values: ParameterValues, _ framesPerSecond: Double) {
      quickRise = GainTimes.share(values[2] / 20, framesPerSecond)
      slowRise = GainTimes.share(values[2], framesPerSecond)
      slowFall = GainTimes.share(values[3], framesPerSecond)
    }
  }

  private var attack: LinearRamp
  private var sustain: LinearRamp
  private var times: Times
  private var detector: KeyDetector
  /// The zero crossings of a wave are no silence: the highest level of the newest 25 ms counts.
  private var peaks: SlidingMinimum
  private var quick = Follower()
  private var slow = Follower()
  private var long = Follower()
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let channels = context.inputChannels[0]
    framesPerSecond = context.framesPerSecond
    channelCount = channels
    detector = KeyDetector(firstInput: 0, channels: channels, context)
    peaks = SlidingMinimum(length: max(1, Int(0.025 * context.framesPerSecond)), memory: context.memory)
    attack = LinearRamp(context.parameters[0])
    sustain = LinearRamp(context.parameters[1])
    times = context.withParameterValues { Times($0, context.framesPerSecond) }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    attack.retarget(values[0], over: frames)
    sustain.retarget(values[1], over: frames)
    times = Times(values, framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      detector.listen(block, frame, count)
      let levels = detector.measure(count)
      var decibels = SIMD4<Double>()
      for n in 0..<count { decibels[n] = gain(levels[n]) }
      let gain = talea_narrow(talea_amplitude(decibels))
      for channel in 0..<channelCount { block.scale(channel, frame, count, by: gain) }
      frame += count
    }
  }

  /// The gain in dB of the next frame.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func gain(_ level: Double) -> Double {
    let depth = -max(level, Self.silence)
    let peak = -Double(peaks.next(Int64(depth * Self.step))) / Self.step
    quick.step(peak, up: times.quickRise, down: 1)
    slow.step(peak, up: times.slowRise, down: 1)
    long.step(peak, up: 1, down: times.slowFall)
    let start = min(1, (quick.level - slow.level) / Self.whole), end = min(1, (long.level - peak) / Self.whole)
    return (attack.next() * start).addingProduct(sustain.next(), end)
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    attack.snap()
    sustain.snap()
    detector.reset()
    peaks.reset()
    quick = Follower()
    slow = Follower()
    long = Follower()
  }
}
