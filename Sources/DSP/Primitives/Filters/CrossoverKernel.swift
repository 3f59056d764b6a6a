import Signal

/// Linkwitz-Riley bands: one cascade of filters for each, fed with the whole sound.
///
/// A split at an edge is a lowpass and a highpass, each two Butterworth sections of second order; their sum is an allpass.
/// A band below an edge where others are split further takes that allpass instead, so that all stay in phase.
struct CrossoverKernel: ~Copyable {
  private var band0: BiquadCascade
  private var band1: BiquadCascade
  private var band2: BiquadCascade
  private var band3: BiquadCascade
  private let edgeCount: Int
  private let channelCount: Int
  private let framesPerSecond: Double

  static func edge(_ name: String, _ defaultValue: Double, _ summary: String) -> ArgumentSpec {
    .parameter(ParameterSpec(name, .frequency, default: defaultValue, in: 1...192_000, belowNyquist: true, summary))
  }

  /// - Parameter context: its parameters are the edges, one to three.
  init(_ context: RenderContext) {
    let count = context.parameters.count, channels = context.inputChannels[0]
    edgeCount = count
    channelCount = channels
    framesPerSecond = context.framesPerSecond
    band0 = Self.cascade(0, count, context)
    band1 = Self.cascade(1, count, context)
    band2 = Self.cascade(2, count, context)
    band3 = Self.cascade(3, count, context)
  }

  private static func cascade(_ band: Int, _ edgeCount: Int, _ context: RenderContext) -> BiquadCascade {
    var cascade = BiquadCascade(
      stageCount: stageCount(band, edgeCount), channelCount: context.inputChannels[0],
      maximumFrameCount: context.maximumFrameCount, memory: context.memory)
    context.withParameterValues { values in
      for stage in 0..<stageCount(band, edgeCount) {
        cascade.set(stage, coefficients(band, stage, edgeCount, values, context.framesPerSecond))
      }
    }
    return cascade
  }

  /// Two sections for each edge below the band and for the one above it, one for each edge beyond.
  @_noAllocation @_noLocks
  static func stageCount(_ band: Int, _ edgeCount: Int) -> Int {
    band > edgeCount ? 0 : band == edgeCount ? 2 * edgeCount : 2 * (band + 1) + (edgeCount - 1 - band)
  }

  @_noAllocation @_noLocks
  static func coefficients(
    _ band: Int, _ stage: Int, _ edgeCount: Int, _ values: ParameterValues, _ framesPerSecond: Double
  ) -> BiquadCoefficients {
    let edge = stage < 2 * (band + 1) ? stage / 2 : stage - band - 1
    let w = CornerAngle(values[edge], framesPerSecond), q = FilterKind.butterworthQ
    return edge < band ? .highpass(w, q: q) : edge == band ? .lowpass(w, q: q) : .allpass(w, q: q)
  }

  static func tail(_ context: RenderContext) -> Tail {
    let count = context.parameters.count
    let frames = (0...count).map { band in
      context.withParameterValues { values in
        decayFrameCount(
          of: (0..<stageCount(band, count)).map { coefficients(band, $0, count, values, context.framesPerSecond) })
      }
    }
    return .frames(frames.max() ?? 0)
  }

  static func validate(_ context: RenderContext) throws(EffectError) {
    for (lower, upper) in zip(context.parameters, context.parameters.dropFirst()) where lower >= upper {
      throw EffectError("the edges of a crossover must rise, but \(upper) Hz follows \(lower) Hz")
    }
  }

  @_noAllocation @_noLocks
  mutating func apply(_ values: ParameterValues, over frames: Int) {
    Self.apply(&band0, 0, edgeCount, values, framesPerSecond, frames)
    Self.apply(&band1, 1, edgeCount, values, framesPerSecond, frames)
    Self.apply(&band2, 2, edgeCount, values, framesPerSecond, frames)
    Self.apply(&band3, 3, edgeCount, values, framesPerSecond, frames)
  }

  @_noAllocation @_noLocks
  private static func apply(
    _ cascade: inout BiquadCascade, _ band: Int, _ edgeCount: Int, _ values: ParameterValues, _ framesPerSecond: Double,
    _ frames: Int
  ) {
    for stage in 0..<stageCount(band, edgeCount) {
      cascade.retarget(stage, coefficients(band, stage, edgeCount, values, framesPerSecond), over: frames)
    }
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    band0.process(output(0, of: block))
    band1.process(output(1, of: block))
    if edgeCount > 1 { band2.process(output(2, of: block)) }
    if edgeCount > 2 { band3.process(output(3, of: block)) }
  }

  @_noAllocation @_noLocks
  private func output(_ band: Int, of block: AudioBlock) -> AudioBlock {
    AudioBlock(
      inputs: block.inputs, outputs: block.outputs + band * channelCount, inputFrameCount: block.inputFrameCount,
      frameCount: block.frameCount, inputPosition: block.inputPosition, position: block.position)
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    band0.reset()
    band1.reset()
    band2.reset()
    band3.reset()
  }
}
