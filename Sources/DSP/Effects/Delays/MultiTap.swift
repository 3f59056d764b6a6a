import CRealtime
import Dataflow
import Signal

/// Several echoes, each at a place of its own.
public struct MultiTap: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "multitap", category: "Delay and reverb",
    summary: "A list of echoes, each with its time, level and place.",
    discussion: """
      Each `tap` repeats the mean of all channels once, after its time, at its level, with constant power between left (-100%) \
      and right (100%). `(1 - mix) dry + mix wet`; mono goes to both sides. Times may move; between frames and on the way to a new time as in \
      `delay`.
      """,
    example: "in -> multitap mix=40% { tap 125ms -3dB pan=-60%; tap 250ms -6dB pan=60%; last: tap 500ms -9dB } -> out",
    arguments: [
      .parameter(ParameterSpec("mix", .ratio, default: 0.5, in: 0...1, "0% is the dry sound alone, 100% the echoes."))
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))],
    list: ListSpec(
      [
        ItemSpec(
          "tap",
          [
            .parameter(ParameterSpec("time", .time, default: nil, in: 0...4, smoothing: 0.1, "After how long.")),
            .parameter(ParameterSpec("level", .level, default: 0, in: -.infinity...12, "How loud.")),
            .parameter(ParameterSpec("pan", .ratio, default: 0, in: -1...1, "-100% is left, 100% right.")),
          ], "One echo.")
      ], count: 1...32),
    canRunInPlace: true)

  private struct Tap: BitwiseCopyable {
    var time = LinearRamp(0)
    var left = LinearRamp(0)
    var right = LinearRamp(0)
  }

  private static func longest(_ context: RenderContext) -> Int {
    let times = context.configuration.items.map { context.parameters[$0.firstParameter] }
    return Int(((times.max() ?? 0) * context.framesPerSecond).rounded(.up)) + FractionalRead.reach
  }

  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(longest(context)) }
  public static func tail(_ context: RenderContext) -> Tail { .frames(longest(context)) }

  private var line: MovingLine
  private var mix: LinearRamp
  private let taps: OwnedBuffer<Tap>
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    line = MovingLine(channels: 1, reach: 4 * framesPerSecond + 1, memory: context.memory)
    mix = LinearRamp(context.parameters[0])
    taps = OwnedBuffer(count: context.configuration.items.count, memory: context.memory)
    for index in 0..<taps.count { taps[index] = Tap() }
    context.withParameterValues { setTaps($0, over: 0) }
  }

  @_noAllocation @_noLocks
  private func setTaps(_ values: ParameterValues, over frames: Int) {
    for index in 0..<taps.count {
      let first = 1 + 3 * index
      let level = Math.amplitude(decibels: values[first + 1]), turn = (values[first + 2] + 1) * 0.25
      taps[index].time.retarget(values[first] * framesPerSecond, over: frames)
      taps[index].left.retarget(level * Math.cosPi(turn), over: frames)
      taps[index].right.retarget(level * Math.sinPi(turn), over: frames)
    }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    mix.retarget(values[0], over: frames)
    setTaps(values, over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      let left = block.input(0)[n], right = block.input(1)[n], wet = Float(mix.next())
      line.write(0, 0.5 * (left + right))
      var sum = SIMD2<Float>()
      for index in 0..<taps.count {
        let tap = taps.base + index
        let past = line.read(0, FractionalRead(tap.pointee.time.next()))
        sum.addProduct(SIMD2(Float(tap.pointee.left.next()), Float(tap.pointee.right.next())), past)
      }
      block.output(0)[n] = ((1 - wet) * left).addingProduct(wet, sum[0])
      block.output(1)[n] = ((1 - wet) * right).addingProduct(wet, sum[1])
      line.advance()
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    mix.snap()
    for index in 0..<taps.count {
      taps[index].time.snap()
      taps[index].left.snap()
      taps[index].right.snap()
    }
  }
}
