import Signal

/// A wah pedal.
public struct Wah: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "wah", category: "Modulation",
    summary: "A wah pedal: a resonant bandpass that a position moves.",
    discussion: """
      The centre goes from `low` at 0% to `high` at 100% in equal steps of pitch; the gain there is 0 dB. Drive `position` with an
      `lfo` or a control; `autowah` moves it with the sound. The position ramps frame by frame.
      """,
    example: """
      foot = lfo 0.8Hz from=0% to=100%
      pedal = wah
      in -> pedal -> out
      foot -> pedal.position
      """,
    arguments: [
      .parameter(ParameterSpec("position", .ratio, default: 0.5, in: 0...1, "Heel to toe.")),
      .parameter(ParameterSpec("q", .number, default: 4, in: 0.5...20, scale: .log, "Resonance.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "How much of the output has gone through the pedal.")),
      .structural(StructuralSpec("low", .quantity(.frequency, 50...5_000), default: .quantity(350, .frequency), "At 0%.")),
      .structural(StructuralSpec("high", .quantity(.frequency, 50...10_000), default: .quantity(2_200, .frequency), "At 100%.")),
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    let configuration = context.configuration
    return WahFilter.tail(
      lowest: min(configuration.quantity("low"), configuration.quantity("high")), q: context.parameters[1],
      framesPerSecond: context.framesPerSecond)
  }

  private var filter: WahFilter
  private var position: LinearRamp
  private var damping: LinearRamp
  private var mix: LinearRamp
  private let lowest: Double
  private let span: Double
  /// Whether the filter is not yet where the values are.
  private var needsTuning = true

  public init(_ context: RenderContext) {
    filter = WahFilter(
      channels: context.inputChannels[0], framesPerSecond: context.framesPerSecond, memory: context.memory)
    let low = Math.log2(context.configuration.quantity("low")), high = Math.log2(context.configuration.quantity("high"))
    lowest = low
    span = high - low
    position = LinearRamp(context.parameters[0])
    damping = LinearRamp(1 / context.parameters[1])
    mix = LinearRamp(context.parameters[2])
    let tangents = filter.tangents(octaves: SIMD4(repeating: low.addingProduct(high - low, position.target)))
    filter.tune(tangent: tangents[0], damping: damping.target)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    position.retarget(values[0], over: frames)
    damping.retarget(1 / values[1], over: frames)
    mix.retarget(values[2], over: frames)
    needsTuning = true
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let isTuned = !needsTuning
      // Once more after a ramp has ended: for its target.
      needsTuning = position.isMoving || damping.isMoving
      let octaves = SIMD4(repeating: lowest).addingProduct(span, position.next(four: count))
      let tangents = isTuned ? SIMD4() : filter.tangents(octaves: octaves)
      for n in 0..<count {
        if !isTuned { filter.tune(tangent: tangents[n], damping: damping.next()) }
        let mix = self.mix.next()
        for channel in 0..<filter.channelCount {
          let x = Double(block.input(channel)[frame + n])
          block.output(channel)[frame + n] = Float(x.addingProduct(mix, filter.next(channel, x) - x))
        }
      }
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    filter.reset()
    position.snap()
    damping.snap()
    mix.snap()
    needsTuning = true
  }
}
