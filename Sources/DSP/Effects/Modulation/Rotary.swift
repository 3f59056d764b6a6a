import CRealtime
import Signal

/// A loudspeaker whose horn and drum turn.
public struct Rotary: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "rotary", category: "Modulation",
    summary: "A rotary loudspeaker: horn and drum turn at speeds of their own, before two microphones.",
    discussion: """
      The sum of the channels is split at 800 Hz by filters whose sum is the input. Highs go to the horn, lows to the drum, \
      which turns at 0.85 of the horn's speed, the other way round. The sound of each comes nearer and goes farther, by up to \
      0.5 ms (horn) and 0.2 ms (drum), and is louder towards the microphone. The microphones stand a quarter turn to each side. \
      `speed` is the horn's, in turns per second: 0.7 is slow, 6.6 fast, and it takes 1.5 s to reach a new one. \
      `(1 - mix) dry + mix wet`.
      """,
    example: "in -> rotary 6.6Hz mix=100% -> out",
    arguments: [
      .parameter(
        ParameterSpec("speed", .frequency, default: 0.7, in: 0.05...12, smoothing: 1.5, "Turns of the horn per second.")),
      .parameter(ParameterSpec("depth", .ratio, default: 1, in: 0...1, "How far the distances and levels swing.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "0% is the dry sound alone, 100% the loudspeaker.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail {
    .frames(decayFrameCount(of: [.lowpass1(800, context.framesPerSecond)]) + Int(0.002 * context.framesPerSecond) + 32)
  }

  private var line: MovingLine
  private var horn: Turning
  private var drum: Turning
  private var depth: LinearRamp
  private var mix: LinearRamp
  private let split: BiquadCoefficients
  private var low = 0.0
  private var past = 0.0
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    line = MovingLine(channels: 2, reach: 0.002 * framesPerSecond + 1, memory: context.memory)
    horn = Turning(context.parameters[0], framesPerSecond: framesPerSecond)
    drum = Turning(0.85 * context.parameters[0], framesPerSecond: framesPerSecond)
    depth = LinearRamp(context.parameters[1])
    mix = LinearRamp(context.parameters[2])
    split = .lowpass1(800, framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    horn.retarget(values[0], over: frames)
    drum.retarget(0.85 * values[0], over: frames)
    depth.retarget(values[1], over: frames)
    mix.retarget(values[2], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let depth = self.depth.next(four: count)
      let hornTurns = horn.next(four: count), drumTurns = drum.next(four: count)
      let atLeft = path(hornTurns, drumTurns, -0.125, depth), atRight = path(hornTurns, drumTurns, 0.125, depth)
      for n in 0..<count { step(block, frame + n, atLeft, atRight, n) }
      frame += count
    }
  }

  @inline(__always) @_noAllocation @_noLocks
  private mutating func step(_ block: AudioBlock, _ n: Int, _ atLeft: Path, _ atRight: Path, _ lane: Int) {
    let left = block.input(0)[n], right = block.input(1)[n]
    let sum = 0.5 * (Double(left) + Double(right))
    low = (split.b0 * sum).addingProduct(split.b1, past).addingProduct(-split.a1, low)
    past = sum
    line.write(0, Float(sum - low))
    line.write(1, Float(low))
    let wet = Float(mix.next())
    block.output(0)[n] = ((1 - wet) * left).addingProduct(wet, heard(atLeft, lane))
    block.output(1)[n] = ((1 - wet) * right).addingProduct(wet, heard(atRight, lane))
    line.advance()
  }

  /// From horn and drum to one microphone, in four frames: delays in frames, and factors.
  private struct Path: BitwiseCopyable {
    let hornDelay: SIMD4<Double>
    let drumDelay: SIMD4<Double>
    let hornLevel: SIMD4<Float>
    let drumLevel: SIMD4<Float>

    @_noAllocation @_noLocks
    init(_ hornDelay: SIMD4<Double>, _ drumDelay: SIMD4<Double>, _ hornLevel: SIMD4<Float>, _ drumLevel: SIMD4<Float>) {
      self.hornDelay = hornDelay
      self.drumDelay = drumDelay
      self.hornLevel = hornLevel
      self.drumLevel = drumLevel
    }
  }

  /// - Parameter place: of the microphone, in turns.
  @inline(__always) @_noAllocation @_noLocks
  private func path(
    _ hornTurns: SIMD4<Double>, _ drumTurns: SIMD4<Double>, _ place: Double, _ depth: SIMD4<Double>
  ) -> Path {
    let towardsHorn = Math.cosPi(2 * (hornTurns - place)), towardsDrum = Math.cosPi(2 * (-drumTurns - place))
    let middle = SIMD4(repeating: 0.000_6)
    return Path(
      middle.addingProduct(-0.000_5 * depth, towardsHorn) * framesPerSecond,
      middle.addingProduct(-0.000_2 * depth, towardsDrum) * framesPerSecond,
      talea_narrow(1 - 0.4 * depth * (1 - towardsHorn)), talea_narrow(1 - 0.15 * depth * (1 - towardsDrum)))
  }

  @inline(__always) @_noAllocation @_noLocks
  private func heard(_ path: Path, _ lane: Int) -> Float {
    let high = line.read(0, FractionalRead(path.hornDelay[lane])), low = line.read(1, FractionalRead(path.drumDelay[lane]))
    return (high * path.hornLevel[lane]).addingProduct(low, path.drumLevel[lane])
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    horn.reset()
    drum.reset()
    depth.snap()
    mix.snap()
    low = 0
    past = 0
  }
}
