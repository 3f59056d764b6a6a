import CRealtime
import Signal

/// Rounds to fewer bits, with noise that takes the distortion away.
public struct Dithering: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "dither", category: "Level and channels",
    summary: "Rounds to a number of bits, with dither and noise shaping.",
    discussion: """
      Full scale is 2^(bits - 1) steps. Triangular dither of two steps peak to peak makes the error a noise of a quarter of a
      step squared, whose mean and power do not depend on the sound. `shape` moves that noise to where it is heard less: `first`
      and `second` order towards high frequencies, `fweighted` by the five-tap filter for 44.1 and 48 kHz, away from
      3 kHz (about 15 dB less there). `type=none` rounds alone.

      Values beyond full scale are held there. After half a second of digital silence the output is digital silence. The noise
      follows from `seed`, channel and stream position. Put it last, and write a file of as many bits without further dither.
      Sources: S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and dither", JAES 40(5), 1992; the filter from
      the same authors, "Minimally audible noise shaping", JAES 39(11), 1991.
      """,
    example: "in -> limiter -0.3dB -> dither 16 shape=fweighted -> out",
    arguments: [
      .structural(StructuralSpec("bits", .integer(2...24), default: .integer(16), "Of a sample, with its sign.")),
      .structural(
        StructuralSpec("type", .word(["triangular", "none"]), default: .word("triangular"), "The noise that is added.")),
      .structural(
        StructuralSpec(
          "shape", .word(["flat", "first", "second", "fweighted"]), default: .word("flat"), "Of the noise's spectrum.")),
      .structural(StructuralSpec("seed", .seed, default: nil, "Of the noise.")),
    ],
    canRunInPlace: true)

  /// The last five errors of a channel, newest first.
  struct Memory: BitwiseCopyable {
    var errors = SIMD8<Double>()

    @_noAllocation @_noLocks
    init() {}
  }

  private static func silentFrames(_ framesPerSecond: Double) -> Int { Int(framesPerSecond / 2) }

  public static func tail(_ context: RenderContext) -> Tail { .frames(silentFrames(context.framesPerSecond) + 1) }

  private let memories: OwnedBuffer<Memory>
  private let noises: OwnedBuffer<CounterNoise>
  /// What of the last errors is taken away from the next frame.
  private let filter: SIMD8<Double>
  private let steps: Double
  private let isDithered: Bool
  private let silence: Int
  private var silentFor = 0

  public init(_ context: RenderContext) {
    let configuration = context.configuration, channels = context.inputChannels[0]
    steps = Double(1 << (configuration.integer("bits") - 1))
    isDithered = configuration.word("type") == "triangular"
    filter = Self.filter(configuration.word("shape"))
    silence = Self.silentFrames(context.framesPerSecond)
    memories = OwnedBuffer(count: channels, memory: context.memory)
    noises = OwnedBuffer(count: 2 * channels, memory: context.memory)
    let seed = configuration.integer("seed")
    for channel in 0..<channels { memories[channel] = Memory() }
    for stream in 0..<2 * channels { noises[stream] = CounterNoise(seed: seed, stream: stream) }
  }

  private static func filter(_ shape: String) -> SIMD8<Double> {
    switch shape {
    case "first": SIMD8(1, 0, 0, 0, 0, 0, 0, 0)
    case "second": SIMD8(2, -1, 0, 0, 0, 0, 0, 0)
    case "fweighted": SIMD8(2.033, -2.165, 1.959, -1.590, 0.6149, 0, 0, 0)
    default: SIMD8()
    }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      var isSilent = true
      for channel in 0..<memories.count where block.input(channel)[n] != 0 { isSilent = false }
      silentFor = isSilent ? silentFor + 1 : 0
      for channel in 0..<memories.count {
        if silentFor > silence {
          memories[channel].errors = SIMD8()
          block.output(channel)[n] = 0
        } else {
          block.output(channel)[n] = round(block.input(channel)[n], channel, block.position + n)
        }
      }
    }
  }

  @inline(__always) @_noAllocation @_noLocks
  private func round(_ x: Float, _ channel: Int, _ position: Int) -> Float {
    let past = memories[channel].errors
    var shaped = 0.0
    for tap in 0..<5 { shaped = shaped.addingProduct(filter[tap], past[tap]) }
    let wanted = Double(x) * steps - shaped
    var noise = 0.0
    if isDithered {
      noise = 0.5 * (Double(noises[2 * channel].sample(position)) + Double(noises[2 * channel + 1].sample(position)))
    }
    let rounded = talea_rint(wanted + noise)
    let held = min(max(rounded, -steps), steps - 1)
    // Beyond full scale the error is no noise: the filter must not run away with it.
    let error = min(max(held - wanted, -2), 2)
    memories[channel].errors = SIMD8(error, past[0], past[1], past[2], past[3], 0, 0, 0)
    return Float(held / steps)
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    for channel in 0..<memories.count { memories[channel] = Memory() }
    silentFor = 0
  }
}
