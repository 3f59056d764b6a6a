import CRealtime
import Dataflow
import Signal

/// Whether a gate is open, by hysteresis and hold: what its key was up to now.
struct Door: BitwiseCopyable {
  private var isOpen = false
  /// While it is open: frames below the lower threshold after which it closes.
  private var left = 0

  @_noAllocation @_noLocks
  init() {}

  /// Which of `count` frames find it open, as bits from the lowest on.
  /// - Parameters:
  ///   - opening, staying: frames in which the key reaches the threshold, and the lower one.
  ///   - hold: frames for which it stays open.
  @inline(__always) @_noAllocation @_noLocks
  mutating func frames(opening: Int, staying: Int, _ count: Int, hold: Int) -> Int {
    let all = 1 &<< count &- 1
    if isOpen {
      if staying == all {
        left = hold
        return all
      }
      if left >= count && hold >= count {
        // So many frames ago it was last reached.
        left = staying == 0 ? left - count : hold - (staying.leadingZeroBitCount - (Int.bitWidth - count))
        return all
      }
    } else if opening == 0 {
      return 0
    }
    return step(opening, staying, count, hold)
  }

  @inline(never) @_noAllocation @_noLocks
  private mutating func step(_ opening: Int, _ staying: Int, _ count: Int, _ hold: Int) -> Int {
    var frames = 0
    for n in 0..<count {
      if opening &>> n & 1 == 1 {
        isOpen = true
        left = hold
      } else if staying &>> n & 1 == 1 {
        left = hold
      } else if left > 0 {
        left -= 1
      } else {
        isOpen = false
      }
      if isOpen { frames |= 1 &<< n }
    }
    return frames
  }
}

/// Downward expansion behind `gate` and `expander`: open or not, then a gain that follows.
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
  private var door = Door()
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
    let reduction = block.output(channelCount), channelCount = self.channelCount
    // The hold is over when the gain is to move.
    let following = times.withoutHold
    var thresholds = Thresholds(), areKnown = false, door = self.door, envelope = self.envelope
    // The last gain, its factor, and whether it stays as it is.
    var decibels = EightFrames(SIMD4(), SIMD4()), gain = SIMD8<Float>(), isResting = false
    var frame = 0
    while frame < block.frameCount {
      let count = min(8, block.frameCount - frame), every = 1 &<< count &- 1
      let size = detector.hear(block, frame, count)
      let moves = isMoving
      if moves || !areKnown {
        let early = min(count, 4)
        thresholds.early = next(early)
        thresholds.late = next(count - early)
        areKnown = !moves
      }
      let (early, late) = (thresholds.early, thresholds.late)
      let open = door.frames(
        opening: Self.frames(size, early.opening, late.opening) & every,
        staying: Self.frames(size, early.staying, late.staying) & every, count, hold: times.hold)
      var targets = EightFrames(SIMD4(), SIMD4())
      if open != every {
        targets.early = closed(size.early, early).replacing(with: 0, where: Self.lanes(open))
        targets.late = closed(size.late, late).replacing(with: 0, where: Self.lanes(open &>> 4))
      }
      let rests = talea_are_equal(targets.early, envelope.decibels) && talea_are_equal(targets.late, envelope.decibels)
      if !rests || !isResting {
        decibels = envelope.follow(targets, count, attacksDown: false, following)
        gain = EightFrames(talea_amplitude(decibels.early), talea_amplitude(decibels.late)).narrow
        isResting = rests
      }
      lookAhead.play(block, channelCount, frame, count, times: gain)
      store(decibels.narrow, reduction + frame, count)
      frame += count
    }
    self.door = door
    self.envelope = envelope
  }

  /// The settings of four frames, thresholds as sizes too.
  private struct Threshold: BitwiseCopyable {
    var level = SIMD4<Double>(), opening = SIMD4<Double>(), staying = SIMD4<Double>()
    var range = SIMD4<Double>(), slope = SIMD4<Double>()

    @_noAllocation @_noLocks
    init() {}
  }

  private struct Thresholds: BitwiseCopyable {
    var early = Threshold(), late = Threshold()

    @_noAllocation @_noLocks
    init() {}
  }

  private var isMoving: Bool {
    @_noAllocation @_noLocks get { threshold.isMoving || hysteresis.isMoving || range.isMoving || slope.isMoving }
  }

  /// Of the next four frames; `count` of them pass.
  @_noAllocation @_noLocks
  private mutating func next(_ count: Int) -> Threshold {
    let level = threshold.next(four: count), lower = level - hysteresis.next(four: count)
    var next = Threshold()
    next.level = level
    next.opening = detector.size(ofLevel: level)
    next.staying = detector.size(ofLevel: lower)
    next.range = range.next(four: count)
    next.slope = slope.next(four: count)
    return next
  }

  /// The gains in dB of four frames that do not find it open.
  @inline(__always) @_noAllocation @_noLocks
  private func closed(_ size: SIMD4<Double>, _ at: Threshold) -> SIMD4<Double> {
    if isGate { return at.range }
    let gain = at.slope * (detector.level(ofSize: size) - at.level), bounded = gain.replacing(with: 0, where: gain .> 0)
    return at.range.replacing(with: bounded, where: bounded .> at.range)
  }

  /// The frames whose size is at least a bound, as bits.
  @inline(__always) @_noAllocation @_noLocks
  private static func frames(_ size: EightFrames, _ early: SIMD4<Double>, _ late: SIMD4<Double>) -> Int {
    talea_lanes_at_least(size.early, early) | talea_lanes_at_least(size.late, late) &<< 4
  }

  /// Lanes whose bits are set.
  @inline(__always) @_noAllocation @_noLocks
  private static func lanes(_ bits: Int) -> SIMDMask<SIMD4<Int64>> {
    (SIMD4(repeating: Int64(bits)) & SIMD4(1, 2, 4, 8)) .!= 0
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
    door = Door()
    let floor = detector.level(ofSize: SIMD4())[0]
    let silent = isGate ? range.target : max(range.target, min(0, slope.target * (floor - threshold.target)))
    envelope = GainEnvelope(silent)
  }
}
