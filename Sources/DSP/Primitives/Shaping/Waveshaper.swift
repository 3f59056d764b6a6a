import CRealtime
import Signal

/// A curve without memory, and its antiderivative. One type for all: a generic kernel would not be real-time safe.
enum ShapingCurve: BitwiseCopyable, Sendable {
  /// Straight between -1 and 1, flat beyond.
  case hard
  /// `x - 4/27 x^3` up to 1.5, flat beyond.
  case cubic
  /// Reflected at -1 and 1, again and again.
  case triangle
  /// `sin(pi x / 2)`.
  case sine
  /// `tanh(x + bias) - tanh(bias)`, with a slope of 1 at 0; `offset` is tanh of the bias, `scale` 1 over the slope.
  case lopsided(bias: Double, offset: Double, scale: Double)

  static func lopsided(bias: Double) -> Self {
    let offset = Math.tanh(bias)
    return .lopsided(bias: bias, offset: offset, scale: 1 / (1 - offset * offset))
  }

  @inline(__always) @_noAllocation @_noLocks
  func value(_ x: SIMD4<Double>) -> SIMD4<Double> {
    switch self {
    case .hard: return x.replacing(with: -1, where: x .< -1).replacing(with: 1, where: x .> 1)
    case .cubic:
      let end = Self.one.replacing(with: -1, where: x .< 0)
      return (x - x * x * x * (4.0 / 27)).replacing(with: end, where: magnitude(x) .>= 1.5)
    case .triangle:
      let place = Self.folded(x)
      return place.replacing(with: 2 - place, where: place .> 1)
    case .sine: return Math.sinPi(0.5 * x)
    case .lopsided(let bias, let offset, let scale): return (Math.tanh(x + bias) - offset) * scale
    }
  }

  /// An antiderivative of `value`.
  @inline(__always) @_noAllocation @_noLocks
  func integral(_ x: SIMD4<Double>) -> SIMD4<Double> {
    switch self {
    case .hard:
      let size = magnitude(x)
      return (0.5 * x * x).replacing(with: size - 0.5, where: size .> 1)
    case .cubic:
      let size = magnitude(x), square = x * x
      return (square * (0.5 - square * (1.0 / 27))).replacing(with: size - 0.5625, where: size .>= 1.5)
    case .triangle:
      // Over a whole period the triangle adds up to nothing.
      let place = Self.folded(x), rest = 2 - place
      return (0.5 * place * place).replacing(with: 1 - 0.5 * rest * rest, where: place .> 1)
    case .sine: return Math.cosPi(0.5 * x) * (-2 / Double.pi)
    case .lopsided(let bias, let offset, let scale):
      let y = magnitude(x + bias)
      // ln cosh, without the ln 2 that drops out of differences.
      return (y + Math.log(1 + Math.exp(-2 * y)) - x * offset) * scale
    }
  }

  private static var one: SIMD4<Double> { @_transparent @_noAllocation @_noLocks get { SIMD4(repeating: 1) } }

  /// The same place in the triangle's period from -1 to 3.
  @inline(__always) @_noAllocation @_noLocks
  private static func folded(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let periods = (x + 1) * 0.25
    return x - 4 * SIMD4(talea_floor(periods[0]), talea_floor(periods[1]), talea_floor(periods[2]), talea_floor(periods[3]))
  }
}

/// Bends signals along a curve, after a gain. Optionally by first-order antiderivative antialiasing: each output is the mean
/// of the curve between two inputs, (F(x1) - F(x0)) / (x1 - x0), which keeps most of the harmonics above half the sample
/// rate from folding back. In double precision; where two inputs lie closer than 1e-5, the curve's value between them.
///
/// Source: J. D. Parker, V. Zavalishin and E. Le Bivic, DAFx 2016.
struct Waveshaper: ~Copyable {
  private let curve: ShapingCurve
  private let isAntialiased: Bool
  private let channelCount: Int
  /// The driven frame before the block and its antiderivative, of each channel.
  private let past: OwnedBuffer<SIMD2<Double>>
  private var gain: LinearRamp

  /// - Parameter gain: factor before the curve.
  init(_ curve: ShapingCurve, gain: Double, isAntialiased: Bool, channelCount: Int, memory: MemoryMeter) {
    self.curve = curve
    self.isAntialiased = isAntialiased
    self.channelCount = channelCount
    past = OwnedBuffer(count: channelCount, memory: memory)
    self.gain = LinearRamp(gain)
    let integral = curve.integral(SIMD4())[0]
    for channel in 0..<channelCount { past[channel] = SIMD2(0, integral) }
  }

  @_noAllocation @_noLocks
  mutating func retarget(gain newGain: Double, over frames: Int) { gain.retarget(newGain, over: frames) }

  @inline(__always) @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let gain = self.gain.next(four: count)
      for channel in 0..<channelCount {
        let driven = talea_widen(load(four: block.input(channel) + frame, count)) * gain
        let bent = isAntialiased ? mean(driven, channel, count) : curve.value(driven)
        store(talea_narrow(bent), block.output(channel) + frame, count)
      }
      frame += count
    }
  }

  /// The mean of the curve between each frame and the one before it.
  @inline(__always) @_noAllocation @_noLocks
  private func mean(_ now: SIMD4<Double>, _ channel: Int, _ count: Int) -> SIMD4<Double> {
    let integral = curve.integral(now), former = past[channel]
    past[channel] = SIMD2(now[count - 1], integral[count - 1])
    let before = SIMD4(former[0], now[0], now[1], now[2])
    let integralBefore = SIMD4(former[1], integral[0], integral[1], integral[2])
    let difference = now - before, isFar = magnitude(difference) .> 1e-5
    let quotient = (integral - integralBefore) / difference
    guard any(.!isFar) else { return quotient }
    return curve.value(0.5 * (before + now)).replacing(with: quotient, where: isFar)
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    gain.snap()
    let integral = curve.integral(SIMD4())[0]
    for channel in 0..<channelCount { past[channel] = SIMD2(0, integral) }
  }
}

/// What the effects around a `Waveshaper` have in common.
enum ShapingArguments {
  static func amount(_ summary: String) -> ArgumentSpec {
    .parameter(ParameterSpec("amount", .level, default: 0, in: -24...60, summary))
  }
  static let antialias = ArgumentSpec.structural(
    StructuralSpec("antialias", .word(["adaa", "none"]), default: .word("adaa"), "Whether harmonics are kept from folding."))

  static func isAntialiased(_ context: RenderContext) -> Bool { context.configuration.word("antialias") == "adaa" }
  /// The mean with the frame before sounds one frame longer.
  static func tail(_ context: RenderContext) -> Tail { .frames(isAntialiased(context) ? 1 : 0) }
}

extension AudioBlock {
  /// The same frames, read where this block writes them: for a second stage that works in place.
  var onItsOutput: AudioBlock {
    @_noAllocation @_noLocks get {
      AudioBlock(
        inputs: UnsafeRawPointer(outputs).assumingMemoryBound(to: UnsafePointer<Float>.self), outputs: outputs,
        inputFrameCount: frameCount, frameCount: frameCount, inputPosition: position, position: position)
    }
  }
}
