import Dataflow
import Signal

/// A response as a convolution takes it: read from a file, at the right rate, with the channels that it connects.
struct ImpulseResponse {
  /// Its channels, all of one length.
  let channels: [[Double]]
  let paths: [ConvolutionPath]

  enum Normalisation: String, CaseIterable { case none, energy }

  /// What of the file is left out: nothing, what is below -100 dB of its peak at the end, or at both ends.
  enum Trimming: String, CaseIterable { case none, end, both }

  /// - Throws: where the channels do not fit or the rates are too far apart.
  init(_ sound: SoundSamples, inputs: Int, rate: Rational, trimming: Trimming, normalisation: Normalisation) throws(EffectError) {
    let paths = try Self.paths(sound.channels.count, inputs: inputs)
    var channels = try Self.converted(Self.trimmed(sound.channels, trimming), from: Rational(sound.sampleRate), to: rate)
    if normalisation == .energy {
      let outputs = Set(paths.map(\.output))
      let loudest =
        outputs.map { output in
          paths.filter { $0.output == output }.reduce(0) { $0 + channels[$1.response].reduce(0) { $0 + $1 * $1 } }
        }.max() ?? 0
      if loudest > 0 {
        let factor = 1 / loudest.squareRoot()
        channels = channels.map { $0.map { $0 * factor } }
      }
    }
    self.channels = channels
    self.paths = paths
  }

  static func outputCount(_ responses: Int, inputs: Int) -> Int { inputs == 2 && responses == 4 ? 2 : max(responses, inputs) }

  /// One channel is for every channel of the sound, as many as the sound's are each for its own, several for a mono sound
  /// each make a channel, and four for a stereo sound are left to left, left to right, right to left, right to right.
  static func paths(_ responses: Int, inputs: Int) throws(EffectError) -> [ConvolutionPath] {
    if responses == 1 { return (0..<inputs).map { ConvolutionPath(input: $0, output: $0, response: 0) } }
    if responses == inputs { return (0..<inputs).map { ConvolutionPath(input: $0, output: $0, response: $0) } }
    if inputs == 1 { return (0..<responses).map { ConvolutionPath(input: 0, output: $0, response: $0) } }
    if inputs == 2, responses == 4 { return (0..<4).map { ConvolutionPath(input: $0 / 2, output: $0 % 2, response: $0) } }
    throw EffectError(
      "a response of \(responses) channels does not fit a sound of \(inputs)",
      help: "responses have 1 channel, as many as the sound, or 4 for a stereo sound (left to left, left to right, right to "
        + "left, right to right)", argument: "file")
  }

  /// Frames of the response at another rate, without its making.
  static func length(_ frames: Int, from: Int, to rate: Rational) -> Int {
    guard Rational(from) != rate else { return frames }
    return Int((Double(frames) * rate.doubleValue / Double(from)).rounded(.up)) + conversionMargin
  }

  /// Frames of the filter's own response that are kept after the end.
  private static let conversionMargin = 256

  private static func trimmed(_ channels: [[Float]], _ trimming: Trimming) -> [[Float]] {
    guard trimming != .none else { return channels }
    let peak = channels.reduce(0) { $1.reduce($0) { max($0, $1.magnitude) } }
    let floor = peak * 1e-5
    let loud = { (n: Int) in channels.contains { $0[n].magnitude > floor } }
    let count = channels[0].count
    guard let last = (0..<count).last(where: loud), let first = (0..<count).first(where: loud) else { return channels }
    return channels.map { Array($0[(trimming == .both ? first : 0)...last]) }
  }

  /// At another rate, with the same frequency response: amplitudes shrink as frames become more.
  private static func converted(_ channels: [[Float]], from: Rational, to: Rational) throws(EffectError) -> [[Double]] {
    guard from != to else { return channels.map { $0.map(Double.init) } }
    let block = conversionBlock
    let count = channels.count
    let context = conversionContext(from, to, channels: count)
    let conversion = try RateConversion(context, .best)
    var filter = PolyphaseFilter(conversion, context)
    let wanted = length(channels[0].count, from: from.numerator, to: to)
    let ratio = to / from
    var result = [[Double]](repeating: [], count: count)
    var (read, written) = (0, 0)
    let gain = (from / to).doubleValue
    let input = OwnedBuffer<Float>(count: count * block, memory: context.memory)
    let output = OwnedBuffer<Float>(count: count * context.maximumFrameCount, memory: context.memory)
    while result[0].count < wanted {
      for channel in 0..<count {
        for n in 0..<block {
          input[channel * block + n] = read + n < channels[channel].count ? channels[channel][read + n] : 0
        }
      }
      // Output frame m needs the input up to m M / L.
      let end = (Rational(read + block) * ratio).ceiling
      let frames = end - written
      let sources = (0..<count).map { UnsafePointer(input.base + $0 * block) }
      let targets = (0..<count).map { output.base + $0 * context.maximumFrameCount }
      sources.withUnsafeBufferPointer { sources in
        targets.withUnsafeBufferPointer { targets in
          filter.process(
            AudioBlock(
              inputs: sources.baseAddress!, outputs: targets.baseAddress!, inputFrameCount: block, frameCount: frames,
              inputPosition: read, position: written))
        }
      }
      for channel in 0..<count {
        for n in 0..<frames where written + n >= conversion.latency && result[channel].count < wanted {
          result[channel].append(gain * Double(output[channel * context.maximumFrameCount + n]))
        }
      }
      read += block
      written = end
    }
    return result
  }

  private static let conversionBlock = 4_096

  private static func conversionContext(_ from: Rational, _ to: Rational, channels: Int) -> RenderContext {
    let longest = Int((Double(conversionBlock) * (to / from).doubleValue).rounded(.up)) + 1
    return RenderContext(
      sampleRate: to, inputSampleRate: from, patchSampleRate: to, inputChannels: [channels], outputChannels: [channels],
      maximumFrameCount: longest, maximumInputFrameCount: conversionBlock)
  }

  /// - Throws: where the response cannot be converted to the rate.
  static func validateRates(_ from: Int, _ to: Rational) throws(EffectError) {
    do throws(EffectError) {
      _ = try RateConversion(conversionContext(Rational(from), to, channels: 1), .best)
    } catch {
      throw EffectError("the response cannot be converted: \(error.message)", help: error.help, argument: "file")
    }
  }
}
