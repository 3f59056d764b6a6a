import CRealtime
import Dataflow
import Signal

/// Converts to another sample rate.
public struct Resample: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "resample", category: "Sample rate",
    summary: "Converts to another sample rate.",
    discussion: """
      What follows runs at the given rate, which is taken to a thousandth of a hertz. With `quality=best` the response is \
      flat within 0.00001 dB to 0.907 of the lower of the two Nyquist frequencies (20 kHz between 44.1 and 48 kHz), images and \
      aliases are 150 dB down from that Nyquist frequency on, and THD+N is below -149 dB, about what float samples hold.
      With `quality=fast` the response is flat within 0.001 dB over the same band and what reaches that band from elsewhere is \
      100 dB down, in less than half the time and latency; between the band and 1.093 of Nyquist, images and aliases remain.

      The latency from 44.1 to 48 kHz is 117 frames in a 44.1 kHz patch (`fast`: 40). The rate may change by a factor \
      of at most 256, and at most 20 000 different phases may occur: 44.1 to 48 kHz has 160.

      Source: J. O. Smith, Digital Audio Resampling Home Page (bandlimited interpolation), here with the filter evaluated at \
      each exact phase; windows after Kaiser.
      """,
    example: "in -> resample 32kHz -> resample 48kHz -> out",
    arguments: [
      .structural(
        StructuralSpec("rate", .quantity(.frequency, 100...1_536_000), default: nil, "The sample rate to convert to.")),
      .structural(
        StructuralSpec(
          "quality", .word(["best", "fast"]), default: .word("best"), "How far images and aliases are pushed down.")),
    ])

  /// nil where both rates are equal.
  private var filter: PolyphaseFilter?
  private let channelCount: Int

  public static func rateRule(_ configuration: EffectConfiguration) -> RateRule {
    .absolute(Rational(Int((configuration.quantity("rate") * 1_000).rounded()), 1_000))
  }

  public static func latency(_ context: RenderContext) -> Rational {
    guard let conversion = try? Self.conversion(context) else { return 0 }
    return Rational(conversion.latency)
  }

  public static func tail(_ context: RenderContext) -> Tail {
    guard let conversion = try? Self.conversion(context) else { return .frames(0) }
    return .frames(conversion.tailFrameCount)
  }

  public static func validate(_ context: RenderContext) throws(EffectError) { _ = try conversion(context) }

  private static func conversion(_ context: RenderContext) throws(EffectError) -> RateConversion? {
    guard context.sampleRate != context.inputSampleRate else { return nil }
    return try RateConversion(context, context.configuration.word("quality") == "best" ? .best : .fast)
  }

  public init(_ context: RenderContext) {
    guard let conversion = try? Self.conversion(context) else {
      precondition(context.sampleRate == context.inputSampleRate, "`validate` accepts before `init`")
      filter = nil
      channelCount = context.inputChannels[0]
      return
    }
    filter = PolyphaseFilter(conversion, context)
    channelCount = context.inputChannels[0]
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    guard filter == nil else {
      filter!.process(block)
      return
    }
    for channel in 0..<channelCount {
      talea_move(block.output(channel), block.input(channel), block.frameCount * MemoryLayout<Float>.stride)
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() { filter?.reset() }
}
