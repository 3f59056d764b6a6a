import CRealtime
import Dataflow
import Signal

/// Changes the pitch and keeps the time.
public struct PitchShift: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "pitchshift", category: "Spectral",
    summary: "Changes the pitch and keeps the time, and the formants on request.",
    discussion: """
      Stands between `stft` and `istft`, whose windows overlap four times or more: 4,096 frames suit music, 2,048 \
      voices. The peaks of every spectrum are moved with what surrounds them, and turned so that each goes on at its new frequency. A \
      steady sine arrives within 0.1 Hz and 0.3 dB of where it belongs. `formants=keep` leaves the envelope of the spectrum \
      where it is, as a singer does. Attacks are smeared over a window. `shift` may move.

      `hop` must be the one of `stft`; 0 takes it from the rates, which holds everywhere but inside `oversample` or behind `resample`.
      Source: J. Laroche and M. Dolson, "New phase-vocoder techniques for pitch-shifting, harmonizing and other exotic effects", WASPAA \
      1999; the envelope by the cepstrum, A. Röbel and X. Rodet, DAFx 2005.
      """,
    example: "in -> stft 4096 hop=512 -> pitchshift 3st -> istft 4096 hop=512 -> out",
    arguments: [
      .parameter(ParameterSpec("shift", .pitch, default: nil, in: -24...24, "Upwards; negative: downwards.")),
      .structural(StructuralSpec("formants", .word(["move", "keep"]), default: .word("move"), "What becomes of the envelope.")),
      .structural(StructuralSpec("hop", .integer(0...16_384), default: .integer(0), "Frames from one window to the next.")),
    ])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  private static func hop(_ context: RenderContext) -> Int? {
    let given = context.configuration.integer("hop"), ratio = context.patchSampleRate / context.sampleRate
    return given > 0 ? given : ratio.denominator == 1 ? ratio.numerator : nil
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try SpectralFormat.validate("pitchshift", context)
    let size = SpectralFormat.of(context).size
    guard let hop = hop(context) else {
      throw EffectError("the hop does not follow from the rates here", help: "write the `hop` of `stft`", argument: "hop")
    }
    guard 4 * hop <= size else {
      throw EffectError(
        "windows of \(size) frames every \(hop) overlap less than four times",
        help: "write `hop=\(size / 4)` for `stft` and `istft`")
    }
  }

  private let format: SpectralFormat
  private let shifter: SpectralShifter
  private var ratio: LinearRamp

  public init(_ context: RenderContext) {
    format = SpectralFormat.of(context)
    let hop = Self.hop(context)!
    shifter = SpectralShifter(
      format, hop: hop,
      envelopeLength: context.configuration.word("formants") == "keep"
        ? Int(0.0015 * context.framesPerSecond * Double(hop)) : 0, memory: context.memory)
    ratio = LinearRamp(Self.ratio(context.parameters[0]))
  }

  @_noAllocation @_noLocks
  private static func ratio(_ semitones: Double) -> Double { Math.exp2(semitones / 12) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { ratio.retarget(Self.ratio(values[0]), over: frames) }

  // The transform of the envelope is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func process(_ block: AudioBlock) {
    for token in 0..<block.frameCount {
      let ratio = self.ratio.next()
      for channel in 0..<format.channels { shifter.run(block, token, channel, ratio) }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    shifter.reset()
    ratio.snap()
  }
}
