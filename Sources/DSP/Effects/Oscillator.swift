import Signal

/// A periodic wave at audio rate.
public struct Oscillator: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "oscillator", category: "Generators",
    summary: "Sine, saw, square or triangle.",
    discussion: """
      `level` is the peak. Saw and square are smoothed around their steps, and the triangle around its corners, by
      polynomials over two samples (Valimaki and Huovilainen, IEEE Signal Processing Magazine 2007; Esqueda, Valimaki and
      Bilbao 2016): at 1 kHz and 48 kHz a saw's alias products below 5 kHz stay under -60 dB of its fundamental. The
      frequency moves without clicks; the phase is kept in double precision.
      """,
    example: "oscillator 220Hz saw level=-18dB -> lowpass 2kHz -> out",
    arguments: [
      .parameter(
        ParameterSpec("frequency", .frequency, default: 440, in: 0.01...100_000, belowNyquist: true, "Of the fundamental.")),
      .structural(
        StructuralSpec("shape", .word(["sine", "saw", "square", "triangle"]), default: .word("sine"), "The wave.")),
      .parameter(ParameterSpec("level", .level, default: -12, in: -.infinity...0, "Peak level.")),
      .structural(
        StructuralSpec("phase", .quantity(.angle, 0...360), default: .quantity(0, .angle), "Where in its turn it starts.")),
    ],
    inputs: [], outputs: [PortSpec("out", .fixed(1))], isGenerator: true)

  private enum Shape { case sine, saw, square, triangle }

  private var increment: LinearRamp
  private var factor: LinearRamp
  private var phase: Double
  private let startPhase: Double
  private let shape: Shape
  private let framesPerSecond: Double

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    let degrees = context.configuration.quantity("phase")
    startPhase = degrees >= 360 ? 0 : degrees / 360
    phase = startPhase
    shape =
      switch context.configuration.word("shape") {
      case "saw": .saw
      case "square": .square
      case "triangle": .triangle
      default: .sine
      }
    increment = LinearRamp(context.withParameterValues { $0[0] } / context.framesPerSecond)
    factor = LinearRamp(context.withParameterValues { Math.amplitude(decibels: $0[1]) })
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    increment.retarget(values[0] / framesPerSecond, over: frames)
    factor.retarget(Math.amplitude(decibels: values[1]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let output = block.output(0)
    for n in 0..<block.frameCount {
      let step = increment.next()
      output[n] = Float(wave(step) * factor.next())
      phase += step
      if phase >= 1 { phase -= 1 }
    }
  }

  @_noAllocation @_noLocks
  private func wave(_ step: Double) -> Double {
    switch shape {
    case .sine: return Math.sinPi(2 * phase)
    case .saw: return 2 * phase - 1 - Self.step(phase, step)
    case .square:
      let half = phase < 0.5 ? phase + 0.5 : phase - 0.5
      return (phase < 0.5 ? 1 : -1) + Self.step(phase, step) - Self.step(half, step)
    case .triangle:
      let half = phase < 0.5 ? phase + 0.5 : phase - 0.5
      let plain = phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase
      return plain + 8 * step * (Self.corner(phase, step) - Self.corner(half, step))
    }
  }

  /// What turns a step of height 2 at phase 0 into a band-limited one, by a polynomial over a sample on either side.
  @_noAllocation @_noLocks
  private static func step(_ phase: Double, _ step: Double) -> Double {
    if phase < step {
      let t = phase / step
      return t + t - t * t - 1
    }
    if phase > 1 - step {
      let t = (phase - 1) / step
      return t * t + t + t + 1
    }
    return 0
  }

  /// The same for a corner: the integral of `step`, per unit of slope change.
  @_noAllocation @_noLocks
  private static func corner(_ phase: Double, _ step: Double) -> Double {
    if phase < step {
      let t = 1 - phase / step
      return t * t * t / 6
    }
    if phase > 1 - step {
      let t = 1 + (phase - 1) / step
      return t * t * t / 6
    }
    return 0
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    increment.snap()
    factor.snap()
    phase = startPhase
  }
}
