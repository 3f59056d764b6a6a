import Signal

/// Silences what is quieter than a threshold.
public struct Gate: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "gate", category: "Dynamics",
    summary: "Lets through what is louder than a threshold, and lowers the rest.",
    discussion: """
      Opens when the level (of the loudest channel, or of `sidechain`) passes `threshold`; closes once it has stayed below \
      `threshold - hysteresis` for `hold`. Opening takes `attack`, closing `release`: the gain is smoothed to 63% in that time. \
      Closed, it lowers by `range`; `-inf` dB is silence.
      """,
    example: "in -> gate -45dB hold=80ms release=150ms -> out",
    arguments: [
      .parameter(ParameterSpec("threshold", .level, default: -50, in: -100...0, scale: .linear, "Where it opens.")),
      .parameter(ParameterSpec("hysteresis", .level, default: 6, in: 0...40, scale: .linear, "How far below it closes.")),
      .parameter(ParameterSpec("attack", .time, default: 0.001, in: 0...1, "Until it is open by 63%.")),
      .parameter(ParameterSpec("hold", .time, default: 0.05, in: 0...5, "How long it stays open.")),
      .parameter(ParameterSpec("release", .time, default: 0.1, in: 0.001...5, "Until it is closed by 63%.")),
      .parameter(ParameterSpec("range", .level, default: -.infinity, in: -.infinity...0, "The gain when it is closed.")),
    ],
    inputs: [PortSpec("in"), PortSpec("sidechain", .free, optional: true, "Measured in place of the input.")], canRunInPlace: true
  )

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  private struct Settings: BitwiseCopyable {
    var open, close, attack, release, closed: Double
    var hold: Int

    @_noAllocation @_noLocks
    init(_ values: ParameterValues, _ framesPerSecond: Double) {
      open = Math.amplitude(decibels: values[0])
      close = Math.amplitude(decibels: values[0] - values[1])
      attack = smoothingFactor(values[2], framesPerSecond)
      hold = Int(values[3] * framesPerSecond)
      release = smoothingFactor(values[4], framesPerSecond)
      closed = Math.amplitude(decibels: values[5])
    }
  }

  private var settings: Settings
  private var isOpen = false
  private var quietFrames = 0
  private var gain: Double
  private let channelCount: Int
  private let measured: Range<Int>
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let rate = context.framesPerSecond
    framesPerSecond = rate
    channelCount = context.inputChannels[0]
    measured = context.isConnected(1) ? channelCount..<channelCount + context.inputChannels[1] : 0..<channelCount
    settings = context.withParameterValues { Settings($0, rate) }
    gain = settings.closed
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { settings = Settings(values, framesPerSecond) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      var level = 0.0
      for channel in measured { level = max(level, abs(Double(block.input(channel)[n]))) }
      if level >= settings.open {
        isOpen = true
        quietFrames = 0
      } else if level >= settings.close {
        quietFrames = 0
      } else if isOpen {
        quietFrames += 1
        if quietFrames > settings.hold { isOpen = false }
      }
      let target = isOpen ? 1 : settings.closed
      gain = target.addingProduct(isOpen ? settings.attack : settings.release, gain - target)
      for channel in 0..<channelCount { block.output(channel)[n] = block.input(channel)[n] * Float(gain) }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    isOpen = false
    quietFrames = 0
    gain = settings.closed
  }
}
