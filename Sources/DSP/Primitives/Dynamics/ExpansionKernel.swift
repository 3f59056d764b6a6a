import CRealtime
import Dataflow
import Signal

/// Downward expansion behind `gate` and `expander`: open or not by hysteresis and hold, then a gain that follows.
struct ExpansionKernel: ~Copyable {
  static var arguments: [ArgumentSpec] {
    [
      .structural(
        StructuralSpec("lookahead", .quantity(.time, 0...0.1), default: .quantity(0, .time), "How early it knows; latency."))
    ] + KeyDetector.arguments
  }

  static var inputs: [PortSpec] {
    [PortSpec("in"), PortSpec("sidechain", .free, optional: true, "Listened to instead of `in`, where connected.")]
  }

  static var outputs: [PortSpec] {
    [PortSpec("out"), PortSpec("reduction", .fixed(1), carries: .level, "The gain in dB, 0 or below.")]
  }

  static func latency(_ context: RenderContext) -> Rational {
    Rational(lookAheadFrames(context)) * (context.patchSampleRate / context.sampleRate)
  }

  private static func lookAheadFrames(_ context: RenderContext) -> Int {
    Int((context.configuration.quantity("lookahead") * context.framesPerSecond).rounded())
  }

  struct Settings: BitwiseCopyable {
    var threshold: Double
    var hysteresis: Double
    var attack: Double
    var hold: Double
    var release: Double
    var range: Double
    /// dB down for each dB below the threshold; a gate goes down to its range at once.
    var slope: Double
    var isGate: Bool

    @_noAllocation @_noLocks
    init(
      threshold: Double, hysteresis: Double, attack: Double, hold: Double, release: Double, range: Double, slope: Double,
      isGate: Bool
    ) {
      self.threshold = threshold
      self.hysteresis = hysteresis
      self.attack = attack
      self.hold = hold
      self.release = release
      self.range = range
      self.slope = slope
      self.isGate = isGate
    }
  }

  private var threshold = LinearRamp(0)
  private var hysteresis = LinearRamp(0)
  private var range = LinearRamp(0)
  private var slope = LinearRamp(0)
  private var isGate = false
  private var times: GainTimes
  private var detector: KeyDetector
  private var lookAhead: LookAhead
  private var envelope = GainEnvelope(0)
  private var isOpen = false
  /// Frames below the lower threshold after which it closes.
  private var left = 0
  private let channelCount: Int
  private let framesPerSecond: Double

  /// Call `set`, then `reset`, before the first block.
  init(_ context: RenderContext) {
    let channels = context.inputChannels[0], keyChannels = context.inputChannels[1]
    framesPerSecond = context.framesPerSecond
    channelCount = channels
    detector = KeyDetector(
      firstInput: keyChannels > 0 ? channels : 0, channels: keyChannels > 0 ? keyChannels : channels, configuredBy: context)
    lookAhead = LookAhead(frames: Self.lookAheadFrames(context), channels: channels, memory: context.memory)
    times = GainTimes(attack: 0, hold: 0, release: 0, context.framesPerSecond)
  }

  @_noAllocation @_noLocks
  mutating func set(_ settings: Settings, over frames: Int) {
    threshold.retarget(settings.threshold, over: frames)
    hysteresis.retarget(settings.hysteresis, over: frames)
    range.retarget(settings.range, over: frames)
    slope.retarget(settings.slope, over: frames)
    isGate = settings.isGate
    times = GainTimes(attack: settings.attack, hold: settings.hold, release: settings.release, framesPerSecond)
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    let reduction = block.output(channelCount)
    // The hold is over when the gain is to move.
    let following = times.withoutHold
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      detector.listen(block, frame, count)
      let level = detector.measure(count)
      var targets = SIMD4<Double>()
      for n in 0..<count { targets[n] = target(level[n]) }
      let decibels = envelope.follow(targets, count, attacksDown: false, attack: times.attack, following)
      let gain = talea_narrow(Math.amplitude(decibels: decibels))
      for channel in 0..<channelCount {
        store(
          lookAhead.exchange(channel, block.input(channel) + frame, count) * gain, block.output(channel) + frame, count)
      }
      store(talea_narrow(decibels), reduction + frame, count)
      lookAhead.advance(count)
      frame += count
    }
  }

  /// Whether the next frame finds it open, and the gain in dB that it is to have then.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func target(_ level: Double) -> Double {
    let threshold = self.threshold.next(), hysteresis = self.hysteresis.next()
    let range = self.range.next(), slope = self.slope.next()
    if level >= threshold {
      isOpen = true
      left = times.hold
    } else if level >= threshold - hysteresis {
      left = times.hold
    } else if left > 0 {
      left -= 1
    } else {
      isOpen = false
    }
    return isOpen ? 0 : isGate ? range : max(range, min(0, slope * (level - threshold)))
  }

  /// Closed: before the stream there was silence.
  @_noAllocation @_noLocks
  mutating func reset() {
    threshold.snap()
    hysteresis.snap()
    range.snap()
    slope.snap()
    detector.reset()
    lookAhead.reset()
    isOpen = false
    left = 0
    let silent = isGate ? range.target : max(range.target, min(0, slope.target * (KeyDetector.floor - threshold.target)))
    envelope = GainEnvelope(silent)
  }
}
