import CRealtime
import Dataflow
import Signal

/// Keeps true peaks below a ceiling.
public struct Limiter: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "limiter", category: "Dynamics",
    summary: "Keeps true peaks, also those between the samples, below a ceiling.",
    discussion: """
      Knows a peak before it comes out and lowers the gain for all channels in time: what leaves has no true peak more than
      0.05 dB above the ceiling, for sounds up to 0.46 of the sample rate, and no sample above it. What stays below the
      ceiling passes bit for bit.

      The true peak is read by interpolation at eight points per frame, with a parabola through the highest. The gain goes
      down within `lookahead` along two straight averages in a row, so that no step of it can be heard, and comes back with
      the time constant `release`. Latency: `lookahead` and 27 frames. `reduction` is the gain in dB.

      A ceiling that moves is reached in 20 ms. Source: true peak after ITU-R BS.1770, annex 2.
      """,
    example: "in -> gain 6dB -> limiter -1dB release=80ms -> out",
    arguments: [
      .parameter(ParameterSpec("ceiling", .level, default: -1, in: -60...20, "The highest true peak.")),
      .parameter(ParameterSpec("release", .time, default: 0.08, in: 0.001...10, "Time constant of the gain coming back.")),
      .structural(
        StructuralSpec("lookahead", .quantity(.time, 0.0002...0.05), default: .quantity(0.002, .time), "Time to go down.")),
    ],
    outputs: [PortSpec("out"), PortSpec("reduction", .fixed(1), carries: .level, "The gain in dB, 0 or below.")])

  /// Neighbours on each side for which a peak's gain must hold too: they have a share in what lies between.
  private static var spread: Int { @_transparent @_noAllocation @_noLocks get { 5 } }
  /// Gains are whole numbers of 2^-32, so that their averages are exact.
  private static var unity: Int64 { @_transparent @_noAllocation @_noLocks get { 1 << 32 } }

  /// What `reduction` calls silence: below the smallest gain.
  private static var least: Double { @_transparent @_noAllocation @_noLocks get { 1e-10 } }

  public static func latency(_ context: RenderContext) -> Rational {
    Rational(latencyFrames(context)) * (context.patchSampleRate / context.sampleRate)
  }

  private static func latencyFrames(_ context: RenderContext) -> Int {
    2 * halfSlope(context) - 2 + TruePeakScan.reach + spread
  }

  /// Frames of each of the two averages.
  private static func halfSlope(_ context: RenderContext) -> Int {
    max(2, Int((context.configuration.quantity("lookahead") * context.framesPerSecond / 2).rounded()))
  }

  private var ceiling: LinearRamp
  private var release: Double
  private var scan: TruePeakScan
  private var minimum: SlidingMinimum
  private var first: SlidingSum
  private var second: SlidingSum
  private var delay: LookAhead
  /// The gain before it is averaged.
  private var held: Int64 = Limiter.unity
  /// What both averages add up to at unity.
  private let whole: Double
  private let halfSlope: Int
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    let channels = context.inputChannels[0], half = Self.halfSlope(context), memory = context.memory
    let length = 2 * half - 1 + 2 * Self.spread
    framesPerSecond = context.framesPerSecond
    channelCount = channels
    halfSlope = half
    scan = TruePeakScan(channels: channels, longest: context.maximumFrameCount, memory: memory)
    minimum = SlidingMinimum(length: length, memory: memory)
    first = SlidingSum(length: half, memory: memory)
    second = SlidingSum(length: half, memory: memory)
    delay = LookAhead(frames: Self.latencyFrames(context), channels: channels, memory: memory)
    whole = Double(half) * Double(half) * Double(Self.unity)
    ceiling = context.withParameterValues { LinearRamp(Math.amplitude(decibels: $0[0])) }
    release = context.withParameterValues { GainTimes.share($0[1], context.framesPerSecond) }
    first.fill(Self.unity)
    second.fill(Self.unity * Int64(half))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    ceiling.retarget(Math.amplitude(decibels: values[0]), over: frames)
    release = GainTimes.share(values[1], framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    scan.append(block)
    let reduction = block.output(channelCount)
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      var peak = SIMD4<Float>()
      for channel in 0..<channelCount {
        let own = scan.peaks(channel, at: block.inputPosition + frame, count)
        peak = peak.replacing(with: own, where: own .> peak)
      }
      // What is not a number counts as loud.
      peak = peak.replacing(with: 1e12, where: peak .> 1e12)
      var gain = SIMD4<Double>(repeating: 1)
      for n in 0..<count { gain[n] = next(Double(peak[n])) }
      let factor = talea_narrow(gain)
      for channel in 0..<channelCount {
        let sound = delay.exchange(channel, block.input(channel) + frame, count)
        store(sound * factor, block.output(channel) + frame, count)
      }
      let audible = gain.replacing(with: Self.least, where: gain .< Self.least)
      store(talea_narrow(Math.decibels(amplitude: audible)), reduction + frame, count)
      delay.advance(count)
      frame += count
    }
  }

  /// The gain of the frame that leaves, from the peak of the one that comes in.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func next(_ peak: Double) -> Double {
    let ceiling = self.ceiling.next()
    let wanted = peak <= ceiling ? Self.unity : Int64(ceiling / peak * Double(Self.unity))
    let least = minimum.next(wanted)
    if least <= held {
      held = least
    } else {
      held += max(1, Int64(Double(least - held) * release))
    }
    return Double(second.next(first.next(held))) / whole
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    ceiling.snap()
    scan.reset()
    minimum.reset()
    first.fill(Self.unity)
    second.fill(Self.unity * Int64(halfSlope))
    delay.reset()
    held = Self.unity
  }
}
