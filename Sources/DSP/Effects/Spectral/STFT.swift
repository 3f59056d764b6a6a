import CRealtime
import Dataflow
import Signal

/// Sound into spectra.
public struct STFT: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "stft", category: "Spectral",
    summary: "Cuts the sound into windows that overlap and turns each into its spectrum.",
    discussion: """
      One token for every `hop` frames: its edge runs at that part of the sample rate, and carries for each channel of sound the \
      `size / 2 + 1` real parts of a spectrum, then as many imaginary ones. A sine at full scale has the magnitude 1 in its bin. Any \
      actors may stand between `stft` and `istft`: those of this heading, and also `gain` or `mix`.

      A window and a hop from which the sound cannot be put together again are refused when the patch is compiled. Token k holds \
      the `size` frames up to frame k hop; the latency of both, `size` frames, is counted at `istft`.
      Source: J. B. Allen and L. R. Rabiner, "A unified approach to short-time Fourier analysis and synthesis", Proc. IEEE 65, 1977.
      """,
    example: "in -> stft 1024 -> spectralgate -50dB -> istft 1024 -> out",
    arguments: SpectralArguments.list, inputs: [PortSpec("in", .free)], outputs: [PortSpec("out", .free)])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [SpectralFormat.edgeChannels(size: SpectralArguments.size(configuration), channels: inputChannels[0])]
  }

  public static func rateRule(_ configuration: EffectConfiguration) -> RateRule {
    .times(Rational(1, SpectralArguments.hop(configuration)))
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try SpectralArguments.validate(context.configuration)
  }

  public static func tail(_ context: RenderContext) -> Tail {
    let hop = SpectralArguments.hop(context.configuration)
    return .frames((SpectralArguments.size(context.configuration) + hop - 1) / hop + 1)
  }

  private let transform: SpectralTransform
  private let window: OwnedBuffer<Float>
  private let spectrum: OwnedBuffer<Float>
  private var past: StreamWindow
  private let hop: Int
  private let format: SpectralFormat

  public init(_ context: RenderContext) {
    let configuration = context.configuration, memory = context.memory
    let size = SpectralArguments.size(configuration)
    format = SpectralFormat(size: size, channels: context.inputChannels[0])
    hop = SpectralArguments.hop(configuration)
    transform = SpectralTransform(size: size, memory: memory)
    window = OwnedBuffer(count: size, memory: memory)
    spectrum = OwnedBuffer(count: 2 * (size / 2 + 1), memory: memory)
    past = StreamWindow(channels: format.channels, retained: size, longest: context.maximumInputFrameCount, memory: memory)
    let values = SpectralArguments.window(configuration).values(size)
    let scale = 2 / values.reduce(0, +)
    for n in 0..<size { window[n] = Float(values[n] * scale) }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  // The transform is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func process(_ block: AudioBlock) {
    past.append(block)
    let real = spectrum.base, imaginary = spectrum.base + format.binCount
    for token in 0..<block.frameCount {
      let last = (block.position + token) * hop
      for channel in 0..<format.channels {
        let frames = past.frames(channel, at: last - format.size + 1)
        let frame = transform.frame
        for n in 0..<format.size { frame[n] = frames[n] * window[n] }
        transform.forward(real, imaginary)
        let firstReal = format.real(channel), firstImaginary = format.imaginary(channel)
        for bin in 0..<format.binCount {
          block.output(firstReal + bin)[token] = real[bin]
          block.output(firstImaginary + bin)[token] = imaginary[bin]
        }
      }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() { past.clear() }
}
