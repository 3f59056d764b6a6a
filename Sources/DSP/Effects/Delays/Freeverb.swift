import CRealtime
import Signal

/// The reverberator that countless programs carry, with its own tunings and ranges.
public struct Freeverb: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "freeverb", category: "Delay and reverb",
    summary: "The classic Schroeder-Moorer reverb: eight combs and four allpasses a side.",
    discussion: """
      Structure, tunings and ranges are those of Jezar's Freeverb, for sound like the many programs that carry it: the sum \
      of both channels, times 0.015, feeds eight parallel combs with a lowpass in each loop, then four allpasses in series; \
      the right side's lines are 23 frames longer. Comb feedback is `0.7 + 0.28 roomsize`, its lowpass `0.4 damping`, the \
      outputs are `3 wet` and `2 dry`. Line lengths are those for 44.1 kHz, scaled to the rate and rounded.

      The allpasses are Freeverb's, whose gain is not quite flat. For a reverb with a decay time that can be relied upon \
      see `reverb`.

      Source: Jezar at Dreampoint, Freeverb, 2000 (public domain); M. R. Schroeder, "Natural sounding artificial \
      reverberation", JAES 10(3), 1962; J. A. Moorer, "About this reverberation business", CMJ 3(2), 1979.
      """,
    example: "in -> freeverb roomsize=70% damping=30% wet=20% dry=40% -> out",
    arguments: [
      .parameter(ParameterSpec("roomsize", .ratio, default: 0.5, in: 0...1, "How long it rings.")),
      .parameter(ParameterSpec("damping", .ratio, default: 0.5, in: 0...1, "How much sooner high frequencies fade.")),
      .parameter(ParameterSpec("width", .ratio, default: 1, in: 0...1, "0% is a mono reverb, 100% a wide one.")),
      .parameter(ParameterSpec("wet", .ratio, default: 1.0 / 3, in: 0...1, "Level of the reverb; 33.3% is unity.")),
      .parameter(ParameterSpec("dry", .ratio, default: 0, in: 0...1, "Level of the input; 50% is unity.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))])

  static let combTunings = [1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617]
  static let allpassTunings = [556, 441, 341, 225]
  static let stereoSpread = 23

  /// Frames of a line tuned for 44.1 kHz.
  static func scaled(_ tuning: Int, _ framesPerSecond: Double) -> Int {
    max(RingBank.batch, Int((Double(tuning) * framesPerSecond / 44_100).rounded()))
  }

  private struct Levels: BitwiseCopyable {
    var feedback: LinearRamp
    /// Of a side's own reverb, the other side's, and the input.
    var own: LinearRamp
    var other: LinearRamp
    var dry: LinearRamp

    var isMoving: Bool {
      @_noAllocation @_noLocks get { feedback.isMoving || own.isMoving || other.isMoving || dry.isMoving }
    }
  }

  private var combs: DampedLines
  private var levels: Levels
  private let allpassMemory: OwnedBuffer<Float>
  private let allpasses: OwnedBuffer<DiffusionLine>

  public static func tail(_ context: RenderContext) -> Tail {
    // The slowest comb loses the least; its lowpass passes the lowest frequencies whole.
    let longest = scaled(combTunings[7] + stereoSpread, context.framesPerSecond)
    let rounds = -260 / Math.decibels(amplitude: feedback(context.parameters[0]))
    return .rings(bound: Int(rounds * Double(longest)) + 20 * scaled(allpassTunings[0], context.framesPerSecond))
  }

  @_noAllocation @_noLocks
  private static func feedback(_ roomsize: Double) -> Double { 0.7 + 0.28 * roomsize }

  @_noAllocation @_noLocks
  private static func damping(_ amount: Double) -> DampedLines.Damping {
    let pole = Float(0.4 * amount)
    return DampedLines.Damping(gain: SIMD32(repeating: 1 - pole), pole: SIMD32(repeating: pole))
  }

  public init(_ context: RenderContext) {
    let rate = context.framesPerSecond, p = context.parameters
    let combDelays = [0, Self.stereoSpread].flatMap { spread in Self.combTunings.map { Self.scaled($0 + spread, rate) } }
    combs = DampedLines(delays: combDelays, damping: Self.damping(p[1]), memory: context.memory)
    let allpassDelays = [0, Self.stereoSpread].flatMap { spread in Self.allpassTunings.map { Self.scaled($0 + spread, rate) } }
    allpassMemory = OwnedBuffer(count: allpassDelays.reduce(0, +), memory: context.memory)
    allpasses = OwnedBuffer(count: allpassDelays.count, memory: context.memory)
    var base = allpassMemory.base
    for (index, delay) in allpassDelays.enumerated() {
      allpasses[index] = DiffusionLine(base: base, length: delay)
      base += delay
    }
    let own = 3 * p[3] * (1 + p[2]) / 2, other = 3 * p[3] * (1 - p[2]) / 2
    levels = Levels(
      feedback: LinearRamp(Self.feedback(p[0])), own: LinearRamp(own), other: LinearRamp(other), dry: LinearRamp(2 * p[4]))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    combs.retarget(Self.damping(values[1]), over: frames)
    levels.feedback.retarget(Self.feedback(values[0]), over: frames)
    levels.own.retarget(3 * values[3] * (1 + values[2]) / 2, over: frames)
    levels.other.retarget(3 * values[3] * (1 - values[2]) / 2, over: frames)
    levels.dry.retarget(2 * values[4], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = combs.rings.batch(of: block.frameCount - frame)
      let left = load(block.input(0) + frame, count), right = load(block.input(1) + frame, count)
      var wet = runCombs((left + right) * 0.015, count)
      for stage in 0..<4 {
        wet.left = allpasses.base[stage].run(wet.left, count)
        wet.right = allpasses.base[stage + 4].run(wet.right, count)
      }
      let own = levels.own.next(eight: count), other = levels.other.next(eight: count), dry = levels.dry.next(eight: count)
      let outLeft = (wet.left * own).addingProduct(wet.right, other).addingProduct(left, dry)
      let outRight = (wet.right * own).addingProduct(wet.left, other).addingProduct(right, dry)
      store(outLeft, block.output(0) + frame, count)
      store(outRight, block.output(1) + frame, count)
      frame += count
    }
  }

  /// Feeds the combs and sums them, eight for each side.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func runCombs(_ input: SIMD8<Float>, _ count: Int) -> (left: SIMD8<Float>, right: SIMD8<Float>) {
    let feedback = levels.feedback.next(eight: count)
    let left = runSide(0, input, feedback, count), right = runSide(1, input, feedback, count)
    combs.advance(count)
    return (left, right)
  }

  /// Eight combs: the sum of their ends.
  @inline(__always) @_noAllocation @_noLocks
  private func runSide(_ side: Int, _ input: SIMD8<Float>, _ feedback: SIMD8<Float>, _ count: Int) -> SIMD8<Float> {
    let ends = combs.ends(side)
    let sum = ((ends.v0 + ends.v1) + (ends.v2 + ends.v3)) + ((ends.v4 + ends.v5) + (ends.v6 + ends.v7))
    let x = combs.damp(side, ends, count)
    let first = 8 * side
    combs.rings.feed(first, input.addingProduct(x.v0, feedback))
    combs.rings.feed(first + 1, input.addingProduct(x.v1, feedback))
    combs.rings.feed(first + 2, input.addingProduct(x.v2, feedback))
    combs.rings.feed(first + 3, input.addingProduct(x.v3, feedback))
    combs.rings.feed(first + 4, input.addingProduct(x.v4, feedback))
    combs.rings.feed(first + 5, input.addingProduct(x.v5, feedback))
    combs.rings.feed(first + 6, input.addingProduct(x.v6, feedback))
    combs.rings.feed(first + 7, input.addingProduct(x.v7, feedback))
    return sum
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    combs.reset()
    allpassMemory.clear()
    for index in 0..<allpasses.count { allpasses.base[index].index = 0 }
    levels.feedback.snap()
    levels.own.snap()
    levels.other.snap()
    levels.dry.snap()
  }
}

/// Freeverb's allpass: `y = past - x`, and `x + past / 2` enters the line.
private struct DiffusionLine: BitwiseCopyable {
  let base: UnsafeMutablePointer<Float>
  let length: Int
  var index = 0

  @inline(__always) @_noAllocation @_noLocks
  mutating func run(_ x: SIMD8<Float>, _ count: Int) -> SIMD8<Float> {
    var past = SIMD8<Float>()
    if index + 8 <= length, count == 8 {
      past = load(base + index, 8)
      store(x.addingProduct(past, 0.5), base + index, 8)
      index = index + 8 == length ? 0 : index + 8
    } else {
      for n in 0..<count {
        past[n] = base[index]
        base[index] = x[n].addingProduct(0.5, past[n])
        index = index + 1 == length ? 0 : index + 1
      }
    }
    return past - x
  }
}
