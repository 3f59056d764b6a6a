import Dataflow
import Signal

/// Echoes that change sides.
public struct PingPong: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "pingpong", category: "Delay and reverb",
    summary: "Echoes that go from the left to the right and back.",
    discussion: """
      The sum of both sides, halved, comes back on the left after `time`, on the right after twice the time, and so on, each \
      time lowered by `feedback` but the first. `(1 - mix) dry + mix wet`. Whole frames reproduce the input exactly; between \
      frames and on the way to a new time as in `delay`.
      """,
    example: "in -> pingpong 250ms feedback=60% mix=35% -> out",
    arguments: [
      .parameter(ParameterSpec("time", .time, default: nil, in: 0.001...2, smoothing: 0.1, "From one echo to the next.")),
      .parameter(ParameterSpec("feedback", .ratio, default: 0.5, in: 0...0.99, "Of an echo, how much the next one has.")),
      .parameter(ParameterSpec("mix", .ratio, default: 0.5, in: 0...1, "0% is the dry sound alone, 100% the echoes.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  private static func period(_ context: RenderContext) -> Int {
    Int((context.framesPerSecond * context.parameters[0]).rounded(.up)) + FractionalRead.reach
  }

  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(period(context)) }

  public static func tail(_ context: RenderContext) -> Tail {
    let feedback = context.parameters[1]
    guard feedback > 0 else { return .frames(period(context)) }
    return .rings(bound: period(context) * (Int(Math.log(1e-13 * (1 - feedback)) / Math.log(feedback)) + 3))
  }

  private var line: MovingLine
  private var time: LinearRamp
  private var feedback: LinearRamp
  private var mix: LinearRamp
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    line = MovingLine(channels: 2, reach: 2 * framesPerSecond + 1, memory: context.memory)
    time = LinearRamp(context.parameters[0] * framesPerSecond)
    feedback = LinearRamp(context.parameters[1])
    mix = LinearRamp(context.parameters[2])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    time.retarget(values[0] * framesPerSecond, over: frames)
    feedback.retarget(values[1], over: frames)
    mix.retarget(values[2], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let read = FractionalRead(time.next()), feedback = Float(self.feedback.next()), wet = Float(mix.next())
      let left = block.input(0)[n], right = block.input(1)[n]
      let sum = 0.5 * (left + right)
      line.write(0, sum)
      let first = line.read(0, read)
      line.write(1, feedback * first)
      let second = line.read(1, read)
      line.write(0, sum.addingProduct(feedback, second))
      block.output(0)[n] = ((1 - wet) * left).addingProduct(wet, first)
      block.output(1)[n] = ((1 - wet) * right).addingProduct(wet, second)
      line.advance()
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    time.snap()
    feedback.snap()
    mix.snap()
  }
}
