import Signal

/// One side a little later than the other.
public struct Haas: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "haas", category: "Stereo and room",
    summary: "Delays one side by some milliseconds, so that the sound leans to the other.",
    discussion: """
      A positive `time` delays the right side, a negative one the left. Up to about 30 ms the ear hears one sound that comes \
      from the earlier side (H. Haas, Acustica 1, 1951). It is a delay that the patch asks for, not latency. A new time is \
      reached like on tape.
      """,
    example: "in -> stereo -> haas 12ms -> out",
    arguments: [
      .parameter(
        ParameterSpec("time", .time, default: 0.012, in: -0.05...0.05, smoothing: 0.1, "How much later the right side is."))
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    .frames(Int((abs(context.parameters[0]) * context.framesPerSecond).rounded(.up)) + FractionalRead.reach)
  }

  private var line: MovingLine
  private var time: LinearRamp
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    line = MovingLine(channels: 2, reach: 0.05 * framesPerSecond + 1, memory: context.memory)
    time = LinearRamp(context.parameters[0] * framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    time.retarget(values[0] * framesPerSecond, over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let time = self.time.next()
      let left = FractionalRead(max(0, -time)), right = FractionalRead(max(0, time))
      line.write(0, block.input(0)[n])
      line.write(1, block.input(1)[n])
      block.output(0)[n] = line.read(0, left)
      block.output(1)[n] = line.read(1, right)
      line.advance()
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    time.snap()
  }
}
