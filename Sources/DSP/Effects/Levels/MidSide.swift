import CRealtime
import Signal

/// Left and right to middle and side, and back.
public struct MidSide: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "midside", category: "Level and channels",
    summary: "Turns left and right into middle and side, or back.",
    discussion: """
      `encode` gives the half sum (middle, channel 1) and the half difference (side, channel 2); `decode` gives middle plus
      side and middle minus side. One after the other they give back what came in, within the rounding of one addition.
      """,
    example: "in -> midside encode -> midside decode -> out",
    arguments: [
      .structural(StructuralSpec("direction", .word(["encode", "decode"]), default: nil, "Which way."))
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  private let scale: Float

  public init(_ context: RenderContext) { scale = context.configuration.word("direction") == "encode" ? 0.5 : 1 }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    talea_sum_and_difference(
      block.output(0), block.output(1), block.input(0), block.input(1), scale, block.frameCount)
  }

  @_noAllocation @_noLocks
  public mutating func reset() {}
}
