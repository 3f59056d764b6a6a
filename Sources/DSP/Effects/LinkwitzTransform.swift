import Signal

/// Gives a closed loudspeaker another resonance.
public struct LinkwitzTransform: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "linkwitztransform", category: "Filters",
    summary: "Replaces the resonance of a closed loudspeaker by another one.",
    discussion: """
      `(s^2 + s w0/Q0 + w0^2) / (s^2 + s w1/Q1 + w1^2)`: takes away the highpass of second order that a driver in a closed box \
      is (`frequency`, `q`) and puts the wanted one in its place. By the bilinear transform, each frequency in its place. The \
      gain at 0 Hz is `(frequency / wanted)^2`: mind the excursion.
      Source: S. Linkwitz, "Loudspeaker system design", Wireless World 84, 1978.
      """,
    example: "in -> linkwitztransform 55Hz q=1.1 wanted=32Hz wanted_q=0.7 -> out",
    arguments: [
      .parameter(ParameterSpec("frequency", .frequency, default: nil, in: 1...1_000, "Of the box as it is.")),
      .parameter(ParameterSpec("q", .number, default: 0.707, in: 0.1...10, scale: .log, "Of the box as it is.")),
      .parameter(ParameterSpec("wanted", .frequency, default: nil, in: 1...1_000, "The new resonance.")),
      .parameter(ParameterSpec("wanted_q", .number, default: 0.707, in: 0.1...10, scale: .log, "Of the new resonance.")),
    ],
    canRunInPlace: true)

  @_noAllocation @_noLocks
  private static func coefficients(_ values: ParameterValues, _ framesPerSecond: Double) -> BiquadCoefficients {
    let before = Math.tan(Double.pi * values[0] / framesPerSecond), after = Math.tan(Double.pi * values[2] / framesPerSecond)
    let a = before / values[1], b = after / values[3]
    let before2 = before * before, after2 = after * after
    return BiquadCoefficients(
      1 + a + before2, 2 * (before2 - 1), 1 - a + before2, over: 1 + b + after2, 2 * (after2 - 1), 1 - b + after2)
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
