import Signal

/// Up to 64 filters as one cascade.
public struct Equalizer: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "eq", category: "Filters",
    summary: "A list of filter bands, run as one cascade.",
    discussion: """
      Each item is one of `lowpass highpass bandpass notch allpass peak lowshelf highshelf` with the arguments of the effect
      of that name. A band is addressed by its number or its label: `bands.2.gain`, or `mid: peak …` and `bands.mid.gain`.

      The bands run as one pipeline in double precision; the result is that of the effects one
      after the other, without the rounding to single precision between them. Accuracy and source as for `lowpass`.
      """,
    example: "in -> eq { highpass 80Hz; peak 2.5kHz +3dB q=1.4; highshelf 10kHz +2dB } -> out",
    arguments: [],
    list: ListSpec(
      FilterKind.allCases.map { ItemSpec($0.name, $0.arguments, "As the effect `\($0.name)`.") }, count: 1...64),
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { FilterKernel.tail(FilterKernel.list(context), context) }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    for band in FilterKernel.list(context) { try band.validate(context.parameters) }
  }

  private var kernel: FilterKernel

  public init(_ context: RenderContext) { kernel = FilterKernel(FilterKernel.list(context), context) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { kernel.apply(values, over: frames) }

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
