import CRealtime
import Dataflow
import Signal

/// A room, whose decay time can be relied upon.
public struct Reverb: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "reverb", category: "Delay and reverb",
    summary: "A room by a feedback delay network, with an exact decay time.",
    discussion: """
      `decay` is the reverberation time T60 of ISO 3382: extrapolated from the fall between -5 and -35 dB, and averaged over \
      both inputs and outputs, it is met within 5% in the octaves from 250 Hz to 2 kHz with `damping=0%`, for every size, from \
      44.1 to 192 kHz. Damping shortens the decay of high frequencies, at 5 kHz to `1 - 0.9 damping` of it; the octave around \
      500 Hz keeps its time within 10%. Where the decay is short against the room, so that a line loses much in one passage, \
      there is less damping: the lowest frequencies never last more than 4/3 of `decay`.

      `size` is built in and cannot move: lines of 5 to 16 ms at 0%, 12 to 38 ms at 50%, 28 to 88 ms at 100%.

      The wet sound is as loud as the input, whatever the decay, within 1 dB for undamped noise. `early` says how much of \
      its power is in 16 early reflections, the first of them at the end of the `predelay`; without them it costs less. \
      `width=0%` makes the wet sound mono, `mix` goes from the dry sound to the wet one: `(1 - mix) dry + mix wet`.

      The network has 8, 16 or 32 `lines`: more make denser echoes and cost more. The decay time above is that of 16; with 8 \
      or 32 it is met within 10%, from 1 s on. `early` and `lines` are built in.

      `modulation` lets the lines' lengths swing, by up to 0.5 ms, each at its own slow speed; it takes the last metallic \
      ring off long decays, shortens them a little at the top, costs more than the rest, and like `size` is built in.

      The predelay is a delay that the patch asks for, not latency.

      Source: J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial reverberators", AES 90th, 1991; \
      J. O. Smith, Physical Audio Signal Processing.
      """,
    example: "in -> reverb decay=2.2s size=60% predelay=20ms damping=40% mix=25% -> out",
    arguments: [
      .parameter(
        ParameterSpec("decay", .time, default: 2, in: 0.1...60, scale: .log, "Time in which the sound falls by 60 dB.")),
      .structural(StructuralSpec("size", .quantity(.ratio, 0...1), default: .quantity(0.5, .ratio), "How large the room is.")),
      .parameter(
        ParameterSpec("predelay", .time, default: 0, in: 0...0.5, smoothing: 0.1, "From the dry sound to the first reflection.")),
      .parameter(ParameterSpec("damping", .ratio, default: 0.4, in: 0...1, "How much sooner high frequencies fade.")),
      .parameter(ParameterSpec("width", .ratio, default: 1, in: 0...1, "0% is a mono reverb, 100% a wide one.")),
      .parameter(ParameterSpec("mix", .ratio, default: 0.25, in: 0...1, "0% is the dry sound alone, 100% the reverb.")),
      .structural(
        StructuralSpec(
          "modulation", .quantity(.ratio, 0...1), default: .quantity(0, .ratio), "How far the lines' lengths swing.")),
      .structural(StructuralSpec("lines", .integer(8...32), default: .integer(16), "Delay lines: 8, 16 or 32.")),
      .structural(
        StructuralSpec(
          "early", .quantity(.ratio, 0...1), default: .quantity(0.25, .ratio),
          "How much of the wet sound's power is early reflections.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))], canRunInPlace: true)

  /// `ParameterValues` by name.
  private struct Settings: BitwiseCopyable {
    let decay, predelay, damping, width, mix: Double

    @_noAllocation @_noLocks
    init(_ values: ParameterValues) {
      (decay, predelay, damping, width, mix) = (values[0], values[1], values[2], values[3], values[4])
    }
    var own: Double { @_noAllocation @_noLocks get { mix * (1 + width) / 2 } }
    var other: Double { @_noAllocation @_noLocks get { mix * (1 - width) / 2 } }
  }

  private struct Levels: BitwiseCopyable {
    /// Of the network's input; a side's own reverb; the other side's; the dry sound.
    var input, own, other, dry: LinearRamp
  }

  private let room: ReverbRoom
  private var reflections: EarlyReflections
  private var network: FeedbackDelayNetwork
  private var levels: Levels

  public static func delay(_ context: RenderContext) -> Rational {
    context.parameters[4] == 1 ? Rational(Int(frames(context.parameters[1], context.framesPerSecond))) : 0
  }

  public static func longestEcho(_ context: RenderContext) -> Rational {
    Rational(Int(frames(context.parameters[1], context.framesPerSecond)))
  }

  public static func tail(_ context: RenderContext) -> Tail {
    let (decay, predelay, damping) = (context.parameters[0], context.parameters[1], context.parameters[2])
    // 60 dB beyond -200 for what a steady input has built up; damping lengthens the decay of the lowest frequencies.
    let seconds = decay * (damping > 0 ? 4.0 / 3 : 1) * 260 / 60 + predelay + 0.3
    return .rings(bound: Int(seconds * context.framesPerSecond))
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let lines = context.configuration.integer("lines")
    guard [8, 16, 32].contains(lines) else {
      throw EffectError("a reverb has 8, 16 or 32 lines, not \(lines)", help: "write `lines=16`", argument: "lines")
    }
  }

  /// Whole frames of a time.
  @_noAllocation @_noLocks
  private static func frames(_ seconds: Double, _ framesPerSecond: Double) -> Double { talea_rint(seconds * framesPerSecond) }

  public init(_ context: RenderContext) {
    let rate = context.framesPerSecond
    let settings = context.withParameterValues { Settings($0) }
    room = ReverbRoom(
      size: context.configuration.quantity("size"), early: context.configuration.quantity("early"),
      lines: context.configuration.integer("lines"), framesPerSecond: rate)
    reflections = EarlyReflections(
      room, power: room.earlyPower, predelay: Self.frames(settings.predelay, rate), longestPredelay: Self.frames(0.5, rate),
      memory: context.memory)
    network = FeedbackDelayNetwork(
      room, damping: room.damping(decay: settings.decay, damping: settings.damping),
      depth: context.configuration.quantity("modulation") * 0.000_5 * rate, memory: context.memory)
    levels = Levels(
      input: LinearRamp(room.inputGain(decay: settings.decay)), own: LinearRamp(settings.own), other: LinearRamp(settings.other),
      dry: LinearRamp(1 - settings.mix))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    let settings = Settings(values)
    reflections.retarget(Self.frames(settings.predelay, room.framesPerSecond), over: frames)
    network.retarget(room.damping(decay: settings.decay, damping: settings.damping), over: frames)
    levels.input.retarget(room.inputGain(decay: settings.decay), over: frames)
    levels.own.retarget(settings.own, over: frames)
    levels.other.retarget(settings.other, over: frames)
    levels.dry.retarget(1 - settings.mix, over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    network.resume(at: block.position)
    var frame = 0
    while frame < block.frameCount {
      let position = block.position + frame
      let count = network.batch(of: reflections.batch(of: block.frameCount - frame), at: position)
      let left = load(block.input(0) + frame, count), right = load(block.input(1) + frame, count)

      let early = reflections.run(left, right, count)
      let gain = levels.input.next(eight: count)
      let late = network.run(early.left * gain, early.right * gain, count, at: position)
      let wetLeft = early.earlyLeft + late.0, wetRight = early.earlyRight + late.1

      let own = levels.own.next(eight: count), other = levels.other.next(eight: count), dry = levels.dry.next(eight: count)
      store((left * dry).addingProduct(wetLeft, own).addingProduct(wetRight, other), block.output(0) + frame, count)
      store((right * dry).addingProduct(wetRight, own).addingProduct(wetLeft, other), block.output(1) + frame, count)
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    reflections.reset()
    network.reset()
    levels.input.snap()
    levels.own.snap()
    levels.other.snap()
    levels.dry.snap()
  }
}
