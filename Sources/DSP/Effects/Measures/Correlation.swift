import CRealtime
import Signal

/// How alike two channels are, as a signal.
public struct Correlation: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "correlation", category: "Measures",
    summary: "How alike left and right are, and how their levels stand, as signals.",
    discussion: """
      `correlation` is 1 where both channels are the same but for their level, 0 where they have nothing in common, -1 where one is \
      the other turned over: what a mono listener would lose. `balance` is -1 where only the left is heard, 1 where only the right. Both \
      are over the last `window` (63% of a step); silence reads 1 and 0.
      """,
    example: """
      phase = correlation window=200ms
      field = width
      in -> phase
      in -> field -> out
      phase.correlation -> field.width
      """,
    arguments: [.parameter(ParameterSpec("window", .time, default: 0.3, in: 0.005...10, "How long it looks back."))],
    inputs: [PortSpec("in", .fixed(2))],
    outputs: [
      PortSpec("correlation", .fixed(1), carries: .number, "-1 to 1."),
      PortSpec("balance", .fixed(1), carries: .number, "-1 to 1."),
    ])

  private var left = 0.0
  private var right = 0.0
  private var product = 0.0
  private var share: Double
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    share = smoothingFactor(context.parameters[0], context.framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { share = smoothingFactor(values[0], framesPerSecond) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let l = Double(block.input(0)[n]), r = Double(block.input(1)[n])
      left = (l * l).addingProduct(share, left - l * l)
      right = (r * r).addingProduct(share, right - r * r)
      product = (l * r).addingProduct(share, product - l * r)
      let both = talea_sqrt(left) * talea_sqrt(right), sum = left + right
      block.output(0)[n] = both > 1e-14 ? Float(min(max(product / both, -1), 1)) : 1
      block.output(1)[n] = sum > 1e-14 ? Float((right - left) / sum) : 0
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    left = 0
    right = 0
    product = 0
  }
}
