import CRealtime
import Dataflow
import Signal

/// Spectra into sound.
public struct InverseSTFT: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "istft", category: "Spectral",
    summary: "Turns spectra back into windows of sound and adds them up where they overlap.",
    discussion: """
      The other end of `stft`, with the same arguments. Where nothing between them changes a spectrum the sound comes back \
      with an error below -120 dB, `size` frames later, which are counted as latency. Another `size` does not fit the channels, another \
      `hop` does not fit the rate: both are refused when the patch is compiled.
      Source: D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE Trans. ASSP 32(2), 1984.
      """,
    example: "in -> stft 512 hop=256 -> gain -3dB -> istft 512 hop=256 -> out",
    arguments: SpectralArguments.list, inputs: [PortSpec("in", .free)], outputs: [PortSpec("out", .free)])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    let size = SpectralArguments.size(configuration)
    // While nothing is known about what comes in, one channel does.
    guard inputChannels[0] > 1 else { return [1] }
    guard inputChannels[0] % (size + 2) == 0 else {
      let found = SpectralFormat(edge: inputChannels[0])
      throw EffectError(
        "spectra of windows of \(size) frames have \(size + 2) numbers for each channel of sound, but \(inputChannels[0]) come in",
        help: found.map { "write `istft \($0.size)`" } ?? "feed it from `stft`")
    }
    return [inputChannels[0] / (size + 2)]
  }

  public static func rateRule(_ configuration: EffectConfiguration) -> RateRule {
    .times(Rational(SpectralArguments.hop(configuration)))
  }

  public static func latency(_ context: RenderContext) -> Rational {
    Rational(SpectralArguments.size(context.configuration)) * context.patchSampleRate / context.sampleRate
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try SpectralArguments.validate(context.configuration)
    guard context.inputChannels[0] % (SpectralArguments.size(context.configuration) + 2) == 0 else {
      throw EffectError("no spectra come in", help: "feed it from `stft`")
    }
  }

  public static func tail(_ context: RenderContext) -> Tail { .frames(2 * SpectralArguments.size(context.configuration)) }
  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(SpectralArguments.size(context.configuration)) }

  private let transform: SpectralTransform
  private let window: OwnedBuffer<Float>
  private let spectrum: OwnedBuffer<Float>
  /// What has been added up, as rings of twice the window.
  private let sums: OwnedBuffer<Float>
  private let hop: Int
  private let format: SpectralFormat
  /// Token that the next output may not go beyond without.
  private var mask: Int { @_transparent @_noAllocation @_noLocks get { 2 * format.size - 1 } }

  public init(_ context: RenderContext) {
    let configuration = context.configuration, memory = context.memory
    let size = SpectralArguments.size(configuration)
    format = SpectralFormat(size: size, channels: context.outputChannels[0])
    hop = SpectralArguments.hop(configuration)
    transform = SpectralTransform(size: size, memory: memory)
    window = OwnedBuffer(count: size, memory: memory)
    spectrum = OwnedBuffer(count: 2 * (size / 2 + 1), memory: memory)
    sums = OwnedBuffer(count: 2 * size * format.channels, memory: memory)
    let kind = SpectralArguments.window(configuration)
    // `stft` has scaled a sine to 1, the inverse transform its samples by half their number.
    let scale = kind.values(size).reduce(0, +) / Double(size)
    for (n, value) in kind.synthesis(size, hop: hop).enumerated() { window[n] = Float(value * scale) }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  // The transform is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    var token = (block.position + hop - 1) / hop
    while frame < block.frameCount {
      // The token of a frame comes before it.
      if block.position + frame == token * hop {
        for channel in 0..<format.channels { add(block, token - block.inputPosition, channel, at: token * hop) }
        token += 1
      }
      let count = min(token * hop - block.position, block.frameCount) - frame
      for channel in 0..<format.channels { giveOut(channel, block.output(channel) + frame, block.position + frame, count) }
      frame += count
    }
  }

  /// Adds the window of a token, which ends with the frame at `last`.
  private func add(_ block: AudioBlock, _ token: Int, _ channel: Int, at last: Int) {
    let real = spectrum.base, imaginary = spectrum.base + format.binCount
    let firstReal = format.real(channel), firstImaginary = format.imaginary(channel)
    for bin in 0..<format.binCount {
      real[bin] = block.input(firstReal + bin)[token]
      imaginary[bin] = block.input(firstImaginary + bin)[token]
    }
    transform.inverse(real, imaginary)
    let ring = sums.base + channel * 2 * format.size, first = (last - format.size + 1) & mask
    // Up to the end of the ring, and from its start.
    let straight = min(format.size, 2 * format.size - first)
    Self.add(ring + first, transform.frame, window.base, straight)
    Self.add(ring, transform.frame + straight, window.base + straight, format.size - straight)
  }

  @inline(__always)
  private static func add(
    _ sums: UnsafeMutablePointer<Float>, _ frame: UnsafePointer<Float>, _ window: UnsafePointer<Float>, _ count: Int
  ) {
    for n in 0..<count { sums[n] = sums[n].addingProduct(frame[n], window[n]) }
  }

  /// Frames that no later window reaches, `size` frames late.
  private func giveOut(_ channel: Int, _ output: UnsafeMutablePointer<Float>, _ position: Int, _ count: Int) {
    let ring = sums.base + channel * 2 * format.size, first = (position - format.size) & mask
    // Up to the end of the ring, and from its start.
    var done = 0
    while done < count {
      let place = (first + done) & mask, part = min(count - done, 2 * format.size - place)
      talea_copy(output + done, ring + place, part * MemoryLayout<Float>.stride)
      talea_zero(ring + place, part * MemoryLayout<Float>.stride)
      done += part
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() { sums.clear() }
}
