import Signal

/// Two versions of a sound a quarter turn apart.
public struct Hilbert: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "hilbert", category: "Filters",
    summary: "Two versions of a sound whose phases are a quarter turn apart at every frequency.",
    discussion: """
      `real` and `imaginary` are the parts of an analytic signal: `imaginary` lags by 90 degrees between 20 Hz and
      20 Hz below half the sample rate, within 0.02 degrees up to 48 kHz and 0.1 up to 192 kHz, and both have the level of the input at every frequency. They are made by allpass filters
      without latency, so both are turned against the input; add neither to it. The root of the sum of their squares is the
      envelope.
      Source: R. A. Valenzuela and A. G. Constantinides, IEE Proceedings G 130(6), 1983.
      """,
    example: """
      parts = hilbert
      in -> parts
      turned = mix { a: -3dB; b: -3dB }
      parts.real -> turned.a
      parts.imaginary -> turned.b
      turned -> out
      """,
    arguments: [], outputs: [PortSpec("real"), PortSpec("imaginary", .any, "A quarter turn later.")])

  /// Where the quarter turn begins to hold, in Hz.
  static let lowest = 15.0

  static func tail(framesPerSecond: Double) -> Tail {
    .rings(bound: PhaseSplitter.Design(lowest: lowest / framesPerSecond).decayFrameCount)
  }

  public static func tail(_ context: RenderContext) -> Tail { tail(framesPerSecond: context.framesPerSecond) }

  private let design: PhaseSplitter.Design
  private let splitters: OwnedBuffer<PhaseSplitter>

  public init(_ context: RenderContext) {
    design = PhaseSplitter.Design(lowest: Self.lowest / context.framesPerSecond)
    splitters = OwnedBuffer(count: context.inputChannels[0], memory: context.memory)
    for channel in 0..<splitters.count { splitters[channel] = PhaseSplitter() }
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    for channel in 0..<splitters.count {
      let input = block.input(channel), real = block.output(channel), imaginary = block.output(splitters.count + channel)
      for n in 0..<block.frameCount {
        let parts = splitters.base[channel].next(Double(input[n]), design)
        real[n] = Float(parts.real)
        imaginary[n] = Float(parts.imaginary)
      }
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() { for channel in 0..<splitters.count { splitters[channel] = PhaseSplitter() } }
}
