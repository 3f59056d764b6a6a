import CRealtime
import Dataflow
import Signal

/// Levels of octave bands, and the middle of the spectrum, as signals.
public struct Spectrum: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "spectrum", category: "Measures",
    summary: "The level of each octave and the middle of the spectrum, as signals.",
    discussion: """
      `bands` has ten channels, the levels in dB of the octaves around 31.25 Hz to 16 kHz (a sine at full scale reads -3, as its RMS). \
      `s.bands:6` is the octave of 1 kHz. `centroid` is the mean frequency, weighted by power, in Hz. The channels of the sound are averaged. A \
      Hann window of `size` frames is looked at every quarter of it; between two looks the values stay. Noise is read within 0.5 dB by the \
      mean; a sine in the middle of an octave within 0.1 dB from 250 Hz on with 4,096 frames at 48 kHz, lows want more frames. Silence \
      reads -120 dB and 0 Hz.
      """,
    example: """
      s = spectrum
      bell = peak gain=-6dB
      in -> s
      in -> bell -> out
      s.centroid -> bell.frequency
      """,
    arguments: [
      .structural(StructuralSpec("size", .integer(256...32_768), default: .integer(4_096), "Frames of a window, a power of two."))
    ],
    outputs: [
      PortSpec("bands", .fixed(10), carries: .level, "dB, lowest octave first."),
      PortSpec("centroid", .fixed(1), carries: .frequency, "Hz."),
    ])

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let size = context.configuration.integer("size")
    guard size & (size - 1) == 0 else {
      throw EffectError("a window of \(size) frames is no power of two", help: "write `size=4096`", argument: "size")
    }
  }

  private let recent: RecentFrame
  private let transform: SpectralTransform
  private let window: OwnedBuffer<Float>
  private let frame: OwnedBuffer<Float>
  private let real: OwnedBuffer<Float>
  private let imaginary: OwnedBuffer<Float>
  /// Where each octave begins, in numbers of the spectrum, and the values that hold.
  private let edges: OwnedBuffer<Double>
  private let values: OwnedBuffer<Float>
  private let hertzPerBin: Double

  public init(_ context: RenderContext) {
    let size = context.configuration.integer("size"), memory = context.memory
    recent = RecentFrame(size: size, hop: size / 4, channels: context.inputChannels[0], memory: memory)
    transform = SpectralTransform(size: size, memory: memory)
    window = OwnedBuffer(count: size, memory: memory)
    frame = OwnedBuffer(count: size, memory: memory)
    real = OwnedBuffer(count: size / 2 + 1, memory: memory)
    imaginary = OwnedBuffer(count: size / 2 + 1, memory: memory)
    edges = OwnedBuffer(count: 11, memory: memory)
    values = OwnedBuffer(count: 11, memory: memory)
    hertzPerBin = context.framesPerSecond / Double(size)
    // Power sums to the mean square: |X|^2 2 / (N sum w^2).
    let shape = SpectralWindow.hann.values(size)
    let scale = (2 / (Double(size) * shape.reduce(0) { $0 + $1 * $1 })).squareRoot()
    for n in 0..<size { window[n] = Float(shape[n] * scale) }
    for octave in 0...10 { edges[octave] = 1_000 * Math.exp2(Double(octave) - 5.5) / hertzPerBin }
    silence()
  }

  @_noAllocation @_noLocks
  private func silence() {
    for octave in 0..<10 { values[octave] = -120 }
    values[10] = 0
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  // The transform is generic: only optimised code, which specialises it, can be checked.
  #if !DEBUG
    @_noAllocation @_noLocks
  #endif
  public mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      if recent.take(block, n) {
        recent.copy(to: frame.base, endingAt: block.position + n)
        for k in 0..<recent.size { frame[k] *= window[k] }
        transform.forward(frame.base, real.base, imaginary.base)
        sum()
      }
      for value in 0..<11 { block.output(value)[n] = values[value] }
    }
  }

  /// Octaves share the numbers of the spectrum that their edges cut.
  @_noAllocation @_noLocks
  private func sum() {
    var total = 0.0, moment = 0.0, octave = 0, power = 0.0
    for octave in 0..<10 { values[octave] = -120 }
    for bin in 1..<real.count {
      let x = Double(real[bin]), y = Double(imaginary[bin]), own = (x * x).addingProduct(y, y)
      total += own
      moment = moment.addingProduct(own, Double(bin))
      let lower = Double(bin) - 0.5, upper = lower + 1
      while octave < 10, edges[octave + 1] <= upper {
        power += own * max(0, edges[octave + 1] - max(lower, edges[octave]))
        store(octave, power)
        power = 0
        octave += 1
      }
      if octave < 10 { power += own * max(0, upper - max(lower, edges[octave])) }
    }
    if octave < 10 { store(octave, power) }
    values[10] = total > 1e-14 && total < 1e30 ? Float(moment / total * hertzPerBin) : 0
  }

  @_noAllocation @_noLocks
  private func store(_ octave: Int, _ power: Double) {
    values[octave] = Float(0.5 * Math.decibels(amplitude: min(max(power, 1e-12), 1e24)))
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    recent.clear()
    silence()
  }
}
