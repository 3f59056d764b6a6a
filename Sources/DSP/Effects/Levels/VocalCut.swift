import Signal

/// Takes out what is alike on both sides.
public struct VocalCut: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "vocalcut", category: "Level and channels",
    summary: "Takes out what is alike on both sides, as a voice in the middle often is.",
    discussion: """
      Subtracts `amount` times the middle, half the sum of left and right, from both. At 100% the side is left, in opposite
      phase on the two channels: what is on one side only remains at half its amplitude. A bass in the middle goes too, and
      so does nothing of a voice's reverberation. The amount ramps sample by sample.
      """,
    example: "in -> vocalcut -> out",
    arguments: [.parameter(ParameterSpec("amount", .ratio, default: 1, in: 0...1, "How much of the middle is taken."))],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  private var amount: LinearRamp

  public init(_ context: RenderContext) { amount = LinearRamp(context.parameters[0]) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { amount.retarget(values[0], over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let share = Float(-0.5 * amount.next())
      let (left, right) = (block.input(0)[n], block.input(1)[n])
      block.output(0)[n] = left.addingProduct(share, left + right)
      block.output(1)[n] = right.addingProduct(share, left + right)
    }
  }

  public static var hasFrameStep: Bool { true }

  @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { process(frame.block) }

  @_noAllocation @_noLocks
  public mutating func reset() { amount.snap() }
}
