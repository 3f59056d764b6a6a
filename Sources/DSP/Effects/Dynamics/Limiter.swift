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
  /// How much of the way a released gain goes in one frame, in units of 2^-64.
  private var release: UInt64
  private var scan: TruePeakScan
  private var minimum: SlidingMinimum
  private var first: SlidingSum
  private var second: SlidingSum
  private var delay: LookAhead
  /// The gain before it is averaged.
  private var held: Int64 = Limiter.unity
  /// For how many frames that has been unity.
  private var calm = 0
  /// Of eight frames: the gain that each asks for, as a ratio, then both averages added up.
  private let gains: OwnedBuffer<Double>
  /// Whether the last frames came near the ceiling: then the next ones are looked at without asking whether they can.
  private var isLoud = false
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
    gains = OwnedBuffer(count: 8, memory: memory)
    whole = Double(half) * Double(half) * Double(Self.unity)
    ceiling = context.withParameterValues { LinearRamp(Math.amplitude(decibels: $0[0])) }
    release = context.withParameterValues { Self.share($0[1], context.framesPerSecond) }
    reset()
  }

  @_noAllocation @_noLocks
  private static func share(_ seconds: Double, _ framesPerSecond: Double) -> UInt64 {
    let share = GainTimes.share(seconds, framesPerSecond) * 0x1p64
    return share < 0x1p64 ? UInt64(share) : .max
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    ceiling.retarget(Math.amplitude(decibels: values[0]), over: frames)
    release = Self.share(values[1], framesPerSecond)
  }

  /// Whether the gain is unity, and all that it is made of.
  private var isAtRest: Bool { @_transparent @_noAllocation @_noLocks get { calm >= 2 * halfSlope } }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    scan.append(block)
    var frame = 0
    while frame < block.frameCount {
      let count = min(32, block.frameCount - frame)
      if isAtRest && scan.isBelow(lowestCeiling(count), at: block.inputPosition + frame, count) {
        pass(block, frame, count)
      } else {
        var done = 0
        while done < count {
          limit(block, frame + done, min(8, count - done))
          done += 8
        }
      }
      frame += count
    }
  }

  /// A little below the lowest of the next `count` frames.
  @inline(__always) @_noAllocation @_noLocks
  private func lowestCeiling(_ count: Int) -> Float {
    Float(min(ceiling.value, ceiling.value(ahead: count - 1)) * (1 - 1e-6))
  }

  /// At unity.
  @_noAllocation @_noLocks
  private mutating func pass(_ block: AudioBlock, _ frame: Int, _ count: Int) {
    for channel in 0..<channelCount {
      delay.exchange(channel, block.input(channel) + frame, block.output(channel) + frame, count)
    }
    talea_zero(block.output(channelCount) + frame, count * MemoryLayout<Float>.stride)
    ceiling.advance(count)
    delay.advance(count)
  }

  /// At most eight frames.
  @_noAllocation @_noLocks
  private mutating func limit(_ block: AudioBlock, _ frame: Int, _ count: Int) {
    let position = block.inputPosition + frame, lowest = lowestCeiling(count)
    let gains = UnsafeMutableRawPointer(self.gains.base)
    var peak = SIMD8<Float>()
    if isLoud || !scan.isBelow(lowest, at: position, count) {
      for channel in 0..<channelCount {
        peak = talea_larger_size(peak, scan.peaks(channel, at: position, count, above: lowest), 1e12)
      }
      isLoud = talea_largest(peak) > 0
    }
    if isLoud {
      let peaks = EightFrames(peak), early = min(count, 4)
      gains.storeBytes(of: talea_least_gain(peaks.early, ceiling.next(four: early)), as: SIMD4<Double>.self)
      gains.storeBytes(
        of: talea_least_gain(peaks.late, ceiling.next(four: count - early)), toByteOffset: 32, as: SIMD4<Double>.self)
      for n in 0..<count {
        let sum = next(talea_whole(self.gains[n] * Double(Self.unity)))
        self.gains[n] = sum
      }
    } else if isAtRest {
      return pass(block, frame, count)
    } else {
      for n in 0..<count {
        let sum = next(Self.unity)
        self.gains[n] = sum
      }
      ceiling.advance(count)
    }
    let gain = EightFrames(
      talea_quotient4(gains.load(as: SIMD4<Double>.self), whole),
      talea_quotient4(gains.load(fromByteOffset: 32, as: SIMD4<Double>.self), whole))
    delay.play(block, channelCount, frame, count, times: gain.narrow)
    let reduction = EightFrames(talea_decibels(gain.early, Self.least), talea_decibels(gain.late, Self.least))
    store(reduction.narrow, block.output(channelCount) + frame, count)
  }

  /// The sum of both averages for the frame that leaves, from the gain that the one which comes in asks for.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func next(_ wanted: Int64) -> Double {
    let least = minimum.next(wanted)
    if least <= held {
      held = least
    } else {
      held &+= max(1, Int64(truncatingIfNeeded: UInt64(least &- held).multipliedFullWidth(by: release).high))
    }
    calm = held == Self.unity ? calm &+ 1 : 0
    return Double(second.next(first.next(held)))
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
    calm = 2 * halfSlope
    isLoud = false
  }
}
