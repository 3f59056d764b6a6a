import CRealtime
import Dataflow
import Signal

/// Convolution with a response from a file.
public struct Convolve: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "convolve", category: "Delay and reverb",
    summary: "Convolves the sound with an impulse response from a file: rooms, loudspeakers, filters.",
    discussion: """
      The file's name is relative to the patch. A response of another rate is converted to the one it runs at, with the \
      same frequency response.

      A response of one channel serves every channel of the sound; one with as many channels as the sound has one for each; \
      a mono sound becomes as many channels as the response has; four channels for a stereo sound are left to left, left to \
      right, right to left and right to right ("true stereo").

      With `latency=0` what comes in is heard in the same frame. A power of two from 128 to 65,536 takes that many frames \
      of latency and less work. Either way the response is cut into partitions that grow along it, and the work of each \
      is spread evenly over the time it has, on a grid of 64 frames; the partitions follow from `latency` and the \
      response's length alone. The error is below -125 dB of the output (RMS), with `precision=double` below -145 dB.

      While it runs, memory is about 20 bytes for each frame of response and channel, twice that with `precision=double`. A \
      response is at most 16,777,216 frames long, its channels together at most 67,108,864.

      Sources: W. G. Gardner, "Efficient convolution without input-output delay", JAES 43(3), 1995; G. García, "Optimal \
      filter partition for efficient convolution with short input/output delay", AES Convention 113, 2002.
      """,
    example: "in -> convolve \"room.wav\" normalise=energy -> out",
    arguments: [
      .structural(StructuralSpec("file", .sound, default: nil, "The sound file with the response.")),
      .structural(
        StructuralSpec("latency", .integer(0...65_536), default: .integer(0), "Frames of latency: 0, or a power of two from 128.")
      ),
      .structural(
        StructuralSpec(
          "precision", .word(["single", "double"]), default: .word("single"), "What it computes with.")),
      .structural(
        StructuralSpec(
          "trim", .word(["none", "end", "both"]), default: .word("none"),
          "Leaves out what lies below -100 dB of the response's peak at its end, or at both ends.")),
      .structural(
        StructuralSpec(
          "normalise", .word(["none", "energy"]), default: .word("none"),
          "`energy`: noise keeps its level through the loudest output.")),
    ],
    inputs: [PortSpec("in")], outputs: [PortSpec("out", .free)])

  private var single: PartitionedConvolution<SIMD8<Float>>?
  private var double: PartitionedConvolution<SIMD4<Double>>?

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    let responses = configuration.sound("file").channels.count
    _ = try ImpulseResponse.paths(responses, inputs: inputChannels[0])
    return [ImpulseResponse.outputCount(responses, inputs: inputChannels[0])]
  }

  public static func latency(_ context: RenderContext) -> Rational {
    Rational(context.configuration.integer("latency")) * context.patchSampleRate / context.sampleRate
  }

  public static func tail(_ context: RenderContext) -> Tail { .frames(length(context)) }

  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(length(context)) }

  private static func length(_ context: RenderContext) -> Int {
    let sound = context.configuration.sound("file")
    return ImpulseResponse.length(sound.channels[0].count, from: sound.sampleRate, to: context.sampleRate)
  }

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let latency = context.configuration.integer("latency")
    guard latency == 0 || latency >= 128 && latency & (latency - 1) == 0 else {
      throw EffectError(
        "a latency of \(latency) frames is no power of two from 128 on",
        help: "take \(128 << max(0, Int.bitWidth - 8 - max(latency, 128).leadingZeroBitCount)), or 0", argument: "latency")
    }
    let length = length(context)
    guard length <= SoundSamples.longest else {
      throw EffectError(
        "the response is \(length) frames long; at most \(SoundSamples.longest) are taken", help: "cut the file", argument: "file"
      )
    }
    let sound = context.configuration.sound("file")
    if Rational(sound.sampleRate) != context.sampleRate {
      try ImpulseResponse.validateRates(sound.sampleRate, context.sampleRate)
    }
  }

  public init(_ context: RenderContext) {
    let configuration = context.configuration
    let response: ImpulseResponse
    do throws(EffectError) {
      response = try ImpulseResponse(
        configuration.sound("file"), inputs: context.inputChannels[0], rate: context.sampleRate,
        trimming: .init(rawValue: configuration.word("trim"))!,
        normalisation: .init(rawValue: configuration.word("normalise"))!)
    } catch { preconditionFailure("`validate` accepts before `init`") }
    let layout = ConvolutionLayout(length: response.channels[0].count, latency: configuration.integer("latency"))
    let (inputs, outputs) = (context.inputChannels[0], context.outputChannels[0])
    if configuration.word("precision") == "double" {
      single = nil
      double = PartitionedConvolution(
        response.channels, layout: layout, inputs: inputs, outputs: outputs, paths: response.paths, memory: context.memory)
    } else {
      double = nil
      single = PartitionedConvolution(
        response.channels, layout: layout, inputs: inputs, outputs: outputs, paths: response.paths, memory: context.memory)
    }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  // The kernel is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func process(_ block: AudioBlock) {
    if single != nil { single!.process(block) } else { double!.process(block) }
  }

  // The kernel is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func reset() {
    if single != nil { single!.reset() } else { double!.reset() }
  }
}
