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
  /// Of each channel: the stages, then what returns.
  private let state: OwnedBuffer<Double>
  /// Of four frames, for each channel.
  private let coefficients: OwnedBuffer<SIMD4<Double>>
  private let stages: Int
  private let spread: Double
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    stages = context.configuration.integer("stages")
    spread = context.configuration.quantity("spread") / 360
    state = OwnedBuffer(count: channelCount * (stages + 1), memory: context.memory)
    coefficients = OwnedBuffer(count: channelCount, memory: context.memory)
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
      let count = min(4, block.frameCount - frame)
      let low = self.low.next(four: count), high = self.high.next(four: count), turns = turning.next(four: count)
      for channel in 0..<channelCount {
        guard channel == 0 || spread != 0 else {
          coefficients[channel] = coefficients[0]
          continue
        }
        let share = 0.5 - 0.5 * Math.cosPi(2 * (turns - spread * Double(channel)))
        let corner = Math.exp2(low.addingProduct(high - low, share))
        let tangent = Math.tan(Double.pi * corner.replacing(with: 0.49, where: corner .> 0.49))
        coefficients[channel] = (tangent - 1) / (tangent + 1)
      }
      for n in frame..<frame + count {
        let returned = feedback.next(), wet = mix.next()
        for channel in 0..<channelCount {
          let dry = Double(block.input(channel)[n])
          let x = shifted(dry, returned, coefficients[channel][n - frame], state.base + channel * (stages + 1))
          block.output(channel)[n] = Float(((1 - wet) * dry).addingProduct(wet, x))
        }
      }
      frame += count
    }
  }

  /// One frame through the stages of a channel, whose `memory` ends with what returns.
  @inline(__always) @_noAllocation @_noLocks
  private func shifted(
    _ dry: Double, _ returned: Double, _ coefficient: Double, _ memory: UnsafeMutablePointer<Double>
  ) -> Double {
    var x = dry.addingProduct(returned, memory[stages])
    for stage in 0..<stages {
      // y[n] = a x[n] + x[n-1] - a y[n-1]
      let y = memory[stage].addingProduct(coefficient, x)
      memory[stage] = x.addingProduct(-coefficient, y)
      x = y
    }
    memory[stages] = x
    return x
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
