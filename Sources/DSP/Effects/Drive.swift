import Signal

/// Soft saturation.
public struct Drive: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "drive", category: "Distortion",
    summary: "Saturates softly: tanh.",
    discussion: """
      `tanh(g x)` with `g` the amount; quiet sounds come out louder by it, loud ones bend towards full scale and never pass
      it. Harmonics above half the sample rate fold back: run it in `oversample 4x { drive … }` for clean results, or set
      `antialias=adaa`, which takes the mean of the curve between two samples in place of its value (first-order
      antiderivative antialiasing, Parker, Zavalishin and Le Bivic, DAFx 2016). That delays by half a sample and takes
      1.8 dB at 0.2 of the sample rate; it is not compensated.
      """,
    example: "in -> oversample 4x { drive 12dB } -> out",
    arguments: [
      .parameter(ParameterSpec("amount", .level, default: nil, in: -24...60, "Gain before the curve.")),
      .structural(
        StructuralSpec("antialias", .word(["none", "adaa"]), default: .word("none"), "Whether harmonics are kept from folding.")),
    ],
    canRunInPlace: true)

  public static func tail(_ context: RenderContext) -> Tail { .frames(1) }

  private var factor: LinearRamp
  private let channelCount: Int
  private let isAntialiased: Bool
  /// The driven sample before, of each channel.
  private let last: OwnedBuffer<Double>

  public init(_ context: RenderContext) {
    channelCount = context.inputChannels[0]
    isAntialiased = context.configuration.word("antialias") == "adaa"
    last = OwnedBuffer(count: channelCount, memory: context.memory)
    factor = LinearRamp(context.withParameterValues { Math.amplitude(decibels: $0[0]) })
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    factor.retarget(Math.amplitude(decibels: values[0]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for channel in 0..<channelCount {
      let input = block.input(channel), output = block.output(channel)
      if isAntialiased {
        smooth(input, output, block.frameCount, channel)
      } else {
        bend(input, output, block.frameCount)
      }
    }
    factor.advance(block.frameCount)
  }

  /// Four samples at a time; each depends on itself alone.
  @_noAllocation @_noLocks
  private func bend(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int) {
    var n = 0
    while n < count {
      let lanes = min(4, count - n)
      var x = SIMD4<Double>.zero
      for lane in 0..<lanes { x[lane] = Double(input[n + lane]) * factor.value(ahead: n + lane) }
      let y = Math.tanh(x)
      for lane in 0..<lanes { output[n + lane] = Float(y[lane]) }
      n += lanes
    }
  }

  @_noAllocation @_noLocks
  private func smooth(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int, _ channel: Int) {
    var before = last.base[channel]
    for n in 0..<count {
      let x = Double(input[n]) * factor.value(ahead: n)
      let difference = x - before
      // Below this the quotient loses more digits than the midpoint rule has error.
      output[n] =
        difference.magnitude < 1e-4
        ? Float(Math.tanh(0.5 * (x + before))) : Float((Self.antiderivative(x) - Self.antiderivative(before)) / difference)
      before = x
    }
    last.base[channel] = before
  }

  /// ln cosh x, without overflow.
  @_noAllocation @_noLocks
  private static func antiderivative(_ x: Double) -> Double {
    let magnitude = x.magnitude
    return magnitude + Math.log(0.5.addingProduct(0.5, Math.exp(-2 * magnitude)))
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    factor.snap()
    for channel in 0..<channelCount { last.base[channel] = 0 }
  }
}
