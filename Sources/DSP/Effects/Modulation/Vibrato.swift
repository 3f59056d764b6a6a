import CRealtime
import Signal

/// A pitch that swings.
public struct Vibrato: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "vibrato", category: "Modulation",
    summary: "Lets the pitch swing up and down.",
    discussion: """
      Reads the sound through a delay that swings as a sine, so that its speed goes from `1 - r` to `1 + r`; `depth` is the \
      upward swing in semitones, `r = 2^(depth/12) - 1`. The delay's middle is that of the deepest swing at the slowest rate \
      that the memory holds (100 ms); it is a delay that the patch asks for, not latency.
      """,
    example: "in -> vibrato 5Hz depth=0.4st -> out",
    arguments: [
      .parameter(ParameterSpec("rate", .frequency, default: 5, in: 0.1...20, "Swings per second.")),
      .parameter(ParameterSpec("depth", .pitch, default: 0.5, in: 0...2, "How far the pitch goes up and down.")),
    ],
    canRunInPlace: true)

  /// Frames by which the delay swings to each side: the speed's swing is 2 pi rate times as many frames per frame.
  @_noAllocation @_noLocks
  private static func swing(_ rate: Double, _ depth: Double, _ framesPerSecond: Double) -> Double {
    let speed = Math.exp2(depth * (1.0 / 12)) - 1
    return min(speed / (2 * Double.pi * rate), 0.05) * framesPerSecond
  }

  public static func tail(_ context: RenderContext) -> Tail {
    let swing = swing(context.parameters[0], context.parameters[1], context.framesPerSecond)
    return .frames(Int((2 * swing).rounded(.up)) + 2 * FractionalRead.reach)
  }

  private var line: MovingLine
  private var turning: Turning
  private var swing: LinearRamp
  private let channelCount: Int
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    line = MovingLine(channels: channelCount, reach: 0.1 * framesPerSecond + 1, memory: context.memory)
    turning = Turning(context.parameters[0], framesPerSecond: framesPerSecond)
    swing = LinearRamp(Self.swing(context.parameters[0], context.parameters[1], framesPerSecond))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    turning.retarget(values[0], over: frames)
    swing.retarget(Self.swing(values[0], values[1], framesPerSecond), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let quarter = SIMD4<Double>(repeating: 0.25)
    var frame = 0
    while frame < block.frameCount {
      let count = line.batch(of: block.frameCount - frame)
      let swing = self.swing.nextFrames(count), turns = turning.nextFrames(count)
      // From no delay at the start down and up again.
      let early = talea_product4(swing.early, talea_sine_of_turns(talea_sum4(turns.early, quarter)))
      let late = talea_product4(swing.late, talea_sine_of_turns(talea_sum4(turns.late, quarter)))
      let delays = LaneDelays(
        talea_difference4(swing.early, early), talea_difference4(swing.late, late), least: 0)
      for channel in 0..<channelCount {
        line.write(channel, load(block.input(channel) + frame, count), count)
        store(line.read(channel, delays), block.output(channel) + frame, count)
      }
      line.advance(count)
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    line.reset()
    turning.reset()
    swing.snap()
  }
}
