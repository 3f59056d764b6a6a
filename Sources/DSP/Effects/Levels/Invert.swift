import CRealtime
import Signal

/// Polarity.
public struct Invert: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "invert", category: "Level and channels",
    summary: "Turns the polarity around.",
    discussion: "Every sample changes its sign. Twice is once too often: the bits are those of the input again.",
    example: "in -> invert -> out", arguments: [], canRunInPlace: true)

  private let channelCount: Int

  public init(_ context: RenderContext) { channelCount = context.inputChannels[0] }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for channel in 0..<channelCount {
      talea_negate(block.output(channel), block.input(channel), block.frameCount)
    }
  }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) {
    for channel in 0..<channelCount { frame.output(channel).pointee = -frame.input(channel) }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {}
}
