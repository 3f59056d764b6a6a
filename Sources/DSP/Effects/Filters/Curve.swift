import Dataflow
import Signal

/// A frequency response drawn by its points.
public struct Curve: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "curve", category: "Filters",
    summary: "A frequency response drawn by points: gains at frequencies, straight lines between them.",
    discussion: """
      Points rise in frequency; between two of them the gain in dB goes in a straight line over the logarithm of the frequency, outside it \
      is that of the first or the last. This is how `GraphicEQ` of Equalizer APO and AutoEQ is meant. `phase=minimum` has no latency, \
      `phase=linear` delays every frequency by half of `length`, which is counted as latency.

      With 16,384 frames at 48 kHz the gain is met within 0.05 dB from 20 Hz on for curves of AutoEQ's steepness, corners are rounded \
      over some 3 Hz. Convolution in double precision, error below -145 dB of the output.
      """,
    example: "in -> curve { 20Hz +4dB; 100Hz +1dB; 1kHz 0dB; 3kHz -3dB; 8kHz +2dB } -> out",
    arguments: [
      .structural(
        StructuralSpec("phase", .word(["minimum", "linear"]), default: .word("minimum"), "Least delay, or the same for all.")),
      .structural(StructuralSpec("length", .integer(256...131_072), default: .integer(16_384), "Frames of the response.")),
    ],
    list: ListSpec(
      [
        ItemSpec(
          "",
          [
            .structural(StructuralSpec("frequency", .quantity(.frequency, 0.1...1e6), default: nil, "Of the point.")),
            .structural(StructuralSpec("gain", .quantity(.level, -120...60), default: nil, "There.")),
          ], "The points, lowest frequency first.")
      ], count: 1...4_096))

  private static func points(_ context: RenderContext) -> [(frequency: Double, gain: Double)] {
    context.configuration.items.map { item in
      guard case .quantity(let frequency, _)? = item.structural["frequency"],
        case .quantity(let gain, _)? = item.structural["gain"]
      else { return (1, 0) }
      return (frequency, gain)
    }
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let points = points(context)
    for (a, b) in zip(points, points.dropFirst()) where a.frequency >= b.frequency {
      throw EffectError("the points of a curve must rise in frequency, but \(b.frequency) Hz follows \(a.frequency) Hz")
    }
  }

  private static func isLinear(_ context: RenderContext) -> Bool { context.configuration.word("phase") == "linear" }
  private static func length(_ context: RenderContext) -> Int { context.configuration.integer("length") }

  public static func latency(_ context: RenderContext) -> Rational {
    isLinear(context) ? Rational(length(context) / 2) * context.patchSampleRate / context.sampleRate : 0
  }

  public static func tail(_ context: RenderContext) -> Tail { .frames(length(context) + 1) }
  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(length(context) + 1) }

  /// Factors at each place of a grid up to half the sample rate.
  static func magnitude(_ points: [(frequency: Double, gain: Double)], count: Int, framesPerSecond: Double) -> [Double] {
    var next = 0
    return (0...count).map { place in
      let frequency = framesPerSecond * Double(place) / Double(2 * count)
      while next < points.count, points[next].frequency <= frequency { next += 1 }
      guard next > 0 else { return Math.amplitude(decibels: points[0].gain) }
      guard next < points.count else { return Math.amplitude(decibels: points.last!.gain) }
      let (a, b) = (points[next - 1], points[next])
      let share = Math.log(frequency / a.frequency) / Math.log(b.frequency / a.frequency)
      return Math.amplitude(decibels: a.gain + share * (b.gain - a.gain))
    }
  }

  private var convolution: PartitionedConvolution<SIMD4<Double>>

  public init(_ context: RenderContext) {
    let length = Self.length(context), channels = context.inputChannels[0]
    let count = ResponseDesign.powerOfTwo(atLeast: max(4 * length, 4_096))
    let magnitude = Self.magnitude(Self.points(context), count: count, framesPerSecond: context.framesPerSecond)
    let response =
      Self.isLinear(context)
      ? ResponseDesign.linearPhase(magnitude, half: length / 2) : ResponseDesign.minimumPhase(magnitude, length: length)
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
