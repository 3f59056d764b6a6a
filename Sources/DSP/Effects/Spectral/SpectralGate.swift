import CRealtime
import Signal

/// A gate for every frequency of its own.
public struct SpectralGate: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "spectralgate", category: "Spectral",
    summary: "Lowers each frequency while it is below a threshold.",
    discussion: """
      Stands between `stft` and `istft`. The magnitude of every number of a spectrum is compared with `threshold`, \
      which is the level of a sine; below it, its gain goes down to `range` within `release`, above it up to 0 dB within `attack` (63% of \
      the way; a time shorter than the distance of two windows is one step).
      """,
    example: "in -> stft -> spectralgate -50dB range=-30dB -> istft -> out",
    arguments: [
      .parameter(ParameterSpec("threshold", .level, default: -50, in: -140...0, "Level of a sine that opens its frequency.")),
      .parameter(ParameterSpec("range", .level, default: -24, in: -120...0, scale: .linear, "The gain of a closed frequency.")),
      .parameter(ParameterSpec("attack", .time, default: 0.005, in: 0...1, "Until it has opened by 63%.")),
      .parameter(ParameterSpec("release", .time, default: 0.06, in: 0...5, "Until it has closed by 63%.")),
    ])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try SpectralFormat.validate("spectralgate", context)
  }

  private let format: SpectralFormat
  private let gains: OwnedBuffer<Float>
  private var threshold: LinearRamp
  private var floor: LinearRamp
  private var ballistics: Ballistics
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    format = SpectralFormat.of(context)
    framesPerSecond = context.framesPerSecond
    gains = OwnedBuffer(count: format.channels * format.binCount, memory: context.memory)
    let p = context.parameters
    threshold = LinearRamp(Math.amplitude(decibels: p[0]))
    floor = LinearRamp(Math.amplitude(decibels: p[1]))
    ballistics = Ballistics(attack: p[2], release: p[3], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    threshold.retarget(Math.amplitude(decibels: values[0]), over: frames)
    floor.retarget(Math.amplitude(decibels: values[1]), over: frames)
    ballistics = Ballistics(attack: values[2], release: values[3], framesPerSecond: framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for token in 0..<block.frameCount {
      let level = Float(threshold.next()), square = level * level, floor = Float(self.floor.next())
      let attack = Float(ballistics.attack), release = Float(ballistics.release)
      for channel in 0..<format.channels {
        let real = format.real(channel), imaginary = format.imaginary(channel), states = gains.base + channel * format.binCount
        for bin in 0..<format.binCount {
          let re = block.input(real + bin)[token], im = block.input(imaginary + bin)[token]
          let wanted: Float = (re * re).addingProduct(im, im) >= square ? 1 : 0
          let past = states[bin]
          let open = wanted.addingProduct(wanted > past ? attack : release, past - wanted)
          states[bin] = open
          let gain = floor.addingProduct(open, 1 - floor)
          block.output(real + bin)[token] = re * gain
          block.output(imaginary + bin)[token] = im * gain
        }
      }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    gains.clear()
    threshold.snap()
    floor.snap()
  }
}
