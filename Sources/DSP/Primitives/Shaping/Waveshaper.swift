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
  func value(_ x: Double) -> Double {
    switch self {
    case .hard: return x < -1 ? -1 : x > 1 ? 1 : x
    case .cubic: return abs(x) >= 1.5 ? (x < 0 ? -1 : 1) : x - x * x * x * (4.0 / 27)
    case .triangle:
      let place = Self.folded(x)
      return place <= 1 ? place : 2 - place
    case .sine: return Math.sinPi(0.5 * x)
    case .lopsided(let bias, let offset, let scale): return (Math.tanh(x + bias) - offset) * scale
    }
  }

  /// An antiderivative of `value`.
  @inline(__always) @_noAllocation @_noLocks
  func integral(_ x: Double) -> Double {
    switch self {
    case .hard: return abs(x) <= 1 ? 0.5 * x * x : abs(x) - 0.5
    case .cubic:
      let square = x * x
      return abs(x) >= 1.5 ? abs(x) - 0.5625 : square * (0.5 - square * (1.0 / 27))
    case .triangle:
      let place = Self.folded(x)
      // Over a whole period the triangle adds up to nothing.
      return place <= 1 ? 0.5 * place * place : 1 - 0.5 * (2 - place) * (2 - place)
    case .sine: return Math.cosPi(0.5 * x) * (-2 / Double.pi)
    case .lopsided(let bias, let offset, let scale):
      let y = abs(x + bias)
      // ln cosh, without the ln 2 that drops out of differences.
      return (y + Math.log(1 + Math.exp(-2 * y)) - x * offset) * scale
    }
  }

  /// The same place in the triangle's period from -1 to 3.
  @inline(__always) @_noAllocation @_noLocks
  private static func folded(_ x: Double) -> Double { x - 4 * talea_floor((x + 1) * 0.25) }
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
  /// The driven frame before the block, of each channel.
  private let past: OwnedBuffer<Double>
  private var gain: LinearRamp

  /// - Parameter gain: factor before the curve.
  init(_ curve: ShapingCurve, gain: Double, isAntialiased: Bool, channelCount: Int, memory: MemoryMeter) {
    self.curve = curve
    self.isAntialiased = isAntialiased
    self.channelCount = channelCount
    past = OwnedBuffer(count: channelCount, memory: memory)
    self.gain = LinearRamp(gain)
  }

  @_noAllocation @_noLocks
  mutating func retarget(gain newGain: Double, over frames: Int) { gain.retarget(newGain, over: frames) }

  @inline(__always) @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    for channel in 0..<channelCount {
      let input = block.input(channel), output = block.output(channel)
      var before = past[channel]
      for n in 0..<block.frameCount {
        let now = Double(input[n]) * gain.value(ahead: n)
        output[n] = Float(isAntialiased ? mean(before, now) : curve.value(now))
        before = now
      }
      past[channel] = before
    }
    gain.advance(block.frameCount)
  }

  @inline(__always) @_noAllocation @_noLocks
  private func mean(_ before: Double, _ now: Double) -> Double {
    let difference = now - before
    guard abs(difference) > 1e-5 else { return curve.value(0.5 * (before + now)) }
    return (curve.integral(now) - curve.integral(before)) / difference
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    gain.snap()
    past.clear()
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
