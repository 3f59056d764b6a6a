import CRealtime
import Dataflow
import Signal

/// Makes loud sounds quieter by a ratio.
public struct Compressor: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "compressor", category: "Dynamics",
    summary: "Makes loud sounds quieter by a ratio, from its own level or a side chain's.",
    discussion: """
      Above the threshold the output rises by 1 dB where the input rises by `ratio` dB. `knee` is the width in dB around the
      threshold over which the ratio comes in, as a parabola. `attack` and `release` are time constants: in this time the gain
      covers 63.2% of the way in dB; `hold` keeps it down before the release.

      It listens to its input, or to `sidechain` where that is connected: `kick -> comp.sidechain`. `keyhighpass` and
      `keylowpass` filter what it listens to, not what is heard. `detect=rms` reads a sine 3.01 dB lower than `peak` does.
      `link` at 100% gives all channels the gain of the loudest, at 0% each its own; a side chain with another number of
      channels than the input is always linked.

      `topology=feedback` listens to its own output, one frame late, as older compressors do: the same ratio in the end,
      with a softer way there; the knee then lies in the output's level, and a frame covers no more of the way than 1/ratio.

      `lookahead` delays the sound, not the gain, and counts as latency. `mix` below 100% adds the uncompressed sound
      (parallel compression). The output `reduction` is the gain of the first channel in dB, without make-up: it may drive
      the level of a `gain`.

      Source: D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design", JAES 60(6), 2012.
      """,
    example: "in -> compressor -24dB 4:1 attack=5ms release=120ms knee=6dB makeup=4dB -> out",
    arguments: [
      .parameter(ParameterSpec("threshold", .level, default: -24, in: -100...20, scale: .linear, "Where it begins.")),
      .parameter(ParameterSpec("ratio", .number, default: 4, in: 1...100, scale: .log, "dB in for one dB out.")),
      .parameter(ParameterSpec("attack", .time, default: 0.005, in: 0...2, "Time constant of the gain going down.")),
      .parameter(ParameterSpec("release", .time, default: 0.1, in: 0...10, "Time constant of the gain coming back.")),
      .parameter(ParameterSpec("knee", .level, default: 6, in: 0...60, scale: .linear, "Width of the bend.")),
      .parameter(ParameterSpec("makeup", .level, default: 0, in: -60...60, "Gain after it.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "0% is the uncompressed sound alone.")),
      .parameter(ParameterSpec("hold", .time, default: 0, in: 0...10, "How long the gain stays before its release.")),
      .parameter(ParameterSpec("link", .ratio, default: 1, in: 0...1, "How much the loudest channel counts for all.")),
      .structural(
        StructuralSpec(
          "topology", .word(["forward", "feedback"]), default: .word("forward"), "Listens to the input or to the output.")),
      .structural(
        StructuralSpec("lookahead", .quantity(.time, 0...0.1), default: .quantity(0, .time), "How early it knows; latency.")),
    ] + KeyDetector.arguments,
    inputs: [
      PortSpec("in"), PortSpec("sidechain", .free, optional: true, "Listened to instead of `in`, where connected."),
    ],
    outputs: [PortSpec("out"), PortSpec("reduction", .fixed(1), carries: .level, "The gain in dB, 0 or below.")])

  public static func latency(_ context: RenderContext) -> Rational {
    Rational(lookAheadFrames(context)) * (context.patchSampleRate / context.sampleRate)
  }

  private static func lookAheadFrames(_ context: RenderContext) -> Int {
    Int((context.configuration.quantity("lookahead") * context.framesPerSecond).rounded())
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try KeyDetector.validate(context)
    guard context.configuration.word("topology") == "feedback" else { return }
    if context.configuration.quantity("lookahead") > 0 {
      throw EffectError(
        "a compressor that listens to its own output cannot look ahead", help: "leave out `lookahead` or `topology`",
        argument: "lookahead")
    }
  }

  private struct Ramps: BitwiseCopyable {
    var threshold: LinearRamp
    var ratio: LinearRamp
    var knee: LinearRamp
    var makeup: LinearRamp
    var mix: LinearRamp
    var link: LinearRamp

    var areMoving: Bool {
      @_noAllocation @_noLocks get {
        threshold.isMoving || ratio.isMoving || knee.isMoving || makeup.isMoving || mix.isMoving || link.isMoving
      }
    }
  }

  private var ramps: Ramps
  private var times: GainTimes
  private var detector: KeyDetector
  private var lookAhead: LookAhead
  private let envelopes: OwnedBuffer<GainEnvelope>
  /// Of up to 64 frames: sizes, then the gains in dB that they ask for.
  private let targets: OwnedBuffer<EightFrames>
  private let channelCount: Int
  private let isFeedback: Bool
  /// Whether the key has a channel for each of the sound's.
  private let isMatched: Bool
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let channels = context.inputChannels[0], keyChannels = context.inputChannels[1]
    let hasKey = keyChannels > 0
    framesPerSecond = context.framesPerSecond
    channelCount = channels
    isFeedback = context.configuration.word("topology") == "feedback" && !hasKey
    isMatched = !hasKey || keyChannels == channels
    detector = KeyDetector(firstInput: hasKey ? channels : 0, channels: hasKey ? keyChannels : channels, configuredBy: context)
    lookAhead = LookAhead(frames: Self.lookAheadFrames(context), channels: channels, memory: context.memory)
    envelopes = OwnedBuffer(count: channels, memory: context.memory)
    targets = OwnedBuffer(count: 8, memory: context.memory)
    ramps = context.withParameterValues { values in
      Ramps(
        threshold: LinearRamp(values[0]), ratio: LinearRamp(values[1]), knee: LinearRamp(values[4]),
        makeup: LinearRamp(Math.amplitude(decibels: values[5])), mix: LinearRamp(values[6]), link: LinearRamp(values[8]))
    }
    times = context.withParameterValues {
      GainTimes(attack: $0[2], hold: $0[7], release: $0[3], context.framesPerSecond)
    }
    for channel in 0..<channels { envelopes[channel] = GainEnvelope(0) }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    ramps.threshold.retarget(values[0], over: frames)
    ramps.ratio.retarget(values[1], over: frames)
    ramps.knee.retarget(values[4], over: frames)
    ramps.makeup.retarget(Math.amplitude(decibels: values[5]), over: frames)
    ramps.mix.retarget(values[6], over: frames)
    ramps.link.retarget(values[8], over: frames)
    times = GainTimes(attack: values[2], hold: values[7], release: values[3], framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    if hasOneGain && !ramps.areMoving { processTogether(block) } else { processApart(block) }
  }

  /// Whether all channels follow one level, and have followed it alike.
  private var hasOneGain: Bool {
    @_noAllocation @_noLocks get {
      if isFeedback || isMatched && ramps.link.value != 1 { return false }
      for channel in 1..<max(channelCount, 1) where !envelopes[channel].isEqual(to: envelopes[0]) { return false }
      return true
    }
  }

  /// One gain for all, and nothing that moves but the gain.
  @_noAllocation @_noLocks
  private mutating func processTogether(_ block: AudioBlock) {
    let reduction = block.output(channelCount), times = self.times, channelCount = self.channelCount
    let threshold = ramps.threshold.target, knee = ramps.knee.target
    let curve = GainCurve(
      threshold: SIMD4(repeating: threshold), knee: SIMD4(repeating: knee),
      slope: SIMD4(repeating: 1 - 1 / ramps.ratio.target))
    // Surely below the knee.
    let quiet = detector.size(ofLevel: SIMD4(repeating: threshold - 0.5 * knee - 1e-6))
    let makeup = SIMD4(repeating: ramps.makeup.target), mix = SIMD4(repeating: ramps.mix.target), dry = 1 - mix
    let still = dry.addingProduct(mix, makeup)
    var envelope = envelopes[0], start = 0
    while start < block.frameCount {
      // All levels first: they wait for nothing, while a gain waits for the one before it.
      let stretch = min(8 * targets.count, block.frameCount - start)
      var largest = SIMD4<Double>()
      for group in 0..<(stretch + 7) / 8 {
        let size = detector.hear(block, start + 8 * group, min(8, stretch - 8 * group))
        targets[group] = size
        largest = talea_larger4(largest, talea_larger4(size.early, size.late))
      }
      let rests = envelope.decibels == 0 && talea_lanes_at_least(largest, quiet) == 0
      if !rests {
        for group in 0..<(stretch + 7) / 8 {
          let size = targets[group]
          targets[group] = EightFrames(
            curve.gain(detector.level(ofSize: size.early)), curve.gain(detector.level(ofSize: size.late)))
        }
      }
      for group in 0..<(stretch + 7) / 8 {
        let frame = start + 8 * group, count = min(8, stretch - 8 * group)
        var factor = EightFrames(still, still), decibels = EightFrames(SIMD4(), SIMD4())
        if !rests {
          decibels = envelope.follow(targets[group], count, attacksDown: true, times)
          factor = EightFrames(
            talea_fused4(mix, talea_product4(talea_amplitude(decibels.early), makeup), dry),
            talea_fused4(mix, talea_product4(talea_amplitude(decibels.late), makeup), dry))
        }
        lookAhead.play(block, channelCount, frame, count, times: factor.narrow)
        store(decibels.narrow, reduction + frame, count)
      }
      start += stretch
    }
    for channel in 0..<channelCount { envelopes[channel] = envelope }
  }

  /// Each channel by itself where `link` is not whole, parameters on their way, or frame by frame behind its own output.
  @_noAllocation @_noLocks
  private mutating func processApart(_ block: AudioBlock) {
    let reduction = block.output(channelCount)
    var frame = 0
    while frame < block.frameCount {
      // What listens to its own output knows no frame ahead.
      let count = isFeedback ? 1 : min(4, block.frameCount - frame)
      if !isFeedback { detector.listen(block, frame, count) }
      let loudest = detector.measure(count), ratio = ramps.ratio.next(four: count)
      let curve = GainCurve(
        threshold: ramps.threshold.next(four: count), knee: ramps.knee.next(four: count),
        slope: isFeedback ? ratio - 1 : 1 - 1 / ratio)
      // More of the way than this would overshoot: the output, and with it the level, follows at once.
      let times = isFeedback ? self.times.attackingAtMost(1 / ratio[0]) : self.times
      let link = isMatched ? ramps.link.next(four: count) : SIMD4(repeating: 1)
      let makeup = ramps.makeup.next(four: count), mix = ramps.mix.next(four: count)
      let isLinked = !any(link .!= 1), leader = envelopes[0]
      var decibels = SIMD4<Double>(), gain = decibels, ofLeader = (decibels, gain)
      for channel in 0..<channelCount {
        if isLinked && channel > 0 && envelopes[channel].isEqual(to: leader) {
          envelopes[channel] = envelopes[0]
          (decibels, gain) = ofLeader
        } else {
          let own = isLinked ? loudest : detector.level(channel)
          let level = own.addingProduct(link, loudest - own).replacing(with: loudest, where: link .== 1)
          decibels = envelopes.base[channel].follow(curve.gain(level), count, attacksDown: true, times)
          gain = talea_amplitude(decibels)
        }
        if channel == 0 { ofLeader = (decibels, gain) }
        let sound = lookAhead.exchange(channel, block.input(channel) + frame, count)
        if isFeedback { detector.samples[channel] = talea_widen(sound) * gain }
        let factor = talea_narrow((1 - mix).addingProduct(mix, gain * makeup))
        store(sound * factor, block.output(channel) + frame, count)
        if channel == 0 { store(talea_narrow(decibels), reduction + frame, count) }
      }
      lookAhead.advance(count)
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    ramps.threshold.snap()
    ramps.ratio.snap()
    ramps.knee.snap()
    ramps.makeup.snap()
    ramps.mix.snap()
    ramps.link.snap()
    detector.reset()
    lookAhead.reset()
    for channel in 0..<channelCount { envelopes[channel] = GainEnvelope(0) }
  }
}
