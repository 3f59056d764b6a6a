import Signal

/// Exchanges left and right.
public struct Swap: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "swap", category: "Level and channels",
    summary: "Exchanges left and right.",
    discussion: "Channel 1 leaves as channel 2 and channel 2 as channel 1, bit for bit. Any other order is a `matrix`.",
    example: "in -> swap -> out",
    arguments: [],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  public static func isRouting(_ context: RenderContext) -> Bool { true }

  public init(_ context: RenderContext) {}

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let first = block.input(0), second = block.input(1)
    let left = block.output(0), right = block.output(1)
    for n in 0..<block.frameCount {
      let (a, b) = (first[n], second[n])
      left[n] = b
      right[n] = a
    }
  }

  public static var hasFrameStep: Bool { true }

  @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { process(frame.block) }

  @_noAllocation @_noLocks
  public mutating func reset() {}
}
