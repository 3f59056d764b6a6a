import Signal

/// The four-pole lowpass of a classic synthesiser.
public struct Ladder: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "ladder", category: "Filters",
    summary: "A transistor ladder: four poles, resonance up to whistling, soft saturation.",
    discussion: """
      Four one-pole lowpasses in trapezoidal form with feedback around them, solved without a delay, so that the cutoff is in \
      tune at any resonance; what enters the first pole passes tanh. `resonance=100%` is where it whistles by itself. With \
      `drive` the input meets the curve louder, and what comes out is quieter by as much. `poles` taps the ladder after one \
      to four poles. What arrives at `octaves` moves the cutoff frame by frame by as many octaves.
      Source: V. Zavalishin, The Art of VA Filter Design, 2018, chapters 5 and 6.
      """,
    example: "in -> ladder 800Hz resonance=60% drive=6dB -> out",
    arguments: [
      .parameter(ParameterSpec("cutoff", .frequency, default: nil, in: 10...48_000, belowNyquist: true, "Where it turns.")),
      .parameter(ParameterSpec("resonance", .ratio, default: 0.3, in: 0...1.1, "100% is on the edge of whistling.")),
      .parameter(ParameterSpec("drive", .level, default: 0, in: -24...36, "Gain into the curve.")),
      .structural(StructuralSpec("poles", .integer(1...4), default: .integer(4), "After how many poles it is tapped.")),
    ],
    inputs: [PortSpec("in"), PortSpec("octaves", .fixed(1), optional: true, "Added to the cutoff, frame by frame.")],
    canRunInPlace: true)

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  public static func tail(_ context: RenderContext) -> Tail {
    // Above the edge it never ends; below, the slowest pole pair decays with what is missing to it.
    let missing = max(0.002, 1 - context.parameters[1])
    return .rings(bound: Int(context.framesPerSecond / context.parameters[0] * 12 / missing) + 1_000)
  }

  private var cutoff: MovingCutoff
  /// 0...4.4.
  private var feedback: LinearRamp
  private var drive: LinearRamp
  /// Four stages for each four channels, which are the lanes.
  private let states: OwnedBuffer<SIMD4<Double>>
  private let poles: Int
  private let channelCount: Int

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    poles = context.configuration.integer("poles")
    states = OwnedBuffer(count: (channelCount + 3) / 4 * 4, memory: context.memory)
    cutoff = MovingCutoff(
      context.parameters[0], modulator: context.isConnected(1) ? channelCount : nil, framesPerSecond: context.framesPerSecond)
    feedback = LinearRamp(4 * context.parameters[1])
    drive = LinearRamp(Math.amplitude(decibels: context.parameters[2]))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    cutoff.retarget(values[0], over: frames)
    feedback.retarget(4 * values[1], over: frames)
    drive.retarget(Math.amplitude(decibels: values[2]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let tangents = cutoff.next(block, frame, count)
      for n in 0..<count { step(block, frame + n, tangents[n]) }
      frame += count
    }
  }

  /// One frame, up to four channels at a time.
  @inline(__always) @_noAllocation @_noLocks
  private mutating func step(_ block: AudioBlock, _ n: Int, _ g: Double) {
    // One pole gives G x + (1 - G) s.
    let pole = g / (1 + g), k = feedback.next(), drive = self.drive.next()
    let rest = 1 - pole, square = pole * pole
    for group in 0..<(channelCount + 3) / 4 {
      let channels = min(4, channelCount - 4 * group)
      let stages = states.base + 4 * group
      var x = SIMD4<Double>()
      for lane in 0..<channels { x[lane] = Double(block.input(4 * group + lane)[n]) }
      // The last pole's output is pole^4 u plus what the states hold; the feedback is solved for u before the curve bends it.
      var held = SIMD4<Double>()
      for stage in 0..<4 { held = (rest * stages[stage]).addingProduct(pole, held) }
      let u = (x * drive - k * held) / (1 + k * square * square)
      var y = Math.tanh(u)
      var tapped = y
      for stage in 0..<4 {
        let v = (y - stages[stage]) * pole
        y = v + stages[stage]
        stages[stage] = y + v
        if stage == poles - 1 { tapped = y }
      }
      tapped /= drive
      for lane in 0..<channels { block.output(4 * group + lane)[n] = Float(tapped[lane]) }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    cutoff.snap()
    feedback.snap()
    drive.snap()
    states.clear()
  }
}
