import CRealtime
import Signal

/// Amplification by a level; a move of the level ramps sample by sample.
public struct Gain: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "gain", category: "Level and channels",
    summary: "Amplifies or attenuates by a level.",
    discussion: """
      Multiplies every sample by `10^(level/20)`. A change of level ramps linearly in amplitude, sample by sample, over 20 ms.
      `0%` is silence.
      """,
    example: "in -> gain -3dB -> out",
    arguments: [
      .parameter(
        ParameterSpec("level", .level, default: nil, in: -.infinity...60, "How much: dB, or % with 100 % = 0 dB."))
    ],
    canRunInPlace: true)

  public static func isRouting(_ context: RenderContext) -> Bool { context.parameters == [0] }

  private var factor: LinearRamp
  private let channelCount: Int

  public init(_ context: RenderContext) {
    factor = context.withParameterValues { LinearRamp(Self.factor($0)) }
    channelCount = context.inputChannels[0]
  }

  @_noAllocation @_noLocks
  private static func factor(_ values: ParameterValues) -> Double { Double(Float(Math.amplitude(decibels: values[0]))) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    factor.retarget(Self.factor(values), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let moving = min(factor.remaining, block.frameCount)
    let settled = Float(factor.target)
    for channel in 0..<channelCount {
      let input = block.input(channel), output = block.output(channel)
      for n in 0..<moving { output[n] = input[n] * Float(factor.value(ahead: n)) }
      talea_scale(output + moving, input + moving, settled, block.frameCount - moving)
    }
    factor.advance(block.frameCount)
  }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) {
    let now = Float(factor.next())
    for channel in 0..<channelCount { frame.output(channel).pointee = frame.input(channel) * now }
  }

  public static var isGain: Bool { true }
  public var isFactorMoving: Bool { @_noAllocation @_noLocks get { factor.isMoving } }
  @_noAllocation @_noLocks
  public mutating func nextFactor() -> Float { Float(factor.next()) }

  @_noAllocation @_noLocks
  public mutating func reset() { factor.snap() }
}
