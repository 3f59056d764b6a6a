import CRealtime
import Dataflow
import Signal

/// Makes loud sounds quieter.
public struct Compressor: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "compressor", category: "Dynamics",
    summary: "Lowers what is louder than a threshold by a ratio.",
    discussion: """
      The level in decibels, of the peak or (`detector=rms`) of the mean square over `window`, is compared with the curve: \
      nothing below `threshold`, one dB more out for `ratio` dB more in above it, a parabola over `knee` between. What is to \
      be taken away rises within `attack`, stays for `hold` and falls within `release` (63% of a step), then `makeup` is added; \
      `mix` blends with the dry sound of the same moment, for parallel compression.

      `topology=feedback` measures what leaves the gain stage in place of what enters. `link=max` takes the loudest channel \
      for all, `link=none` lets each channel go its own way. What arrives at `sidechain` is measured in place of the input, \
      after a highpass at `sidechain_highpass` (0 Hz is none). `lookahead` lets the gain move before the sound does; it is \
      latency. The output `reduction` is the gain in dB, 0 or less, for meters and for parameters of other effects.

      Source: D. Giannoulis, M. Massberg and J. D. Reiss, "Digital dynamic range compressor design", JAES 60(6), 2012.
      """,
    example: "in -> compressor -18dB ratio=4:1 attack=10ms release=120ms makeup=4dB -> out",
    arguments: [
      .parameter(ParameterSpec("threshold", .level, default: -18, in: -80...0, scale: .linear, "Where it begins.")),
      .parameter(ParameterSpec("ratio", .number, default: 4, in: 1...100, scale: .log, "How many dB in make one dB out.")),
      .parameter(ParameterSpec("knee", .level, default: 6, in: 0...40, scale: .linear, "Over how many dB the curve bends.")),
      .parameter(ParameterSpec("attack", .time, default: 0.01, in: 0...1, "Until the gain has gone down by 63%.")),
      .parameter(ParameterSpec("release", .time, default: 0.12, in: 0.001...5, "Until it has come back by 63%.")),
      .parameter(ParameterSpec("hold", .time, default: 0, in: 0...2, "How long a peak holds the gain down.")),
      .parameter(ParameterSpec("makeup", .level, default: 0, in: -24...48, scale: .linear, "Gain after it.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "0% is the dry sound alone, 100% the compressed one.")),
      .structural(StructuralSpec("detector", .word(["peak", "rms"]), default: .word("peak"), "What is measured.")),
      .structural(StructuralSpec("window", .quantity(.time, 0.001...1), default: .quantity(0.01, .time), "Of `rms`.")),
      .structural(
        StructuralSpec("topology", .word(["feedforward", "feedback"]), default: .word("feedforward"), "Where it is measured.")),
      .structural(StructuralSpec("link", .word(["max", "none"]), default: .word("max"), "Whether channels move together.")),
      .structural(
        StructuralSpec("lookahead", .quantity(.time, 0...0.1), default: .quantity(0, .time), "How far the gain sees ahead.")),
      .structural(
        StructuralSpec(
          "sidechain_highpass", .quantity(.frequency, 0...5_000), default: .quantity(0, .frequency), "Before the detector.")),
    ],
    inputs: [PortSpec("in"), PortSpec("sidechain", .free, optional: true, "Measured in place of the input.")],
    outputs: [PortSpec("out"), PortSpec("reduction", .fixed(1), isSound: false, "The gain in dB.")])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0], 1]
  }

  private static func lookahead(_ context: RenderContext) -> Int {
    Int((context.configuration.quantity("lookahead") * context.framesPerSecond).rounded())
  }

  public static func latency(_ context: RenderContext) -> Rational {
    Rational(lookahead(context)) * context.patchSampleRate / context.sampleRate
  }

  public static func tail(_ context: RenderContext) -> Tail { .frames(lookahead(context)) }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let isFeedback = context.configuration.word("topology") == "feedback"
    if isFeedback && (context.configuration.quantity("lookahead") > 0 || context.isConnected(1)) {
      throw EffectError(
        "a feedback compressor measures its own output",
        help: "leave out `lookahead` and the side chain, or take topology=feedforward")
    }
  }

  private struct Channel: BitwiseCopyable {
    var detector: LevelDetector
    var ballistics = Ballistics.State()
    /// The side chain's highpass: its last input and output.
    var input = 0.0
    var filtered = 0.0
    /// The gain of the frame before, for feedback.
    var gain = 1.0
  }

  private var curve: MovingGainCurve
  private var ballistics: Ballistics
  private var makeup: LinearRamp
  private var mix: LinearRamp
  private var delay: LookAhead
  private let channels: OwnedBuffer<Channel>
  private let highpass: BiquadCoefficients
  private let hasHighpass: Bool
  private let isFeedback: Bool
  private let isLinked: Bool
  private let channelCount: Int
  private let measuredCount: Int
  private let firstMeasured: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let configuration = context.configuration, parameters = context.parameters
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    let hasSidechain = context.isConnected(1)
    measuredCount = hasSidechain ? context.inputChannels[1] : channelCount
    firstMeasured = hasSidechain ? channelCount : 0
    isFeedback = configuration.word("topology") == "feedback"
    // A side chain of another width moves all channels together.
    let areOfOneWidth = measuredCount == channelCount
    isLinked = configuration.word("link") == "max" || !areOfOneWidth
    let corner = configuration.quantity("sidechain_highpass")
    hasHighpass = corner > 0
    highpass = .highpass1(max(corner, 1), framesPerSecond)
    curve = MovingGainCurve(GainCurve(threshold: parameters[0], ratio: parameters[1], knee: parameters[2]))
    ballistics = Ballistics(attack: parameters[3], release: parameters[4], hold: parameters[5], framesPerSecond: framesPerSecond)
    makeup = LinearRamp(parameters[6])
    mix = LinearRamp(parameters[7])
    delay = LookAhead(channels: channelCount, frames: Self.lookahead(context), memory: context.memory)
    channels = Self.channels(max(measuredCount, channelCount), context)
  }

  private static func channels(_ count: Int, _ context: RenderContext) -> OwnedBuffer<Channel> {
    let isMeanSquare = context.configuration.word("detector") == "rms"
    let detector = LevelDetector(
      window: isMeanSquare ? context.configuration.quantity("window") : nil, framesPerSecond: context.framesPerSecond)
    let channels = OwnedBuffer<Channel>(count: count, memory: context.memory)
    for index in 0..<count { channels[index] = Channel(detector: detector) }
    return channels
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    curve.retarget(GainCurve(threshold: values[0], ratio: values[1], knee: values[2]), over: frames)
    ballistics = Ballistics(attack: values[3], release: values[4], hold: values[5], framesPerSecond: framesPerSecond)
    makeup.retarget(values[6], over: frames)
    mix.retarget(values[7], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let curve = self.curve.next()
      let makeup = self.makeup.next(), wet = Float(mix.next())
      var largest = 0.0, most = 0.0
      for channel in 0..<measuredCount {
        let level = magnitude(block, n, channel)
        if isLinked { largest = max(largest, level) } else { most = max(most, measure(channel, level, curve, makeup)) }
      }
      if isLinked {
        most = measure(0, largest, curve, makeup)
        for channel in 1..<max(1, channelCount) { channels[channel].gain = channels[0].gain }
      }
      for channel in 0..<channelCount {
        let dry = delay.exchange(channel, block.input(channel)[n])
        let factor = (1 - wet).addingProduct(wet, Float(channels[channel].gain))
        block.output(channel)[n] = dry * factor
      }
      block.output(channelCount)[n] = Float(-most)
      delay.advance()
    }
  }

  /// What the detector of a channel sees.
  @inline(__always) @_noAllocation @_noLocks
  private func magnitude(_ block: AudioBlock, _ n: Int, _ channel: Int) -> Double {
    let state = channels.base + channel
    var x = Double(block.input(firstMeasured + channel)[n])
    if isFeedback { x *= state.pointee.gain }
    guard hasHighpass else { return abs(x) }
    let y = (highpass.b0 * x).addingProduct(highpass.b1, state.pointee.input).addingProduct(-highpass.a1, state.pointee.filtered)
    state.pointee.input = x
    state.pointee.filtered = y
    return abs(y)
  }

  /// Moves a channel's gain on by a frame. Returns the reduction in dB.
  @inline(__always) @_noAllocation @_noLocks
  private func measure(_ channel: Int, _ magnitude: Double, _ curve: GainCurve, _ makeup: Double) -> Double {
    let state = channels.base + channel
    let level = state.pointee.detector.decibels(magnitude)
    // Out of the loop the make-up is no part of what is measured.
    let reduction = state.pointee.ballistics.next(curve.reduction(isFeedback ? level - makeup : level), ballistics)
    state.pointee.gain = Math.amplitude(decibels: makeup - reduction)
    return reduction
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    curve.snap()
    makeup.snap()
    mix.snap()
    delay.reset()
    for index in 0..<channels.count {
      channels[index].detector.reset()
      channels[index].ballistics = Ballistics.State()
      channels[index].input = 0
      channels[index].filtered = 0
      channels[index].gain = 1
    }
  }
}
