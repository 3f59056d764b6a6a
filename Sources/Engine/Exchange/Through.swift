import CRealtime
import Signal

/// What stands in for an actor that is bypassed: its first input at its first output, as late as the actor would be.
/// Further outputs are silent.
struct Through: Effect, ~Copyable {
  static let spec = EffectSpec(
    name: "through", category: "", summary: "Passes its first input on.", discussion: "", example: "",
    arguments: [.structural(StructuralSpec("latency", .integer(0...Int.max), default: nil, "Frames at its own rate."))])

  private let inputCount: Int
  private let outputCount: Int
  private let silentCount: Int
  private let delay: Int
  private var place = 0
  /// One channel after the other.
  private let memory: OwnedBuffer<Float>

  init(_ context: RenderContext) {
    (inputCount, outputCount) = (context.inputChannels[0], context.outputChannels[0])
    silentCount = context.outputChannels.dropFirst().reduce(0, +)
    delay = context.configuration.integer("latency")
    memory = OwnedBuffer(count: context.inputChannels[0] * context.configuration.integer("latency"), memory: context.memory)
  }

  @_noAllocation @_noLocks
  mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    for channel in outputCount..<outputCount + silentCount {
      talea_zero(block.output(channel), block.frameCount * MemoryLayout<Float>.stride)
    }
    for n in 0..<block.frameCount {
      for channel in 0..<outputCount {
        // One channel goes to all.
        let source = min(channel, inputCount - 1)
        block.output(channel)[n] = delay == 0 ? block.input(source)[n] : memory[source * delay + place]
      }
      guard delay > 0 else { continue }
      for channel in 0..<inputCount { memory[channel * delay + place] = block.input(channel)[n] }
      place = place + 1 == delay ? 0 : place + 1
    }
  }

  static var hasFrameStep: Bool { true }

  @_noAllocation @_noLocks
  mutating func processFrame(_ frame: AudioFrame) { process(frame.block) }

  @_noAllocation @_noLocks
  mutating func reset() {
    memory.clear()
    place = 0
  }
}
