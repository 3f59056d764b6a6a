import Dataflow
import Signal

/// Soft saturation.
public struct Drive: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "drive", category: "Distortion",
    summary: "Saturates softly: tanh.",
    discussion: """
      `tanh(g x)` with `g` the amount: quiet sounds come out louder by it, loud ones bend towards full scale and never pass \
      it. Nothing makes up for the level; a `gain` after it does. A new amount is reached sample by sample.

      Harmonics above half the sample rate fold back. Run it in `oversample 4x { drive … }` for clean results: there it bends \
      the values half way between frames as well and takes the mean of what lies around each frame (`antialias=double`), so \
      that harmonics up to six times the patch's rate stay away. Folded harmonics of a 10 kHz tone at full scale, driven by \
      12 dB, are then 125 dB down at 48 kHz in place of 76. That is flat within 0.01 dB to 20 kHz and takes a latency of 2 \
      frames of the patch (1 from five times on), so a drive in a loop does not do so by itself. Where the place's rate is less \
      than four times the patch's it is not to be had, from eight times on nothing is left to gain.

      `antialias=adaa` takes the mean of the curve between two samples in place of its value: folded harmonics of a \
      5 kHz tone driven by 24 dB are 8 dB down at 48 kHz, and in an oversampled region more. It averages the sound as well, \
      which takes 1.8 dB at 0.2 of the sample rate and delays by half a frame of the place where it stands; half a frame \
      cannot be aligned, so it is not declared as latency.

      The curve is right within 4e-7 of the value, quiet or loud, and so is its mean.

      Source: J. D. Parker, V. Zavalishin and E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping using \
      continuous-time convolution", DAFx 2016.
      """,
    example: "in -> oversample 4x { drive 12dB } -> out",
    arguments: [
      .parameter(ParameterSpec("amount", .level, default: nil, in: -24...60, "Gain before the curve.")),
      .structural(
        StructuralSpec(
          "antialias", .word(["auto", "none", "double", "adaa"]), default: .word("auto"),
          "How harmonics are kept from folding. `auto`: `double` at four to seven times the patch's rate outside loops.")),
    ],
    canRunInPlace: true)

  /// The driven frame before the block, and `SoftClip.excess` of it.
  private struct Past: BitwiseCopyable {
    var driven: Float = 0
    var excess: Float = SoftClip.excess(SIMD8())[0]
  }

  private enum Form { case plain, doubled(delay: Int), averaged }

  private static func form(_ context: RenderContext) -> Form {
    let factor = context.sampleRate / context.patchSampleRate
    // The look-ahead and what is missing to whole frames of the patch.
    let whole = factor.denominator
    let frames = ((Rational(DoubledSoftClip.lookAhead) / factor).ceiling + whole - 1) / whole * whole
    let doubled = Form.doubled(delay: frames * factor.numerator / whole)
    switch context.configuration.word("antialias") {
    case "double": return doubled
    case "adaa": return .averaged
    case "auto" where factor >= 4 && factor < 8 && !context.isInLoop: return doubled
    default: return .plain
    }
  }

  private var factor: LinearRamp
  private let channelCount: Int
  private let isAveraged: Bool
  /// Of each channel.
  private let past: OwnedBuffer<Past>
  private var doubled: DoubledSoftClip?

  public static func validate(_ context: RenderContext) throws(EffectError) {
    guard context.configuration.word("antialias") == "double", context.sampleRate < 4 * context.patchSampleRate else { return }
    throw EffectError(
      "`antialias=double` needs a place at four times the patch's rate or more",
      help: "put it in `oversample 4x { … }`, or write `antialias=adaa`", argument: "antialias")
  }

  public static func latency(_ context: RenderContext) -> Rational {
    if case .doubled(let delay) = form(context) { return Rational(delay) * context.patchSampleRate / context.sampleRate }
    return 0
  }

  public static func tail(_ context: RenderContext) -> Tail {
    switch form(context) {
    case .plain: .frames(0)
    case .averaged: .frames(1)
    case .doubled(let delay): .frames(2 * delay)
    }
  }

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    let form = Self.form(context)
    if case .averaged = form { isAveraged = true } else { isAveraged = false }
    past = OwnedBuffer(count: channelCount, memory: context.memory)
    if case .doubled(let delay) = form {
      doubled = DoubledSoftClip(channelCount: channelCount, delay: delay, memory: context.memory)
    } else {
      doubled = nil
    }
    factor = LinearRamp(context.withParameterValues { Math.amplitude(decibels: $0[0]) })
    reset()
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    factor.retarget(Math.amplitude(decibels: values[0]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    if doubled != nil { return processDoubled(block) }
    var frame = 0
    while frame < block.frameCount {
      let count = min(8, block.frameCount - frame)
      let gain = factor.next(eight: count)
      for channel in 0..<channelCount {
        let driven = load(block.input(channel) + frame, count) * gain
        let output = isAveraged ? averaged(driven, channel, count) : SoftClip.curve(driven)
        store(output, block.output(channel) + frame, count)
      }
      frame += count
    }
  }

  @_noAllocation @_noLocks
  private mutating func processDoubled(_ block: AudioBlock) {
    var start = 0
    while start < block.frameCount {
      let turn = min(DoubledSoftClip.longestTurn, block.frameCount - start)
      var frame = 0
      while frame < turn {
        let count = min(8, turn - frame)
        let gain = factor.next(eight: count)
        for channel in 0..<channelCount {
          let driven = load(block.input(channel) + start + frame, count) * gain
          store(driven, doubled!.place(channel) + frame, 8)
        }
        frame += count
      }
      for channel in 0..<channelCount { doubled!.bend(channel, turn, into: block.output(channel) + start) }
      start += turn
    }
  }

  public static var hasFrameStep: Bool { true }

  /// A lane holds a channel.
  @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) {
    if doubled != nil { return process(frame.block) }
    let gain = Float(factor.next())
    var channel = 0
    while channel < channelCount {
      let isPair = channel + 1 < channelCount
      let driven = lanes(frame.input(channel), isPair ? frame.input(channel + 1) : 0) * gain
      let output = isAveraged ? averaged(driven, channel, isPair) : SoftClip.curve(driven)
      frame.output(channel).pointee = output[0]
      if isPair { frame.output(channel + 1).pointee = output[1] }
      channel += 2
    }
  }

  @_transparent @_noAllocation @_noLocks
  private func lanes(_ a: Float, _ b: Float) -> SIMD8<Float> { SIMD8(a, b, 0, 0, 0, 0, 0, 0) }

  /// The mean of the curve between a frame of one or two channels and the one before.
  @inline(__always) @_noAllocation @_noLocks
  private func averaged(_ now: SIMD8<Float>, _ channel: Int, _ isPair: Bool) -> SIMD8<Float> {
    let excess = SoftClip.excess(now), first = past.base[channel], second = past.base[isPair ? channel + 1 : channel]
    past.base[channel] = Past(driven: now[0], excess: excess[0])
    if isPair { past.base[channel + 1] = Past(driven: now[1], excess: excess[1]) }
    return SoftClip.mean(lanes(first.driven, second.driven), now, lanes(first.excess, second.excess), excess)
  }

  /// The mean of the curve between each frame and the one before it.
  @inline(__always) @_noAllocation @_noLocks
  private func averaged(_ now: SIMD8<Float>, _ channel: Int, _ count: Int) -> SIMD8<Float> {
    let excess = SoftClip.excess(now), former = past.base[channel]
    past.base[channel] = Past(driven: now[count - 1], excess: excess[count - 1])
    return SoftClip.mean(shifted(now, former.driven), now, shifted(excess, former.excess), excess)
  }

  /// Each lane's neighbour, `first` for lane 0.
  @_transparent @_noAllocation @_noLocks
  private func shifted(_ x: SIMD8<Float>, _ first: Float) -> SIMD8<Float> {
    SIMD8(first, x[0], x[1], x[2], x[3], x[4], x[5], x[6])
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    factor.snap()
    for channel in 0..<channelCount { past.base[channel] = Past() }
    doubled?.reset()
  }
}
