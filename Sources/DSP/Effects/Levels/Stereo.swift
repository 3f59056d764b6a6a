import CRealtime
import Signal

/// Two channels out of one or two.
public struct Stereo: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "stereo", category: "Level and channels",
    summary: "Makes two channels: mono goes to both, stereo passes.",
    discussion: "Bit for bit, at unity gain. More than two channels are refused: say with `matrix` how they fold.",
    example: "in -> mono -> stereo -> out", arguments: [], inputs: [PortSpec("in", .fixed(2))],
    outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  public static func isRouting(_ context: RenderContext) -> Bool { true }

  public init(_ context: RenderContext) {}

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for channel in 0..<2 {
      talea_move(block.output(channel), block.input(channel), block.frameCount * MemoryLayout<Float>.stride)
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {}
}
