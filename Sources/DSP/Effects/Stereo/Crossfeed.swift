import Signal

/// Each ear hears a little of the other side, as from loudspeakers.
public struct Crossfeed: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "crossfeed", category: "Stereo and room",
    summary: "Lets each ear hear some of the other side's lows, for headphones.",
    discussion: """
      Each side gets the other's sound through a lowpass at `cut`, and its own with its lows lowered. \
      A sound in the middle keeps its lows and loses less than 2 dB of its highs. `level` is how much louder the lows of the own side are than those of the other. Presets as of \
      bs2b: `default` 700 Hz and 4.5 dB, `cmoy` 700 Hz and 6 dB, `jmeier` 650 Hz and 9.5 dB; `preset=custom` takes `cut` and \
      `level`. First-order filters in double precision.
      Source: B. Bauer, "Stereophonic earphones and binaural loudspeakers", JAES 9(2), 1961; the values of bs2b.
      """,
    example: "in -> crossfeed jmeier -> out",
    arguments: [
      .structural(
        StructuralSpec("preset", .word(["default", "cmoy", "jmeier", "custom"]), default: .word("default"), "Which values.")),
      .structural(
        StructuralSpec(
          "cut", .quantity(.frequency, 300...2_000), default: .quantity(700, .frequency), "Of the lowpass, with `custom`.")),
      .structural(
        StructuralSpec(
          "level", .quantity(.level, 1...15), default: .quantity(4.5, .level), "Own side over other side, with `custom`.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    // The slower of the two poles, until 200 dB are gone.
    let slowest = -Math.log(max(Filters(context).low, Filters(context).high))
    return .frames(Int((23.1 / slowest).rounded(.up)) + 1)
  }

  /// `low`, `high`: the poles.
  private struct Filters: BitwiseCopyable {
    let low, high, lowGain, highGain, highDelayed, scale: Double

    init(_ context: RenderContext) {
      let (cut, level): (Double, Double) =
        switch context.configuration.word("preset") {
        case "cmoy": (700, 6)
        case "jmeier": (650, 9.5)
        case "custom": (context.configuration.quantity("cut"), context.configuration.quantity("level"))
        default: (700, 4.5)
        }
      // Of the other side's lows, and of the lows that the own side keeps.
      let other = Math.amplitude(decibels: -level * 5 / 6 - 3)
      let taken = 1 - Math.amplitude(decibels: level / 6 - 3)
      let corner = cut * Math.exp2((-level * 5 / 6 - 3 - Math.decibels(amplitude: taken)) / 12)
      low = Math.exp(-2 * Double.pi * cut / context.framesPerSecond)
      high = Math.exp(-2 * Double.pi * corner / context.framesPerSecond)
      lowGain = other * (1 - low)
      highGain = 1 - taken * (1 - high)
      highDelayed = -high
      scale = 1 / (1 - taken + other)
    }
  }

  private struct Memory: BitwiseCopyable {
    var low = 0.0
    var high = 0.0
    var input = 0.0
  }

  private let filters: Filters
  private var left = Memory()
  private var right = Memory()

  public init(_ context: RenderContext) { filters = Filters(context) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      Self.step(&left, Double(block.input(0)[n]), filters)
      Self.step(&right, Double(block.input(1)[n]), filters)
      block.output(0)[n] = Float((left.high + right.low) * filters.scale)
      block.output(1)[n] = Float((right.high + left.low) * filters.scale)
    }
  }

  @inline(__always) @_noAllocation @_noLocks
  private static func step(_ memory: inout Memory, _ x: Double, _ filters: Filters) {
    memory.low = (filters.lowGain * x).addingProduct(filters.low, memory.low)
    memory.high = (filters.highGain * x).addingProduct(filters.highDelayed, memory.input).addingProduct(filters.high, memory.high)
    memory.input = x
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    left = Memory()
    right = Memory()
  }
}
