import Dataflow
import Signal

/// A filter given by its coefficients.
public struct FiniteFilter: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "fir", category: "Filters",
    summary: "A finite impulse response: coefficients in the patch or in a file, as they are or with another phase.",
    discussion: """
      The coefficients stand in braces, one after the other, or in a sound file, as in `convolve`; those of a file at another rate \
      are converted. They are convolved with the sound in double precision: the error is below -145 dB of the output.

      `phase=linear` takes their magnitude alone and gives every frequency the same delay, as many frames as there are coefficients; \
      `phase=minimum` gives the least delay that the magnitude allows. `delay` says how much of the response's own delay counts as \
      latency, so that parallel paths are aligned with it: for n symmetric coefficients it is (n - 1) / 2.

      Source: A. V. Oppenheim and R. W. Schafer, Discrete-Time Signal Processing, ch. 7 and 13.
      """,
    example: "in -> fir delay=1 { 0.25; 0.5; 0.25 } -> out",
    arguments: [
      .structural(StructuralSpec("file", .sound, default: .sound(.impulse), "A sound file with the coefficients.")),
      .structural(
        StructuralSpec("phase", .word(["given", "linear", "minimum"]), default: .word("given"), "What becomes of their phase.")),
      .structural(StructuralSpec("delay", .integer(0...65_536), default: .integer(0), "Frames of their delay that are latency.")),
    ],
    inputs: [PortSpec("in")], outputs: [PortSpec("out", .free)],
    list: ListSpec(
      [
        ItemSpec(
          "", [.structural(StructuralSpec("value", .quantity(.number, -1e6...1e6), default: nil, "The coefficient."))],
          "The coefficients, first to last.")
      ], count: 0...4_096))

  /// Of a file, when its phase is changed: the transform must hold it several times over.
  private static let longest = 1 << 18

  private static func responseCount(_ configuration: EffectConfiguration) -> Int {
    configuration.items.isEmpty ? configuration.sound("file").channels.count : 1
  }

  private static func phase(_ context: RenderContext) -> String { context.configuration.word("phase") }

  /// Coefficients before a change of phase.
  private static func givenLength(_ context: RenderContext) -> Int {
    guard context.configuration.items.isEmpty else { return context.configuration.items.count }
    let sound = context.configuration.sound("file")
    return ImpulseResponse.length(sound.channels[0].count, from: sound.sampleRate, to: context.sampleRate)
  }

  private static func length(_ context: RenderContext) -> Int {
    let given = givenLength(context)
    return phase(context) == "given" ? given : 2 * given + 1
  }

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    let responses = responseCount(configuration)
    _ = try ImpulseResponse.paths(responses, inputs: inputChannels[0])
    return [ImpulseResponse.outputCount(responses, inputs: inputChannels[0])]
  }

  public static func latency(_ context: RenderContext) -> Rational {
    let frames = context.configuration.integer("delay") + (phase(context) == "linear" ? givenLength(context) : 0)
    return Rational(frames) * context.patchSampleRate / context.sampleRate
  }

  public static func tail(_ context: RenderContext) -> Tail { .frames(length(context)) }
  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(length(context)) }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let configuration = context.configuration, sound = configuration.sound("file")
    let hasFile = sound !== SoundSamples.impulse
    guard configuration.items.isEmpty != !hasFile else {
      throw EffectError(
        hasFile ? "coefficients come from braces or from a file, not both" : "fir needs coefficients",
        help: "write `fir { 0.25; 0.5; 0.25 }` or `fir \"response.wav\"`", argument: hasFile ? "file" : nil)
    }
    let given = givenLength(context)
    let most = phase(context) == "given" ? SoundSamples.longest : longest
    guard given <= most else {
      throw EffectError("the response is \(given) frames long; at most \(most) are taken", help: "cut the file", argument: "file")
    }
    if hasFile, Rational(sound.sampleRate) != context.sampleRate {
      try ImpulseResponse.validateRates(sound.sampleRate, context.sampleRate)
    }
    let delay = configuration.integer("delay")
    guard delay < given else {
      throw EffectError("a delay of \(delay) frames is longer than the response, \(given)", argument: "delay")
    }
  }

  private var convolution: PartitionedConvolution<SIMD4<Double>>

  public init(_ context: RenderContext) {
    let configuration = context.configuration, inputs = context.inputChannels[0]
    var channels: [[Double]]
    let paths: [ConvolutionPath]
    if configuration.items.isEmpty {
      do throws(EffectError) {
        let response = try ImpulseResponse(
          configuration.sound("file"), inputs: inputs, rate: context.sampleRate, trimming: .none, normalisation: .none)
        (channels, paths) = (response.channels, response.paths)
      } catch { preconditionFailure("`validate` accepts before `init`") }
    } else {
      channels = [
        configuration.items.map { item in
          guard case .quantity(let value, _)? = item.structural["value"] else { return 0 }
          return value
        }
      ]
      paths = (0..<inputs).map { ConvolutionPath(input: $0, output: $0, response: 0) }
    }
    let phase = Self.phase(context)
    if phase != "given" {
      channels = channels.map { response in
        let points = ResponseDesign.powerOfTwo(atLeast: max(8 * response.count, 4_096))
        let magnitude = ResponseDesign.magnitude(of: response, points: points)
        return phase == "linear"
          ? ResponseDesign.linearPhase(magnitude, half: response.count)
          : ResponseDesign.minimumPhase(magnitude, length: 2 * response.count + 1)
      }
    }
    convolution = PartitionedConvolution(
      channels, layout: ConvolutionLayout(length: channels[0].count, latency: 0), inputs: inputs,
      outputs: context.outputChannels[0], paths: paths, memory: context.memory)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  // The kernel is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func process(_ block: AudioBlock) { convolution.process(block) }

  // The kernel is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func reset() { convolution.reset() }
}
