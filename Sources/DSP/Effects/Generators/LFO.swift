import Signal

/// A slow wave that drives parameters.
public struct LFO: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "lfo", category: "Generators",
    summary: "A slow wave between two values, to drive parameters.",
    discussion: """
      Goes from `from` to `to` and back, `rate` times a second. The unit of `from` and `to` is that of the parameter it
      drives, and so is its scale: a cutoff moves in equal steps of pitch, a level in equal steps of amplitude.
      A sine starts in the middle and rises; a triangle starts at `from`; a square starts at `from` for half a turn; `random`
      holds a new value each turn. When it drives nothing but parameters it runs once per control period of 32 frames.
      """,
    example: """
      sweep = lfo 0.5Hz from=300Hz to=3kHz
      low = lowpass
      sweep -> low.cutoff
      in -> low -> out
      """,
    arguments: [
      .parameter(ParameterSpec("rate", .frequency, default: 1, in: 0.001...100, belowNyquist: true, "Turns per second.")),
      .structural(
        StructuralSpec("shape", .word(["sine", "triangle", "square", "random"]), default: .word("sine"), "The wave.")),
      .structural(StructuralSpec("from", .anyQuantity, default: .quantity(-1, .number), "Where it starts from.")),
      .structural(StructuralSpec("to", .anyQuantity, default: .quantity(1, .number), "Where it goes.")),
      .structural(
        StructuralSpec("phase", .quantity(.angle, 0...360), default: .quantity(0, .angle), "Where in its turn it starts.")),
      .structural(StructuralSpec("seed", .seed, default: nil, "Of `random`.")),
    ],
    inputs: [], outputs: [PortSpec("out", .fixed(1))], isGenerator: true, canRunAtControlRate: true)

  public static func validate(_ context: RenderContext) throws(EffectError) {
    try DrivenValue.validate(context.configuration)
  }

  private enum Shape { case sine, triangle, square, random }

  private var increment: LinearRamp
  private var phase: Double
  private var turn = 0
  private let startPhase: Double
  private let shape: Shape
  private let value: DrivenValue
  private let framesPerSecond: Double
  private let noise: CounterNoise

  public init(_ context: RenderContext) {
    let configuration = context.configuration
    framesPerSecond = context.framesPerSecond
    value = DrivenValue(configuration)
    let degrees = configuration.quantity("phase")
    startPhase = degrees >= 360 ? 0 : degrees / 360
    phase = startPhase
    shape =
      switch configuration.word("shape") {
      case "triangle": .triangle
      case "square": .square
      case "random": .random
      default: .sine
      }
    noise = CounterNoise(seed: configuration.integer("seed"), stream: 0)
    increment = LinearRamp(context.withParameterValues { $0[0] } / context.framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    increment.retarget(values[0] / framesPerSecond, over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let output = block.output(0)
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      store(value(shares(count)), output + frame, count)
      frame += count
    }
  }

  /// How far from `from` to `to` the next `count` frames are, at most four: 0...1.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func shares(_ count: Int) -> SIMD4<Double> {
    var phases = SIMD4<Double>(), random = SIMD4<Double>()
    for n in 0..<count {
      phases[n] = phase
      if case .random = shape { random[n] = Double(noise.sample(turn)) }
      phase += increment.next()
      if phase >= 1 {
        phase -= 1
        turn &+= 1
      }
    }
    let half = SIMD4(repeating: 0.5)
    switch shape {
    case .sine: return half.addingProduct(0.5, Math.sinPi(2 * phases))
    case .triangle: return (2 - 2 * phases).replacing(with: 2 * phases, where: phases .< 0.5)
    case .square: return SIMD4(repeating: 1).replacing(with: 0, where: phases .< 0.5)
    case .random: return half.addingProduct(0.5, random)
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    increment.snap()
    phase = startPhase
    turn = 0
  }
}
