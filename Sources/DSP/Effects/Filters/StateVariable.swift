import Signal

/// A filter whose cutoff may move as fast as the sound.
public struct StateVariable: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "svf", category: "Filters",
    summary: "A filter of second order that stands modulation at audio rate.",
    discussion: """
      Two integrators in trapezoidal form: the response of `lowpass`, `highpass`, `bandpass`, `notch` and `allpass` of order 2, \
      and stable for any course of the cutoff, since its states are those of the analogue filter. What arrives at `octaves` \
      moves the cutoff frame by frame by as many octaves. The cutoff is held at or below 0.49 of the sample rate. Double \
      precision inside.
      Source: V. Zavalishin, The Art of VA Filter Design, 2018; A. Simper, "Linear trapezoidal integrated SVF", 2013.
      """,
    example: """
      wobble = oscillator 60Hz
      filter = svf 900Hz q=4
      in -> filter -> out
      wobble -> filter.octaves
      """,
    arguments: [
      .parameter(
        ParameterSpec("cutoff", .frequency, default: nil, in: 1...96_000, belowNyquist: true, "Where the filter turns.")),
      .parameter(ParameterSpec("q", .number, default: 0.707, in: 0.1...100, scale: .log, "Resonance.")),
      .structural(
        StructuralSpec(
          "mode", .word(["lowpass", "highpass", "bandpass", "notch", "allpass"]), default: .word("lowpass"), "What passes.")),
    ],
    inputs: [PortSpec("in"), PortSpec("octaves", .fixed(1), optional: true, "Added to the cutoff, frame by frame.")],
    canRunInPlace: true)

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    [inputChannels[0]]
  }

  public static func tail(_ context: RenderContext) -> Tail {
    let w = CornerAngle(context.parameters[0], context.framesPerSecond)
    let frames = decayFrameCount(of: [.lowpass(w, q: context.parameters[1])])
    // Octaves may keep it lower for as long as they like.
    return context.isConnected(1) ? .rings(bound: 64 * frames + 48_000) : .frames(frames)
  }

  private enum Mode: BitwiseCopyable { case lowpass, highpass, bandpass, notch, allpass }

  private struct States: BitwiseCopyable {
    var first = 0.0
    var second = 0.0
  }

  private let mode: Mode
  private var cutoff: MovingCutoff
  /// 1 over the resonance.
  private var damping: LinearRamp
  private let states: OwnedBuffer<States>
  private let channelCount: Int

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    mode =
      switch context.configuration.word("mode") {
      case "highpass": .highpass
      case "bandpass": .bandpass
      case "notch": .notch
      case "allpass": .allpass
      default: .lowpass
      }
    states = OwnedBuffer(count: channelCount, memory: context.memory)
    cutoff = MovingCutoff(
      context.parameters[0], modulator: context.isConnected(1) ? channelCount : nil, framesPerSecond: context.framesPerSecond)
    damping = LinearRamp(1 / context.parameters[1])
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    cutoff.retarget(values[0], over: frames)
    damping.retarget(1 / values[1], over: frames)
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

  @inline(__always) @_noAllocation @_noLocks
  private mutating func step(_ block: AudioBlock, _ n: Int, _ g: Double) {
    let k = damping.next()
    let a1 = 1 / (1 + g * (g + k)), a2 = g * a1
    for channel in 0..<channelCount {
      let x = Double(block.input(channel)[n])
      let state = states[channel]
      let rest = x - state.second
      let band = (a1 * state.first).addingProduct(a2, rest)
      let low = state.second.addingProduct(g, band)
      states[channel] = States(first: 2 * band - state.first, second: 2 * low - state.second)
      let y: Double =
        switch mode {
        case .lowpass: low
        case .bandpass: k * band
        case .highpass: x - k * band - low
        case .notch: x - k * band
        case .allpass: x - 2 * k * band
        }
      block.output(channel)[n] = Float(y)
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    cutoff.snap()
    damping.snap()
    for channel in 0..<channelCount { states[channel] = States() }
  }
}
