import CRealtime
import Dataflow
import Signal

/// A plate reverberator.
public struct Plate: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "plate", category: "Delay and reverb",
    summary: "A plate: dense from the first moment, bright, without the shape of a room.",
    discussion: """
      Both channels are averaged, blurred by four allpasses and sent around a figure of eight of two allpasses, two delays and a \
      lowpass in each half; seven places of it make each side of the output. `decay` is the time to fall by 60 dB (T60) where \
      `damping` takes nothing; `damping` is the cutoff of the lowpass that the sound passes twice a round, so that highs die \
      first. Times from 1.5 s on are met within 15%; the allpasses' own ringing makes 0.8 s up to 30% longer. `modulation` lets one allpass of each half swing by up to 0.54 ms once a second, which keeps single tones from ringing.

      Line lengths are the paper's, scaled to the sample rate.
      Source: J. Dattorro, "Effect design, part 1: reverberator and other filters", JAES 45(9), 1997.
      """,
    example: "in -> plate decay=2.5s damping=5kHz mix=30% -> out",
    arguments: [
      .parameter(ParameterSpec("decay", .time, default: 2, in: 0.1...60, scale: .log, "Until it has fallen by 60 dB.")),
      .parameter(ParameterSpec("predelay", .time, default: 0.01, in: 0...0.5, "Before the plate is heard.")),
      .parameter(
        ParameterSpec("damping", .frequency, default: 6_000, in: 200...20_000, belowNyquist: true, "Highs above it die first.")),
      .parameter(
        ParameterSpec(
          "bandwidth", .frequency, default: 12_000, in: 200...20_000, belowNyquist: true, "What of the input reaches the plate.")),
      .parameter(ParameterSpec("mix", .ratio, default: 0.25, in: 0...1, "How much of the output is the plate.")),
      .structural(
        StructuralSpec("modulation", .quantity(.ratio, 0...1), default: .quantity(0.5, .ratio), "How far the lines swing.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))])

  private struct Levels: BitwiseCopyable {
    var predelay, decay, damping, bandwidth, wet, dry: LinearRamp
  }

  private let memory: OwnedBuffer<Float>
  private let lines: OwnedBuffer<PlateLine>
  /// Distances of the fourteen taps.
  private let taps: OwnedBuffer<Int>
  private var swings: MovingLine
  private var input: MovingLine
  private var levels: Levels
  private var turning: Turning
  private let swingLeft: Double
  private let swingRight: Double
  private let excursion: Double
  private let framesPerSecond: Double
  /// Memory of the input's lowpass and of both halves' dampings; what each half hands to the other.
  private var band: Float = 0
  private var dampLeft: Float = 0
  private var dampRight: Float = 0
  private var fromLeft: Float = 0
  private var fromRight: Float = 0

  public static func delay(_ context: RenderContext) -> Rational {
    context.parameters[4] == 1 ? Rational(Int((context.parameters[1] * context.framesPerSecond).rounded())) : 0
  }

  public static func longestEcho(_ context: RenderContext) -> Rational {
    Rational(Int((context.parameters[1] * context.framesPerSecond).rounded()))
  }

  public static func tail(_ context: RenderContext) -> Tail {
    .rings(bound: Int((context.parameters[0] * 270 / 60 + context.parameters[1] + 1) * context.framesPerSecond))
  }

  /// The share that a one-pole lowpass takes of each new frame.
  @_noAllocation @_noLocks
  private static func share(_ cutoff: Double, _ framesPerSecond: Double) -> Double {
    1 - Math.exp(-2 * Double.pi * cutoff / framesPerSecond)
  }

  public init(_ context: RenderContext) {
    let rate = context.framesPerSecond, meter = context.memory, p = context.parameters
    framesPerSecond = rate
    let lengths = PlateDesign.lengths.map { PlateDesign.scaled(Double($0), rate) }
    memory = OwnedBuffer(count: lengths.reduce(0, +), memory: meter)
    lines = OwnedBuffer(count: lengths.count, memory: meter)
    var base = memory.base
    for (index, length) in lengths.enumerated() {
      lines[index] = PlateLine(base: base, length: length)
      base += length
    }
    let distances = PlateDesign.taps.flatMap { $0.map { PlateDesign.scaled(Double($0.distance), rate) } }
    taps = OwnedBuffer(count: distances.count, memory: meter)
    for (index, distance) in distances.enumerated() { taps[index] = distance }
    swingLeft = PlateDesign.swingLengths[0] * rate / PlateDesign.tableRate
    swingRight = PlateDesign.swingLengths[1] * rate / PlateDesign.tableRate
    excursion = PlateDesign.excursion * rate / PlateDesign.tableRate * context.configuration.quantity("modulation")
    swings = MovingLine(channels: 2, reach: swingRight + PlateDesign.excursion * rate / PlateDesign.tableRate + 2, memory: meter)
    input = MovingLine(channels: 1, reach: 0.5 * rate + 2, memory: meter)
    turning = Turning(1, framesPerSecond: rate)
    levels = Levels(
      predelay: LinearRamp((p[1] * rate).rounded()),
      decay: LinearRamp(PlateDesign.gain(decay: p[0], roundSeconds: PlateDesign.roundSeconds)),
      damping: LinearRamp(Self.share(p[2], rate)), bandwidth: LinearRamp(Self.share(p[3], rate)), wet: LinearRamp(p[4]),
      dry: LinearRamp(1 - p[4]))
    roundSeconds = PlateDesign.roundSeconds
  }

  private let roundSeconds: Double

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    levels.decay.retarget(PlateDesign.gain(decay: values[0], roundSeconds: roundSeconds), over: frames)
    levels.predelay.retarget(talea_rint(values[1] * framesPerSecond), over: frames)
    levels.damping.retarget(Self.share(values[2], framesPerSecond), over: frames)
    levels.bandwidth.retarget(Self.share(values[3], framesPerSecond), over: frames)
    levels.wet.retarget(values[4], over: frames)
    levels.dry.retarget(1 - values[4], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let turns = turning.next(four: count)
      let left = swingLeft + excursion * Math.sinPi(2 * turns), right = swingRight + excursion * Math.sinPi(2 * (turns + 0.25))
      for n in 0..<count { step(block, frame + n, left[n], right[n]) }
      frame += count
    }
  }

  /// - Parameters lengthLeft, lengthRight: of the allpasses that open the halves, in frames.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func step(_ block: AudioBlock, _ n: Int, _ lengthLeft: Double, _ lengthRight: Double) {
    let left = block.input(0)[n], right = block.input(1)[n]
    diffuse(0.5 * (left + right), lengthLeft, lengthRight)
    let dry = Float(levels.dry.next()), wet = 0.6 * Float(levels.wet.next())
    let l = lines.base
    let a = l[7].past(taps[0]) + l[7].past(taps[1]) - l[8].past(taps[2]) + l[9].past(taps[3])
    let b = l[4].past(taps[7]) + l[4].past(taps[8]) - l[5].past(taps[9]) + l[6].past(taps[10])
    let outLeft = a - l[4].past(taps[4]) - l[5].past(taps[5]) - l[6].past(taps[6])
    let outRight = b - l[7].past(taps[11]) - l[8].past(taps[12]) - l[9].past(taps[13])
    block.output(0)[n] = (left * dry).addingProduct(outLeft, wet)
    block.output(1)[n] = (right * dry).addingProduct(outRight, wet)
  }

  /// One frame into the plate: predelay, lowpass, four allpasses, both halves.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func diffuse(_ x: Float, _ lengthLeft: Double, _ lengthRight: Double) {
    input.write(0, x)
    let late = input.read(0, FractionalRead(max(0, levels.predelay.next())))
    input.advance()
    band = band.addingProduct(Float(levels.bandwidth.next()), late - band)
    let l = lines.base
    var y = l[0].allpass(band, 0.75)
    y = l[1].allpass(y, 0.75)
    y = l[2].allpass(y, 0.625)
    y = l[3].allpass(y, 0.625)
    let decay = Float(levels.decay.next()), damping = Float(levels.damping.next())
    // Each half takes what the other handed over a frame ago.
    let toLeft = y.addingProduct(decay, fromRight), toRight = y.addingProduct(decay, fromLeft)
    let openedLeft = swing(0, toLeft, lengthLeft)
    let openedRight = swing(1, toRight, lengthRight)
    swings.advance()
    dampLeft = dampLeft.addingProduct(damping, l[4].end - dampLeft)
    l[4].feed(openedLeft)
    dampRight = dampRight.addingProduct(damping, l[7].end - dampRight)
    l[7].feed(openedRight)
    let left = l[5].allpass(dampLeft * decay, 0.5), right = l[8].allpass(dampRight * decay, 0.5)
    fromLeft = l[6].end
    l[6].feed(left)
    fromRight = l[9].end
    l[9].feed(right)
  }

  /// The allpass that opens a half, at a length that moves.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func swing(_ half: Int, _ x: Float, _ length: Double) -> Float {
    let past = swings.read(half, FractionalRead(length))
    let v = x.addingProduct(-0.7, past)
    swings.write(half, v)
    return past.addingProduct(0.7, v)
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    memory.clear()
    for index in 0..<lines.count { lines.base[index].index = 0 }
    swings.reset()
    input.reset()
    turning.reset()
    (band, dampLeft, dampRight, fromLeft, fromRight) = (0, 0, 0, 0, 0)
    levels.decay.snap()
    levels.predelay.snap()
    levels.damping.snap()
    levels.bandwidth.snap()
    levels.wet.snap()
    levels.dry.snap()
  }
}
