import Signal

/// Sharper or softer beginnings, shorter or longer ends.
public struct Transient: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "transient", category: "Dynamics",
    summary: "Shapes the beginnings and the ends of sounds, whatever their level.",
    discussion: """
      Two followers of the level, one that rises within 1 ms and one that takes 30 ms, part where a sound begins; two that fall \
      within 20 and 300 ms part where it ends. Their distance in dB, at most 24, times `attack` or `sustain` is the gain: \
      `attack=50%` makes a beginning that stands 12 dB out stand 18 dB out. Levels alone do not matter: a steady sound passes \
      unchanged.
      """,
    example: "in -> transient attack=60% sustain=-30% -> out",
    arguments: [
      .parameter(ParameterSpec("attack", .ratio, default: 0.5, in: -1...1, "More or less of the beginnings.")),
      .parameter(ParameterSpec("sustain", .ratio, default: 0, in: -1...1, "More or less of the ends.")),
    ],
    canRunInPlace: true)

  private var attack: LinearRamp
  private var sustain: LinearRamp
  private let fast: Ballistics
  private let slowRise: Ballistics
  private let slowFall: Ballistics
  private var near = Ballistics.State()
  private var before = Ballistics.State()
  private var after = Ballistics.State()
  private let channelCount: Int

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    attack = LinearRamp(context.parameters[0])
    sustain = LinearRamp(context.parameters[1])
    fast = Ballistics(attack: 0.001, release: 0.02, framesPerSecond: context.framesPerSecond)
    slowRise = Ballistics(attack: 0.03, release: 0.02, framesPerSecond: context.framesPerSecond)
    slowFall = Ballistics(attack: 0.001, release: 0.3, framesPerSecond: context.framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    attack.retarget(values[0], over: frames)
    sustain.retarget(values[1], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      var magnitude = 0.0
      for channel in 0..<channelCount { magnitude = max(magnitude, abs(Double(block.input(channel)[n]))) }
      // Above -100 dBFS.
      let level = 100 + Math.decibels(amplitude: max(magnitude, 1e-5))
      let now = near.next(level, fast)
      let rise = min(max(now - before.next(level, slowRise), 0), 24)
      let fall = min(max(after.next(level, slowFall) - now, 0), 24)
      let gain = (rise * attack.next()).addingProduct(fall, sustain.next())
      let factor = Float(Math.amplitude(decibels: gain))
      for channel in 0..<channelCount { block.output(channel)[n] = block.input(channel)[n] * factor }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    attack.snap()
    sustain.snap()
    near = Ballistics.State()
    before = Ballistics.State()
    after = Ballistics.State()
  }
}
