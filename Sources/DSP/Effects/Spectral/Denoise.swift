import CRealtime
import Dataflow
import Signal

/// Takes learned noise away.
public struct Denoise: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "denoise", category: "Spectral",
    summary: "Lowers a steady noise that it has learned from a section without sound.",
    discussion: """
      Stands between `stft` and `istft`. `profile` is a sound file with the noise alone, at least one window of it, at the \
      same sample rate; `talea learn` cuts it out of a recording. Every number of a spectrum is lowered by a Wiener filter: its gain \
      follows the ratio of what is sound to what is noise, judged from the last windows and this one so that single \
      numbers do not chirp, and is never below `reduction`. `sensitivity` takes the noise for louder than it was learned.

      White noise alone falls by `reduction` within 1 dB up to 20 dB; a sine 40 dB above the noise in its own number of the \
      spectrum loses less than 0.1 dB. More than 20 dB are heard as a change of the sound itself.
      Sources: Y. Ephraim and D. Malah, IEEE Trans. ASSP 32(6), 1984 (the decision-directed ratio); P. Scalart and J. V. Filho, \
      "Speech enhancement based on a priori signal to noise estimation", ICASSP 1996.
      """,
    example: "in -> stft -> denoise \"hiss.wav\" reduction=15dB -> istft -> out",
    arguments: [
      .structural(StructuralSpec("profile", .sound, default: nil, "A sound file with the noise alone.")),
      .parameter(
        ParameterSpec("reduction", .level, default: 12, in: 0...60, scale: .linear, "How far noise is lowered at most.")),
      .parameter(
        ParameterSpec("sensitivity", .level, default: 3, in: -20...20, scale: .linear, "How much louder the noise is taken for.")),
    ])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try SpectralFormat.validate("denoise", context)
    let profile = context.configuration.sound("profile"), size = SpectralFormat.of(context).size
    guard profile.channels[0].count >= size else {
      throw EffectError(
        "the profile is \(profile.channels[0].count) frames long, but a window has \(size)",
        help: "learn from a longer section, or write a smaller size for `stft` and `istft`", argument: "profile")
    }
    // Spectra of an oversampled part do not say at which rate they were cut; those of the patch's own do.
    let rate = context.patchSampleRate
    guard (rate / context.sampleRate).denominator != 1 || rate == Rational(profile.sampleRate) else {
      throw EffectError(
        "the profile was learned at \(profile.sampleRate) Hz, but the sound runs at \(rate.doubleValue) Hz",
        help: "learn it from a recording of that rate", argument: "profile")
    }
  }

  private let format: SpectralFormat
  /// Mean power of the noise, and of each channel's numbers the last power that was taken for sound, over the noise's.
  private let noise: OwnedBuffer<Float>
  private let past: OwnedBuffer<Float>
  private var floor: LinearRamp
  private var sensitivity: LinearRamp
  /// The share of the last window in the ratio of sound to noise.
  private let memory: Float

  public init(_ context: RenderContext) {
    format = SpectralFormat.of(context)
    let bins = format.binCount, meter = context.memory
    noise = OwnedBuffer(count: bins, memory: meter)
    past = OwnedBuffer(count: bins * format.channels, memory: meter)
    let power = NoiseProfile.power(context.configuration.sound("profile"), size: format.size)
    for bin in 0..<bins { noise[bin] = max(Float(power[bin]), 1e-20) }
    floor = LinearRamp(Math.amplitude(decibels: -context.parameters[0]))
    sensitivity = LinearRamp(Math.amplitude(decibels: 2 * context.parameters[1]))
    // 0.98 for windows 8 ms apart.
    memory = Float(Math.exp(-1 / (0.4 * context.framesPerSecond)))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    floor.retarget(Math.amplitude(decibels: -values[0]), over: frames)
    sensitivity.retarget(Math.amplitude(decibels: 2 * values[1]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for token in 0..<block.frameCount {
      let floor = Float(self.floor.next()), sensitivity = Float(self.sensitivity.next())
      for channel in 0..<format.channels {
        let real = format.real(channel), imaginary = format.imaginary(channel), states = past.base + channel * format.binCount
        for bin in 0..<format.binCount {
          let re = block.input(real + bin)[token], im = block.input(imaginary + bin)[token]
          // Powers over the noise's; what is beyond all sound must not spoil the memory.
          let ratio = min((re * re).addingProduct(im, im) / (noise[bin] * sensitivity), 1e20)
          let sound = (memory * states[bin]).addingProduct(1 - memory, max(ratio - 1, 0))
          let wiener = sound / (1 + sound)
          states[bin] = wiener * wiener * ratio
          let gain = max(wiener, floor)
          block.output(real + bin)[token] = re * gain
          block.output(imaginary + bin)[token] = im * gain
        }
      }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    past.clear()
    floor.snap()
    sensitivity.snap()
  }
}
