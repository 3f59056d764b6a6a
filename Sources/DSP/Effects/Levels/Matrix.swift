import Signal

/// Every output as a weighted sum of all inputs.
public struct Matrix: Effect, ~Copyable {
  private static let gain = ParameterSpec("gain", .number, default: nil, in: -1_000...1_000, "How much of an input.")

  public static let spec = EffectSpec(
    name: "matrix", category: "Level and channels",
    summary: "Mixes channels into channels, by a table of gains.",
    discussion: """
      One row in braces for each output, one number in a row for each input: `matrix { 0 1; 1 0 }` swaps left and right.
      Numbers are factors, and may be negative. A row with a single 1 passes that channel bit for bit.
      Sums run over the inputs in order, with fused multiply-adds.
      """,
    example: "in -> stereo -> matrix { 0 1; 1 0 } -> out", arguments: [], inputs: [PortSpec("in", .free)],
    outputs: [PortSpec("out", .free)],
    list: ListSpec([ItemSpec("", [.parameter(gain)], "One row of factors.")], count: 1...64, rowOf: gain))

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    let columns = configuration.items.first?.parameterCount ?? 0
    guard inputChannels[0] == columns || inputChannels[0] == 1 else {
      throw EffectError(
        "a row of the matrix has \(columns) numbers, but \(inputChannels[0]) channels come in",
        help: "write one number for each channel that comes in")
    }
    return [configuration.items.count]
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let columns = context.configuration.items[0].parameterCount
    guard context.inputChannels[0] == columns else {
      throw EffectError(
        "a row of the matrix has \(columns) numbers, but \(context.inputChannels[0]) channels come in",
        help: "write one number for each channel that comes in")
    }
  }

  public static func isRouting(_ context: RenderContext) -> Bool {
    context.configuration.items.allSatisfy { row in
      let gains = context.parameters[row.firstParameter..<(row.firstParameter + row.parameterCount)]
      return gains.allSatisfy { $0 == 0 || $0 == 1 } && gains.reduce(0, +) <= 1
    }
  }

  private let matrix: GainMatrix
  private let inputs: Int
  private let outputs: Int

  public init(_ context: RenderContext) {
    inputs = context.inputChannels[0]
    outputs = context.outputChannels[0]
    matrix = GainMatrix(inputs: inputs, outputs: outputs, memory: context.memory)
    context.withParameterValues { setGains($0, over: 0) }
  }

  @_noAllocation @_noLocks
  private func setGains(_ values: ParameterValues, over frames: Int) {
    for output in 0..<outputs {
      for input in 0..<inputs { matrix.retarget(output: output, input: input, values[output * inputs + input], over: frames) }
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
