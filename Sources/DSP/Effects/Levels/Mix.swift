import Signal

/// A weighted sum of signals.
public struct Mix: Effect, ~Copyable {
  private static let level = ParameterSpec("level", .level, default: nil, in: -.infinity...60, "Level of this input.")

  public static let spec = EffectSpec(
    name: "mix", category: "Level and channels",
    summary: "Adds several signals, each at a level of its own.",
    discussion: """
      One level in braces for each input. The first is `m.1`, the second `m.2`; with a name, `drums: -3dB` is `m.drums`.
      Inputs are added in order, with fused multiply-adds. Levels ramp sample by sample.
      """,
    example: """
      m = mix { dry: 0dB; wet: -12dB }
      in -> m.dry
      in -> highpass 2kHz -> m.wet
      m -> out
      """,
    arguments: [], inputs: [],
    list: ListSpec([ItemSpec("", [.parameter(level)], "The level of one input.")], count: 1...64, itemsArePorts: true))

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels.max() ?? 1]
  }

  private let matrix: GainMatrix
  private let ports: Int
  private let channels: Int

  public init(_ context: RenderContext) {
    ports = context.inputChannels.count
    channels = context.outputChannels[0]
    matrix = GainMatrix(inputs: ports * channels, outputs: channels, memory: context.memory)
    context.withParameterValues { setGains($0, over: 0) }
  }

  @_noAllocation @_noLocks
  private func setGains(_ values: ParameterValues, over frames: Int) {
    for port in 0..<ports {
      let gain = Math.amplitude(decibels: values[port])
      for channel in 0..<channels { matrix.retarget(output: channel, input: port * channels + channel, gain, over: frames) }
    }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { setGains(values, over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { matrix.process(block) }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { matrix.processFrame(frame) }

  @_noAllocation @_noLocks
  public mutating func reset() { matrix.reset() }
}
