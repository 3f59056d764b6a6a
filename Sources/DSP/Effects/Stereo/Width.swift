import Signal

/// How wide a stereo sound is.
public struct Width: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "width", category: "Stereo and room",
    summary: "Narrows a stereo sound to mono or widens it.",
    discussion: """
      Scales the difference of the two sides: 0% is mono, 100% leaves everything as it is, 200% doubles the difference. The \
      sum of the sides never changes, so nothing is lost in mono.
      """,
    example: "in -> width 140% -> out",
    arguments: [.parameter(ParameterSpec("width", .ratio, default: 1, in: 0...4, "0% is mono, 100% unchanged."))],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  public static func isRouting(_ context: RenderContext) -> Bool { context.parameters == [1] }

  private var width: LinearRamp

  public init(_ context: RenderContext) { width = LinearRamp(context.parameters[0]) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) { width.retarget(values[0], over: frames) }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(8, block.frameCount - frame)
      let left = load(block.input(0) + frame, count), right = load(block.input(1) + frame, count)
      // At 100% each side gets back exactly what it was.
      let change = (width.next(eight: count) - 1) * 0.5
      let difference = left - right
      store(left.addingProduct(change, difference), block.output(0) + frame, count)
      store(right.addingProduct(change, difference * -1), block.output(1) + frame, count)
      frame += count
    }
  }

  public static var hasFrameStep: Bool { true }

  @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { process(frame.block) }

  @_noAllocation @_noLocks
  public mutating func reset() { width.snap() }
}
