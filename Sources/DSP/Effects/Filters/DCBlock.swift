import Signal

/// Takes a constant offset out.
public struct DCBlock: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "dcblock", category: "Filters",
    summary: "Takes a constant offset out of the signal.",
    discussion: """
      A highpass of first order, -3.01 dB at the cutoff: exactly nothing at DC, and above 20 Hz within 0.3 dB of unity with
      the default cutoff of 5 Hz. An offset is gone to a hundredth after 147 ms.
      """,
    example: "in -> drive 12dB -> dcblock -> out",
    arguments: [
      .parameter(
        ParameterSpec("cutoff", .frequency, default: 5, in: 0.1...200, belowNyquist: true, "Where the gain is -3.01 dB."))
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    .frames(decayFrameCount(of: [context.withParameterValues { coefficients($0, context.framesPerSecond) }]))
  }

  private var cascade: BiquadCascade
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    cascade = BiquadCascade(
      stageCount: 1, channelCount: context.inputChannels[0], maximumFrameCount: context.maximumFrameCount, memory: context.memory)
    cascade.set(0, context.withParameterValues { Self.coefficients($0, context.framesPerSecond) })
  }

  @_noAllocation @_noLocks
  private static func coefficients(_ values: ParameterValues, _ framesPerSecond: Double) -> BiquadCoefficients {
    .highpass1(values[0], framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    cascade.retarget(0, Self.coefficients(values, framesPerSecond), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { cascade.process(block) }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { cascade.processFrame(frame) }

  public static var isSectionSeries: Bool { true }
  public var settledSections: SectionSeries? { @_noAllocation @_noLocks get { cascade.settled } }

  @_noAllocation @_noLocks
  public mutating func reset() { cascade.reset() }
}
