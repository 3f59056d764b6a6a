import Dataflow
import Signal

/// Lowers the sample rate by a whole factor, inside one patch.
public struct Downsample: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "downsample", category: "Sample rate",
    summary: "Lowers the sample rate by a whole factor; the way back from `upsample`.",
    discussion: """
      A linear-phase filter removes what the lower rate cannot carry: flat within 0.001 dB to 20 kHz or 0.907 of the \
      output's Nyquist frequency, whichever is lower (at 48 kHz and above to 0.83 of it), and whatever would fold into that \
      band is at least 100 dB down.

      At 48 kHz the latency is 20 frames for a factor of 2, 24 for 4, 26 for 8, 16 and 32, and 21 for all others.

      Powers of two are a cascade of half-band filters, which takes a fifth of the time of other factors.

      Source: M. Bellanger, J. Daguet and G. Lepagnol, "Interpolation, extrapolation, and reduction of computation speed in \
      digital filters", IEEE Trans. ASSP 22, 1974; R. E. Crochiere and L. R. Rabiner, Multirate Digital Signal Processing, \
      1983; windows after Kaiser.
      """,
    example: "in -> upsample 4 -> drive 12dB -> downsample 4 -> out",
    arguments: [
      .structural(StructuralSpec("factor", .integer(2...32), default: nil, "Input frames for one output frame."))
    ])

  /// For powers of two; otherwise `filter`.
  private var cascade: HalfBandCascade?
  private var filter: PolyphaseFilter?

  public static func rateRule(_ configuration: EffectConfiguration) -> RateRule {
    .times(Rational(1, configuration.integer("factor")))
  }

  public static func latency(_ context: RenderContext) -> Rational {
    if let plan = plan(context) { return Rational(plan.latency) }
    guard let conversion = try? Self.conversion(context) else { return 0 }
    return Rational(conversion.latency)
  }

  public static func tail(_ context: RenderContext) -> Tail {
    if let plan = plan(context) { return .frames(plan.tailFrameCount(context)) }
    guard let conversion = try? Self.conversion(context) else { return .frames(0) }
    return .frames(conversion.tailFrameCount)
  }

  public static func validate(_ context: RenderContext) throws(EffectError) { _ = try conversion(context) }

  private static func plan(_ context: RenderContext) -> HalfBandCascade.Plan? {
    HalfBandCascade.Plan(context, factor: context.configuration.integer("factor"))
  }

  private static func conversion(_ context: RenderContext) throws(EffectError) -> RateConversion {
    try RateConversion(context, .oversampling(lowerRate: context.sampleRate))
  }

  public init(_ context: RenderContext) {
    if let plan = Self.plan(context) {
      cascade = HalfBandCascade(plan, context)
      filter = nil
    } else {
      guard let conversion = try? Self.conversion(context) else { preconditionFailure("`validate` accepts before `init`") }
      cascade = nil
      filter = PolyphaseFilter(conversion, context)
    }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    if cascade == nil { filter!.process(block) } else { cascade!.process(block) }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    cascade?.reset()
    filter?.reset()
  }
}
