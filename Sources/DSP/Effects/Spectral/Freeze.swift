import CRealtime
import Signal

/// Holds the sound of a moment.
public struct Freeze: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "freeze", category: "Spectral",
    summary: "Holds the sound of a moment for as long as you like.",
    discussion: """
      Stands between `stft` and `istft`. While `hold` is 50% or more, every number of the spectrum keeps the magnitude it \
      had, and turns on by as much from window to window as it did last: a tone goes on at its frequency. Below 50% the sound passes \
      unchanged. Long windows hold chords, short ones hold a buzz.
      """,
    example: """
      control hold = 0% in 0%..100%
      in -> stft 4096 -> freeze $hold -> istft 4096 -> out
      """,
    arguments: [
      .parameter(ParameterSpec("hold", .ratio, default: 0, in: 0...1, smoothing: 0, "From 50% on the sound is held."))
    ])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  public static func validate(_ context: RenderContext) throws(EffectError) { try SpectralFormat.validate("freeze", context) }

  /// While it holds there is no end; the time is what a patch that ends is given to fade in.
  public static func tail(_ context: RenderContext) -> Tail { .frames(context.parameters[0] >= 0.5 ? 1 << 20 : 1) }

  /// Of a number: the last two values, the turn between them while held.
  struct Bin: BitwiseCopyable {
    var real: Float = 0
    var imaginary: Float = 0
    var turnReal: Float = 1
    var turnImaginary: Float = 0
    var magnitude: Float = 0

    @_noAllocation @_noLocks
    init() {}
  }

  private let format: SpectralFormat
  private let bins: OwnedBuffer<Bin>
  private var isHeld: Bool

  public init(_ context: RenderContext) {
    format = SpectralFormat.of(context)
    bins = OwnedBuffer(count: format.channels * format.binCount, memory: context.memory)
    for index in 0..<bins.count { bins[index] = Bin() }
    isHeld = context.parameters[0] >= 0.5
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { isHeld = values[0] >= 0.5 }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for token in 0..<block.frameCount {
      for channel in 0..<format.channels {
        let real = format.real(channel), imaginary = format.imaginary(channel), states = bins.base + channel * format.binCount
        for bin in 0..<format.binCount {
          if isHeld {
            Self.turn(&states[bin])
          } else {
            Self.take(&states[bin], block.input(real + bin)[token], block.input(imaginary + bin)[token])
          }
          block.output(real + bin)[token] = states[bin].real
          block.output(imaginary + bin)[token] = states[bin].imaginary
        }
      }
    }
  }

  /// Follows the input, and remembers by how much it turned.
  @inline(__always) @_noAllocation @_noLocks
  private static func take(_ bin: inout Bin, _ re: Float, _ im: Float) {
    let crossReal = (re * bin.real).addingProduct(im, bin.imaginary)
    let crossImaginary = (im * bin.real).addingProduct(-re, bin.imaginary)
    let length = talea_sqrtf((crossReal * crossReal).addingProduct(crossImaginary, crossImaginary))
    let isTurn = length > 1e-30 && length < .infinity
    bin.turnReal = isTurn ? crossReal / length : 1
    bin.turnImaginary = isTurn ? crossImaginary / length : 0
    bin.real = re
    bin.imaginary = im
    bin.magnitude = talea_sqrtf((re * re).addingProduct(im, im))
  }

  @inline(__always) @_noAllocation @_noLocks
  private static func turn(_ bin: inout Bin) {
    let re = (bin.real * bin.turnReal).addingProduct(-bin.imaginary, bin.turnImaginary)
    let im = (bin.real * bin.turnImaginary).addingProduct(bin.imaginary, bin.turnReal)
    // Rounding must not make it grow or fade.
    let length = talea_sqrtf((re * re).addingProduct(im, im))
    let scale = length > 1e-30 && length < .infinity ? bin.magnitude / length : 1
    bin.real = re * scale
    bin.imaginary = im * scale
  }

  @_noAllocation @_noLocks
  public mutating func reset() { for index in 0..<bins.count { bins[index] = Bin() } }
}
