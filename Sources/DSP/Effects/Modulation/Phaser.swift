import CRealtime
import Signal

/// Notches that sweep.
public struct Phaser: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "phaser", category: "Modulation",
    summary: "Adds the sound again through allpass filters that sweep.",
    discussion: """
      A chain of `stages` first-order allpass filters, whose corner sweeps as a sine in octaves from `low` to `high`. Where \
      the chain turns the phase by 180 degrees, the sum has a notch: half as many as there are stages. `feedback` sharpens \
      the peaks between them. `(1 - mix) dry + mix wet`: at 50% the notches are complete. With `spread` each channel is so \
      much of a turn behind the one before. The corner is derived for every frame, in double precision.
      """,
    example: "in -> phaser 0.4Hz stages=6 feedback=40% -> out",
    arguments: [
      .parameter(ParameterSpec("rate", .frequency, default: 0.4, in: 0.01...20, "Sweeps per second.")),
      .parameter(
        ParameterSpec("low", .frequency, default: 300, in: 20...20_000, belowNyquist: true, "Where the sweep turns up.")),
      .parameter(ParameterSpec("high", .frequency, default: 3_000, in: 20...20_000, belowNyquist: true, "Where it turns down.")),
      .parameter(
        ParameterSpec("feedback", .ratio, default: 0.3, in: -0.9...0.9, "How much of the chain's output returns to it.")),
      .parameter(ParameterSpec("mix", .ratio, default: 0.5, in: 0...1, "0% is the dry sound alone, 100% the chain.")),
      .structural(StructuralSpec("stages", .integer(2...16), default: .integer(6), "Allpass filters in the chain.")),
      .structural(
        StructuralSpec(
          "spread", .quantity(.angle, 0...360), default: .quantity(0, .angle), "From one channel to the next, in a turn.")),
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    let slowest = 2 * Double.pi * min(context.parameters[1], context.parameters[2])
    // Each stage and each return decays at least this fast.
    let constant = context.framesPerSecond / slowest
    let stages = Double(context.configuration.integer("stages"))
    return .rings(bound: Int(constant * stages * 60 / (1 - abs(context.parameters[3]))) + 1_000)
  }

  private var turning: Turning
  /// Binary logarithms of the ends, in turns of the sample rate.
  private var low: LinearRamp
  private var high: LinearRamp
  private var feedback: LinearRamp
  private var mix: LinearRamp
  /// Of each pair of channels: what the stages keep, then what returns.
  private let state: OwnedBuffer<SIMD2<Double>>
  /// Frames whose coefficients are found together, as they wait for nothing: the stages do.
  private static var stretch: Int { @_transparent @_noAllocation @_noLocks get { 64 } }
  /// Of a stretch: coefficients of each channel, how much returns, how much is heard, and a pair of channels.
  private let coefficients: OwnedBuffer<Double>
  private let returned: OwnedBuffer<Double>
  private let wet: OwnedBuffer<Double>
  private let frames: OwnedBuffer<SIMD2<Double>>
  private let stages: Int
  private let spread: Double
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    stages = context.configuration.integer("stages")
    spread = context.configuration.quantity("spread") / 360
    let pairs = (channelCount + 1) / 2
    state = OwnedBuffer(count: pairs * (stages + 1), memory: context.memory)
    coefficients = OwnedBuffer(count: 2 * Self.stretch * pairs, memory: context.memory)
    returned = OwnedBuffer(count: Self.stretch, memory: context.memory)
    wet = OwnedBuffer(count: Self.stretch, memory: context.memory)
    frames = OwnedBuffer(count: Self.stretch, memory: context.memory)
    turning = Turning(context.parameters[0], framesPerSecond: framesPerSecond)
    low = LinearRamp(Math.log2(context.parameters[1] / framesPerSecond))
    high = LinearRamp(Math.log2(context.parameters[2] / framesPerSecond))
    feedback = LinearRamp(context.parameters[3])
    mix = LinearRamp(context.parameters[4])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    turning.retarget(values[0], over: frames)
    low.retarget(Math.log2(values[1] / framesPerSecond), over: frames)
    high.retarget(Math.log2(values[2] / framesPerSecond), over: frames)
    feedback.retarget(values[3], over: frames)
    mix.retarget(values[4], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(Self.stretch, block.frameCount - frame)
      for group in 0..<(count + 7) / 8 {
        let some = min(8, count - 8 * group)
        findCoefficients(8 * group, some)
        Self.keep(feedback.nextFrames(some), returned.base + 8 * group)
        Self.keep(mix.nextFrames(some), wet.base + 8 * group)
      }
      var channel = 0
      while channel < channelCount {
        let input = block.input(channel) + frame, isPair = channel + 1 < channelCount
        if isPair {
          PairConversion.load(input, block.input(channel + 1) + frame, into: frames.base, count)
        } else {
          PairConversion.load(input, into: frames.base, count)
        }
        let left = coefficients.base + Self.stretch * channel
        talea_sweep(
          state.base + channel / 2 * (stages + 1), frames.base, left, left + Self.stretch, returned.base, wet.base, count, stages)
        if isPair {
          PairConversion.store(frames.base, to: block.output(channel) + frame, block.output(channel + 1) + frame, count)
        } else {
          PairConversion.store(frames.base, to: block.output(channel) + frame, count)
        }
        channel += 2
      }
      frame += count
    }
  }

  @_transparent @_noAllocation @_noLocks
  private static func keep(_ values: EightFrames, _ memory: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(memory).storeBytes(of: values.early, as: SIMD4<Double>.self)
    UnsafeMutableRawPointer(memory).storeBytes(of: values.late, toByteOffset: 32, as: SIMD4<Double>.self)
  }

  /// Of the next eight frames, `start` frames after the stretch's first; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func findCoefficients(_ start: Int, _ count: Int) {
    let low = self.low.nextFrames(count), high = self.high.nextFrames(count), turns = turning.nextFrames(count)
    for channel in 0..<(channelCount + 1) / 2 * 2 {
      let target = coefficients.base + (Self.stretch * channel + start)
      guard channel == 0 || spread != 0 else {
        talea_copy(target, coefficients.base + start, 8 * MemoryLayout<Double>.stride)
        continue
      }
      let offset = -spread * Double(channel)
      Self.keep(
        EightFrames(
          Self.coefficient(low.early, high.early, turns.early, offset),
          Self.coefficient(low.late, high.late, turns.late, offset)),
        target)
    }
  }

  @inline(__always) @_noAllocation @_noLocks
  private static func coefficient(
    _ low: SIMD4<Double>, _ high: SIMD4<Double>, _ turns: SIMD4<Double>, _ offset: Double
  ) -> SIMD4<Double> {
    // From low to high and back as half of one minus the cosine: a sine a quarter of a turn before.
    let sine = talea_sine_of_turns(talea_sum4(turns, SIMD4(repeating: offset - 0.25)))
    let half = SIMD4<Double>(repeating: 0.5), share = talea_fused4(half, sine, half)
    let corner = talea_power_of_two(talea_fused4(talea_difference4(high, low), share, low))
    return talea_allpass(talea_at_most4(corner, 0.49))
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    turning.reset()
    low.snap()
    high.snap()
    feedback.snap()
    mix.snap()
    state.clear()
  }
}
