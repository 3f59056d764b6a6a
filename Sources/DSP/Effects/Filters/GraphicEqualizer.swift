import Signal

/// A graphic equalizer whose response goes through its sliders.
public struct GraphicEqualizer: Effect, ~Copyable {
  private static let level = ParameterSpec("level", .level, default: nil, in: -24...24, scale: .linear, "Gain at the centre.")

  public static let spec = EffectSpec(
    name: "graphiceq", category: "Filters",
    summary: "A graphic equalizer of 10, 15 or 31 bands whose response goes through its sliders.",
    discussion: """
      One level for each band, lowest first: 10 bands an octave apart from 31.5 Hz to 16 kHz, 15 bands two thirds of an octave
      apart from 25 Hz to 16 kHz, or 31 bands a third of an octave apart from 20 Hz to 20 kHz. Centres are 1 kHz times powers of
      2, 2^(2/3) or 2^(1/3).

      Each band is a peak filter, and each reaches into its neighbours. Their gains are corrected for that, so that the response
      at every centre is the wanted one within 0.01 dB for levels up to 12 dB in any mixture, also while levels move; between bands of one
      level it stays within 0.7 dB of them at 6 dB. A band at or above 0.48 of the sample rate has no effect; a level other than 0 dB for it is refused.
      Source: V. Välimäki and J. Liski, "Accurate cascade graphic equalizer", IEEE Signal Processing Letters 24(2), 2017.
      """,
    example: "in -> graphiceq { 3dB; 2dB; 1dB; 0dB; 0dB; -1dB; -1dB; 0dB; 2dB; 3dB } -> out",
    arguments: [],
    list: ListSpec([ItemSpec("", [.parameter(level)], "The level of one band.")], count: 10...31), canRunInPlace: true)

  /// 1 kHz times powers of the ratio.
  static func centres(_ count: Int) -> (hertz: [Double], ratio: Double) {
    let (octaves, below) = count == 31 ? (1.0 / 3, 17) : count == 15 ? (2.0 / 3, 8) : (1.0, 5)
    return ((0..<count).map { 1_000 * Math.exp2(octaves * Double($0 - below)) }, Math.exp2(octaves))
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let count = context.configuration.items.count
    guard [10, 15, 31].contains(count) else {
      throw EffectError("a graphic equalizer has 10, 15 or 31 bands, not \(count)", help: "write one level for each band")
    }
    for (centre, level) in zip(centres(count).hertz, context.parameters)
    where centre >= GraphicBands.highest * context.framesPerSecond && level != 0 {
      throw EffectError(
        "the band at \(Int(centre.rounded())) Hz lies too near half the sample rate, \(Int(context.framesPerSecond / 2)) Hz",
        help: "write 0dB for it")
    }
  }

  public static func tail(_ context: RenderContext) -> Tail {
    let centres = centres(context.configuration.items.count)
    return GraphicKernel.tail(centres: centres.hertz, ratio: centres.ratio, wanted: context.parameters, context)
  }

  private var kernel: GraphicKernel

  public init(_ context: RenderContext) {
    let centres = Self.centres(context.configuration.items.count)
    kernel = GraphicKernel(centres: centres.hertz, ratio: centres.ratio, wanted: context.parameters, context)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { kernel.retarget(values.base, over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { kernel.process(block) }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { kernel.processFrame(frame) }

  public static var isSectionSeries: Bool { true }
  public var settledSections: SectionSeries? { @_noAllocation @_noLocks get { kernel.settled } }

  @_noAllocation @_noLocks
  public mutating func reset() { kernel.reset() }
}
