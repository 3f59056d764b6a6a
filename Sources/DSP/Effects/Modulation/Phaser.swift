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
  /// Of each pair of channels: the stages, then what returns.
  private let state: OwnedBuffer<SIMD2<Double>>
  /// Of eight frames: a coefficient for each channel, how much returns, how much is heard, and a pair of channels.
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
    coefficients = OwnedBuffer(count: 16 * pairs, memory: context.memory)
    returned = OwnedBuffer(count: 8, memory: context.memory)
    wet = OwnedBuffer(count: 8, memory: context.memory)
    frames = OwnedBuffer(count: 8, memory: context.memory)
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
      let count = min(8, block.frameCount - frame)
      findCoefficients(count)
      Self.keep(feedback.nextFrames(count), returned.base)
      Self.keep(mix.nextFrames(count), wet.base)
      var channel = 0
      while channel < channelCount {
        let left = block.input(channel) + frame, isPair = channel + 1 < channelCount
        if isPair {
          PairConversion.load(left, block.input(channel + 1) + frame, into: frames.base, count)
        } else {
          PairConversion.load(left, into: frames.base, count)
        }
        sweep(channel, count)
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

  /// Of the next eight frames; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func findCoefficients(_ count: Int) {
    let low = self.low.nextFrames(count), high = self.high.nextFrames(count), turns = turning.nextFrames(count)
    for channel in 0..<(channelCount + 1) / 2 * 2 {
      let target = coefficients.base + 8 * channel
      guard channel == 0 || spread != 0 else {
        talea_copy(target, coefficients.base, 8 * MemoryLayout<Double>.stride)
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

  /// `count` frames of two channels through their stages.
  @inline(__always) @_noAllocation @_noLocks
  private func sweep(_ channel: Int, _ count: Int) {
    let memory = state.base + channel / 2 * (stages + 1), coefficients = self.coefficients.base + 8 * channel
    var last = memory[stages]
    for n in 0..<count {
      let dry = frames[n], a = SIMD2(coefficients[n], coefficients[8 + n]), square = a * a
      var x = dry.addingProduct(SIMD2(repeating: returned[n]), last)
      // y[n] = a x[n] + x[n-1] - a y[n-1]; two stages at a time, so that one product leads through both.
      var stage = 0
      while stage + 1 < stages {
        let first = memory[stage], second = memory[stage + 1]
        let y = first.addingProduct(a, x), z = second.addingProduct(a, first).addingProduct(square, x)
        memory[stage] = x.addingProduct(-a, y)
        memory[stage + 1] = y.addingProduct(-a, z)
        x = z
        stage += 2
      }
      if stage < stages {
        let y = memory[stage].addingProduct(a, x)
        memory[stage] = x.addingProduct(-a, y)
        x = y
      }
      last = x
      frames[n] = ((1 - wet[n]) * dry).addingProduct(SIMD2(repeating: wet[n]), x)
    }
    memory[stages] = last
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
