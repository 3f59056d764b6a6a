import CRealtime
import Dataflow
import Signal

/// The pitch of a sound as a signal.
public struct Tuner: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "tuner", category: "Measures",
    summary: "The pitch of a single voice as signals: its frequency, how far off the nearest note it is, and how sure that is.",
    discussion: """
      `frequency` in Hz keeps the last pitch while there is none; `off` is the distance to the nearest note of equal temperament above \
      `a4`, in semitones, -0.5 to 0.5; `clarity` is 1 for a periodic sound and near 0 for noise. A window of `size` frames is compared with \
      itself shifted, every quarter of it (McLeod's normalised square difference, of whose peaks the first is taken that reaches 90% of the \
      highest). Tones from `lowest` up to 0.05 of the sample rate are found within 1 cent; two periods of the lowest must fit the window.
      Source: P. McLeod and G. Wyvill, "A smarter way to find pitch", ICMC 2005.
      """,
    example: """
      pitch = tuner
      ring = oscillator
      in -> pitch
      pitch.frequency -> ring.frequency
      ring -> gain -20dB -> out
      """,
    arguments: [
      .structural(
        StructuralSpec("size", .integer(512...16_384), default: .integer(2_048), "Frames of a window, a power of two.")),
      .structural(
        StructuralSpec("lowest", .quantity(.frequency, 10...2_000), default: .quantity(60, .frequency), "The lowest pitch.")),
      .structural(StructuralSpec("a4", .quantity(.frequency, 380...480), default: .quantity(440, .frequency), "Concert pitch.")),
    ],
    outputs: [
      PortSpec("frequency", .fixed(1), carries: .frequency, "Hz."), PortSpec("off", .fixed(1), carries: .pitch, "Semitones."),
      PortSpec("clarity", .fixed(1), carries: .number, "0 to 1."),
    ])

  public static func validate(_ context: RenderContext) throws(EffectError) {
    let size = context.configuration.integer("size"), lowest = context.configuration.quantity("lowest")
    guard size & (size - 1) == 0 else {
      throw EffectError("a window of \(size) frames is no power of two", help: "write `size=2048`", argument: "size")
    }
    guard 2 * context.framesPerSecond / lowest < Double(size) else {
      throw EffectError(
        "two periods of \(lowest) Hz do not fit \(size) frames", help: "write a larger `size` or a higher `lowest`",
        argument: "lowest")
    }
  }

  private let recent: RecentFrame
  private let transform: SpectralTransform
  private let frame: OwnedBuffer<Float>
  private let real: OwnedBuffer<Float>
  private let imaginary: OwnedBuffer<Float>
  private let likeness: OwnedBuffer<Double>
  private let framesPerSecond: Double
  private let concertPitch: Double
  private var frequency: Float
  private var off: Float = 0
  private var clarity: Float = 0

  public init(_ context: RenderContext) {
    let size = context.configuration.integer("size"), memory = context.memory
    framesPerSecond = context.framesPerSecond
    concertPitch = context.configuration.quantity("a4")
    recent = RecentFrame(size: size, hop: size / 4, channels: context.inputChannels[0], memory: memory)
    transform = SpectralTransform(size: 2 * size, memory: memory)
    frame = OwnedBuffer(count: 2 * size, memory: memory)
    real = OwnedBuffer(count: size + 1, memory: memory)
    imaginary = OwnedBuffer(count: size + 1, memory: memory)
    likeness = OwnedBuffer(count: Int(framesPerSecond / context.configuration.quantity("lowest")) + 2, memory: memory)
    frequency = Float(concertPitch)
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
        compare(endingAt: block.position + n)
        choose()
      }
      block.output(0)[n] = frequency
      block.output(1)[n] = off
      block.output(2)[n] = clarity
    }
  }

  /// `likeness[t] = 2 sum x[n] x[n+t] / sum (x[n]^2 + x[n+t]^2)`: the products by transforms, the squares by subtraction.
  private func compare(endingAt position: Int) {
    let size = recent.size
    frame.clear()
    recent.copy(to: frame.base, endingAt: position)
    var squares = 0.0
    for n in 0..<size { squares = squares.addingProduct(2 * Double(frame[n]), Double(frame[n])) }
    transform.forward(frame.base, real.base, imaginary.base)
    for bin in 0...size {
      real[bin] = (real[bin] * real[bin]).addingProduct(imaginary[bin], imaginary[bin])
      imaginary[bin] = 0
    }
    // The products take the place of the second half's silence and more: the window is read again from the ring for the squares.
    transform.inverse(real.base, imaginary.base, frame.base)
    for t in 0..<likeness.count { likeness[t] = Double(frame[t]) }
    recent.copy(to: frame.base, endingAt: position)
    for t in 0..<likeness.count {
      if t > 0 {
        let first = Double(frame[t - 1]), last = Double(frame[size - t])
        squares -= first * first + last * last
      }
      likeness[t] = squares > 1e-12 && squares < 1e30 ? 2 * likeness[t] / squares : 0
    }
  }

  /// The first peak, after the first crossing of zero, that reaches 90% of the highest.
  @_noAllocation @_noLocks
  private mutating func choose() {
    let count = likeness.count
    var start = 1
    while start < count, likeness[start] > 0 { start += 1 }
    var highest = 0.0
    var t = start
    while t + 1 < count {
      if likeness[t] > likeness[t - 1], likeness[t] >= likeness[t + 1] { highest = max(highest, likeness[t]) }
      t += 1
    }
    clarity = Float(min(max(highest, 0), 1))
    guard highest > 0.5 else { return }
    t = start
    while t + 1 < count {
      let a = likeness[t - 1], b = likeness[t], c = likeness[t + 1]
      if b > a, b >= c, b >= 0.9 * highest {
        let bend = a - 2 * b + c, place = Double(t) + (bend < 0 ? 0.5 * (a - c) / bend : 0)
        frequency = Float(framesPerSecond / place)
        let notes = 12 * Math.log2(framesPerSecond / place / concertPitch)
        off = Float(notes - talea_rint(notes))
        return
      }
      t += 1
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    recent.clear()
    frequency = Float(concertPitch)
    off = 0
    clarity = 0
  }
}
