import Signal

/// Lows down and highs up, or the other way round.
public struct Tilt: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "tilt", category: "Filters",
    summary: "Tilts the spectrum around a pivot.",
    discussion: """
      A first-order filter: `gain / 2` far above the pivot, `-gain / 2` far below it, 0 dB at it: \
      `(A s + w) / (s + A w)` with A = 10^(gain/40), by the bilinear transform.
      """,
    example: "in -> tilt 3dB pivot=900Hz -> out",
    arguments: [
      .parameter(ParameterSpec("gain", .level, default: nil, in: -36...36, scale: .linear, "From the lows to the highs.")),
      .parameter(
        ParameterSpec("pivot", .frequency, default: 1_000, in: 10...20_000, belowNyquist: true, "Where nothing changes.")),
    ],
    canRunInPlace: true)

  @_noAllocation @_noLocks
  private static func coefficients(_ values: ParameterValues, _ framesPerSecond: Double) -> BiquadCoefficients {
    let a = Math.amplitude(decibels: 0.5 * values[0])
    let s = Math.sinPi(values[1] / framesPerSecond), c = Math.cosPi(values[1] / framesPerSecond)
    return BiquadCoefficients(a * c + s, s - a * c, 0, over: c + a * s, a * s - c, 0)
  }

  public static func tail(_ context: RenderContext) -> Tail {
    .frames(decayFrameCount(of: [context.withParameterValues { coefficients($0, context.framesPerSecond) }]))
  }

  private var section: SingleSection
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    section = SingleSection(context.withParameterValues { Self.coefficients($0, context.framesPerSecond) }, context)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    section.retarget(Self.coefficients(values, framesPerSecond), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { section.process(block) }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { section.processFrame(frame) }

  @_noAllocation @_noLocks
  public mutating func reset() { section.reset() }
}
