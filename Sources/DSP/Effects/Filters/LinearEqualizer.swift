import Dataflow
import Signal

/// An equalizer that delays every frequency alike.
public struct LinearEqualizer: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "lineareq", category: "Filters",
    summary: "The bands of `eq` with linear phase: every frequency is delayed alike.",
    discussion: """
      Items as in `eq`. The gain at each frequency is that of the same `eq`; the phase is that of a delay of half of `length`, which \
      is counted as latency. The price is that latency, and a little of each steep band before the sound itself.

      A band is seen as sharp as `length` allows: with 8,192 frames at 48 kHz the gain is that of `eq` within 0.01 dB from \
      100 Hz on for bands up to q=4, and within 0.1 dB from 20 Hz for bands up to q=1. Narrow or low bands want more. Values do not \
      move while it runs; use `eq` for bands that do. Convolution in double precision, error below -145 dB of the output.
      """,
    example: "in -> lineareq { highpass 30Hz; peak 3kHz -2dB q=1; highshelf 9kHz +1.5dB } -> out",
    arguments: [
      .structural(
        StructuralSpec(
          "length", .integer(256...131_072), default: .integer(8_192), "Frames of the response; half of it is the latency."))
    ],
    list: ListSpec(
      FilterKind.allCases.map { ItemSpec($0.name, settled($0.arguments), "As the effect `\($0.name)`.") }, count: 1...64))

  /// The arguments of a band with values that do not move.
  private static func settled(_ arguments: [ArgumentSpec]) -> [ArgumentSpec] {
    arguments.map { argument in
      guard case .parameter(let spec) = argument else { return argument }
      return .structural(
        StructuralSpec(
          spec.name, .quantity(spec.quantity, spec.range), default: spec.defaultValue.map { .quantity($0, spec.quantity) },
          spec.summary))
    }
  }

  private static func half(_ context: RenderContext) -> Int { context.configuration.integer("length") / 2 }

  public static func latency(_ context: RenderContext) -> Rational {
    Rational(half(context)) * context.patchSampleRate / context.sampleRate
  }

  public static func tail(_ context: RenderContext) -> Tail { .frames(2 * half(context) + 1) }
  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(2 * half(context) + 1) }

  /// The bands, and the values of each as `FilterBand` reads them.
  private static func bands(_ context: RenderContext) -> (bands: [FilterBand], values: [Double]) {
    var values: [Double] = []
    let bands = context.configuration.items.map { item in
      let kind = FilterKind.allCases[item.kind]
      let band = FilterBand(kind, structural: item.structural, firstParameter: values.count, firstStage: 0)
      for case .parameter(let spec) in kind.arguments {
        if case .quantity(let value, _)? = item.structural[spec.name] { values.append(value) } else { values.append(0) }
      }
      return band
    }
    return (bands, values)
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let (bands, values) = bands(context)
    for band in bands {
      try band.validate(values)
      let frequency = values[band.firstParameter]
      guard frequency < context.framesPerSecond / 2 else {
        throw EffectError(
          "\(frequency) Hz is not below half the sample rate, \(context.framesPerSecond / 2) Hz",
          help: "lower it, or leave the band out")
      }
    }
  }

  /// Of all bands at each point of the grid.
  private static func magnitude(_ context: RenderContext, points: Int) -> [Double] {
    let (bands, values) = bands(context)
    let sections = values.withUnsafeBufferPointer { values in
      bands.flatMap { band in
        (0..<band.stageCount).map { band.coefficients($0, ParameterValues(values.baseAddress!), context.framesPerSecond) }
      }
    }
    return (0...points).map { point in
      sections.reduce(1) { $0 * $1.magnitude(at: Double(point) / Double(2 * points)) }
    }
  }

  private var convolution: PartitionedConvolution<SIMD4<Double>>

  public init(_ context: RenderContext) {
    let half = Self.half(context), channels = context.inputChannels[0]
    let points = ResponseDesign.powerOfTwo(atLeast: 8 * half)
    let response = ResponseDesign.linearPhase(Self.magnitude(context, points: points), half: half)
    convolution = PartitionedConvolution(
      [response], layout: ConvolutionLayout(length: response.count, latency: 0), inputs: channels, outputs: channels,
      paths: (0..<channels).map { ConvolutionPath(input: $0, output: $0, response: 0) }, memory: context.memory)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  // The kernel is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func process(_ block: AudioBlock) { convolution.process(block) }

  // The kernel is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func reset() { convolution.reset() }
}
