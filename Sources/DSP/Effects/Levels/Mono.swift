import CRealtime
import Signal

/// The average of all channels.
public struct Mono: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "mono", category: "Level and channels",
    summary: "Averages all channels into one.",
    discussion: """
      The sum of the channels in order, divided by their number. One channel passes bit for bit. A sound in the middle keeps
      its level; a sound on one side of a stereo signal loses 6.02 dB.
      """,
    example: "in -> mono -> out", arguments: [], outputs: [PortSpec("out", .fixed(1))])

  public static func isRouting(_ context: RenderContext) -> Bool { context.inputChannels[0] == 1 }

  private let channelCount: Int

  public init(_ context: RenderContext) { channelCount = context.inputChannels[0] }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let output = block.output(0), first = block.input(0)
    if channelCount == 1 { return talea_move(output, first, block.frameCount * MemoryLayout<Float>.stride) }
    for n in 0..<block.frameCount { output[n] = first[n] }
    for channel in 1..<channelCount {
      let input = block.input(channel)
      for n in 0..<block.frameCount { output[n] += input[n] }
    }
    let share = 1 / Float(channelCount)
    for n in 0..<block.frameCount { output[n] *= share }
  }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) {
    var sum = frame.input(0)
    for channel in 1..<max(1, channelCount) { sum += frame.input(channel) }
    frame.output(0).pointee = channelCount == 1 ? sum : sum * (1 / Float(channelCount))
  }

  @_noAllocation @_noLocks
  public mutating func reset() {}
}
