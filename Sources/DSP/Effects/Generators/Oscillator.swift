import Signal

/// A periodic wave at audio rate.
public struct Oscillator: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "oscillator", category: "Generators",
    summary: "Sine, saw, square or triangle.",
    discussion: """
      `level` is the peak of the ideal wave; band-limiting lets steps overshoot it by up to 1.5 dB. At phase 0 a sine is at 0
      and rises, a triangle is at its lowest value, a saw in the middle of its step down, a square in that of its step up.

      Steps and corners are band-limited over 16 frames on either side: at 48 kHz, harmonics below 20 kHz are right within
      0.01 dB, and what would fold below 20 kHz is 90 dB under the fundamental (fundamentals up to 10 kHz; in proportion at
      other rates). The frequency moves without clicks; the phase is kept in double precision.
      Source: E. Brandt, Hard sync without aliasing, ICMC 2001; Esqueda, Valimaki and Bilbao, Rounding corners with BLAMP,
      DAFx 2016.
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
  private let edge: BandLimitedEdge

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
    edge = BandLimitedEdge(shape == .triangle ? .corner : .step, memory: context.memory)
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
    if shape == .sine { return processSine(output, block.frameCount) }
    for n in 0..<block.frameCount {
      let step = increment.next()
      output[n] = Float(wave(step) * factor.next())
      advance(step)
    }
  }

  /// Four frames at a time; a lane has the bits of a frame computed alone.
  @_noAllocation @_noLocks
  private mutating func processSine(_ output: UnsafeMutablePointer<Float>, _ frameCount: Int) {
    var n = 0
    while n < frameCount {
      let count = min(4, frameCount - n)
      var phases = SIMD4<Double>()
      for lane in 0..<count {
        phases[lane] = phase
        advance(increment.next())
      }
      let sines = Math.sinPi(phases + phases)
      for lane in 0..<count { output[n + lane] = Float(sines[lane] * factor.next()) }
      n += count
    }
  }

  @_noAllocation @_noLocks
  private mutating func advance(_ step: Double) {
    phase += step
    if phase >= 1 { phase -= 1 }
  }

  @_noAllocation @_noLocks
  private func wave(_ step: Double) -> Double {
    let half = phase < 0.5 ? phase + 0.5 : phase - 0.5
    switch shape {
    case .sine: return Math.sinPi(2 * phase)
    case .saw: return 2 * phase - 1 - 2 * edge.correction(phase, step)
    case .square:
      return (phase < 0.5 ? 1 : -1) + 2 * (edge.correction(phase, step) - edge.correction(half, step))
    case .triangle:
      // The slope turns by 8 per turn of the wave.
      let plain = phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase
      return plain + 8 * step * (edge.correction(phase, step) - edge.correction(half, step))
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    increment.snap()
    factor.snap()
    phase = startPhase
  }
}
