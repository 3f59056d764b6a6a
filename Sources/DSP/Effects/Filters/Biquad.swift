import Signal

/// A section of second order by its coefficients.
public struct Biquad: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "biquad", category: "Filters",
    summary: "A filter of second order by its five coefficients.",
    discussion: """
      `y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]`: the coefficients of a filter designed elsewhere, `a0`
      divided out, in the order of scipy's `sos` but for its 1. It is refused where it is unstable: its poles lie within the
      unit circle where |a2| < 1 and |a1| < 1 + a2.

      Coefficients are a filter at one sample rate, and another filter at another. `rate` says for which they are: a patch
      that runs at another is then refused. Where what they stand for is known, `eq` and its bands work at every rate.

      Some programs, CamillaDSP and SoX among them, write the signs as here; others write `+ a1 y[n-1] + a2 y[n-2]`, and their
      `a1` and `a2` are to be turned over.
      """,
    example: "in -> biquad 1.00515 -1.91142 0.910365 -1.91142 0.915519 rate=48kHz -> out",
    arguments: [
      coefficient("b0", 1, "Of the input."), coefficient("b1", 0, "Of the input one frame before."),
      coefficient("b2", 0, "Of the input two frames before."),
      coefficient("a1", 0, "Of the output one frame before; subtracted."),
      coefficient("a2", 0, "Of the output two frames before; subtracted."),
      .structural(
        StructuralSpec(
          "rate", .quantity(.frequency, 0...768_000), default: .quantity(0, .frequency),
          "The sample rate that they are for; 0 takes them at any.")),
    ],
    canRunInPlace: true)

  private static func coefficient(_ name: String, _ value: Double, _ summary: String) -> ArgumentSpec {
    .structural(StructuralSpec(name, .quantity(.number, -1e6...1e6), default: .quantity(value, .number), summary))
  }

  private static func section(_ context: RenderContext) -> BiquadCoefficients {
    func value(_ name: String) -> Double { context.configuration.quantity(name) }
    return BiquadCoefficients(b0: value("b0"), b1: value("b1"), b2: value("b2"), a1: value("a1"), a2: value("a2"))
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let section = section(context), rate = context.configuration.quantity("rate")
    guard section.a2.magnitude < 1, section.a1.magnitude < 1 + section.a2 else {
      throw EffectError(
        "a filter with a1 = \(section.a1) and a2 = \(section.a2) is unstable: what it holds grows without end",
        help: "|a2| must be below 1 and |a1| below 1 + a2; are the signs those of a filter that subtracts a1 y[n-1]?")
    }
    if rate > 0, rate != context.framesPerSecond {
      throw EffectError(
        "these coefficients are for \(rate) Hz, and it runs at \(context.framesPerSecond) Hz",
        help: "run it at that rate, or use an effect that says what the filter is for, such as `peak`")
    }
  }

  public static func tail(_ context: RenderContext) -> Tail { .frames(decayFrameCount(of: [section(context)])) }

  private var cascade: BiquadCascade

  public init(_ context: RenderContext) {
    cascade = BiquadCascade(
      stageCount: 1, channelCount: context.inputChannels[0], maximumFrameCount: context.maximumFrameCount,
      memory: context.memory)
    cascade.set(0, Self.section(context))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

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
