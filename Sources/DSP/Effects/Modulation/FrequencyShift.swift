import Signal

/// Moves every frequency by the same number of hertz.
public struct FrequencyShift: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "freqshift", category: "Modulation",
    summary: "Moves every frequency by the same number of hertz.",
    discussion: """
      Not a change of pitch: harmonics lose their ratios. A few hertz against the dry sound beat like a phaser that never turns
      back; a few hertz in a feedback loop keep it from ringing; hundreds make bells.

      Single-sideband modulation with the two phases of `hilbert`: the other sideband lies 75 dB or more below (60 dB
      at 192 kHz) for sounds between 20 Hz and 20 Hz below half the sample rate. What is moved beyond 0 Hz or half the rate comes back mirrored.
      `shift` may be driven by a signal. No latency.
      Source: S. Wardle, "A Hilbert-transformer frequency shifter for audio", DAFx 1998.
      """,
    example: "in -> freqshift 4Hz -> out",
    arguments: [
      .parameter(
        ParameterSpec("shift", .frequency, default: nil, in: -20_000...20_000, scale: .linear, "Upwards; negative: downwards."))
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { Hilbert.tail(framesPerSecond: context.framesPerSecond) }

  private let design: PhaseSplitter.Design
  private let splitters: OwnedBuffer<PhaseSplitter>
  /// In turns per frame, and in turns.
  private var increment: LinearRamp
  private var turns = 0.0
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    design = PhaseSplitter.Design(lowest: Hilbert.lowest / framesPerSecond)
    splitters = OwnedBuffer(count: context.inputChannels[0], memory: context.memory)
    for channel in 0..<splitters.count { splitters[channel] = PhaseSplitter() }
    increment = LinearRamp(context.parameters[0] / framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    increment.retarget(values[0] / framesPerSecond, over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let angle = 2 * nextTurns(count)
      let sine = Math.sinPi(angle), cosine = Math.cosPi(angle)
      for n in 0..<count {
        for channel in 0..<splitters.count {
          let parts = splitters.base[channel].next(Double(block.input(channel)[frame + n]), design)
          block.output(channel)[frame + n] = Float((parts.real * cosine[n]).addingProduct(-parts.imaginary, sine[n]))
        }
      }
      frame += count
    }
  }

  /// The turns of the next four frames, either way around; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func nextTurns(_ count: Int) -> SIMD4<Double> {
    var values = SIMD4<Double>()
    for n in 0..<count {
      values[n] = turns
      turns += increment.next()
      if turns >= 1 { turns -= 1 } else if turns < 0 { turns += 1 }
    }
    return values
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    for channel in 0..<splitters.count { splitters[channel] = PhaseSplitter() }
    increment.snap()
    turns = 0
  }
}
