import Signal

/// Gives quiet listening the balance of loud listening.
public struct Loudness: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "loudness", category: "Filters",
    summary: "Gives sound played at one level the balance it has at another, by the equal-loudness contours of ISO 226.",
    discussion: """
      Ears lose lows and highs when it is quiet. The gain at each frequency is what the contour of `level` lies above the one
      of `reference`, less the same at 1 kHz, whose gain is 0 dB. At `level=60dB reference=80dB` 31.5 Hz comes 9.4 dB louder.

      Levels are sound pressure levels of a tone at 1 kHz, in phon, but written in dB. The gain meets the standard within
      0.01 dB at each of its 29 frequencies from 20 Hz to 12.5 kHz; above it keeps that of 12.5 kHz, below 20 Hz it returns
      to 0 dB. The bands are those of `graphiceq`.
      Source: ISO 226:2003, valid from 20 to 90 phon.
      """,
    example: "in -> loudness 60dB reference=80dB -> gain -6dB -> out",
    arguments: [
      .parameter(
        ParameterSpec(
          "level", .level, default: nil, in: 20...90, scale: .linear, smoothing: 0.1, "How loud it is played, in phon.")),
      .parameter(
        ParameterSpec(
          "reference", .level, default: 80, in: 20...90, scale: .linear, smoothing: 0.1, "How loud it was mixed, in phon.")),
    ],
    canRunInPlace: true)

  /// The standard's frequencies and two above, which keep the gain of the last.
  private static let centres = EqualLoudness.frequencies + [16_000, 20_000]
  private static let ratio = Math.exp2(1.0 / 3)
  /// Of 1 kHz in the standard's table.
  private static var middle: Int { @_transparent @_noAllocation @_noLocks get { 17 } }

  static func gains(_ context: RenderContext) -> [Double] {
    let rows = EqualLoudness.rows
    let changes = rows.map {
      EqualLoudness.level(context.parameters[0], $0) - EqualLoudness.level(context.parameters[1], $0)
    }
    let gains = changes.map { $0 - changes[middle] }
    return gains + [gains.last!, gains.last!]
  }

  public static func tail(_ context: RenderContext) -> Tail {
    GraphicKernel.tail(centres: centres, ratio: ratio, wanted: gains(context), context)
  }

  private var kernel: GraphicKernel
  private let rows: OwnedBuffer<EqualLoudness.Row>
  private let wanted: OwnedBuffer<Double>

  public init(_ context: RenderContext) {
    kernel = GraphicKernel(centres: Self.centres, ratio: Self.ratio, wanted: Self.gains(context), context)
    rows = OwnedBuffer(count: EqualLoudness.rows.count, memory: context.memory)
    for (index, row) in EqualLoudness.rows.enumerated() { rows[index] = row }
    wanted = OwnedBuffer(count: Self.centres.count, memory: context.memory)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    let middle = EqualLoudness.level(values[0], rows[Self.middle]) - EqualLoudness.level(values[1], rows[Self.middle])
    for k in 0..<rows.count {
      wanted[k] = EqualLoudness.level(values[0], rows[k]) - EqualLoudness.level(values[1], rows[k]) - middle
    }
    for k in rows.count..<wanted.count { wanted[k] = wanted[rows.count - 1] }
    kernel.retarget(wanted.base, over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) { kernel.process(block) }

  public static var hasFrameStep: Bool { true }

  @inline(__always) @_noAllocation @_noLocks
  public mutating func processFrame(_ frame: AudioFrame) { kernel.processFrame(frame) }

  public static var isSectionSeries: Bool { true }
  public var settledSections: SectionSeries? { @_noAllocation @_noLocks get { kernel.settled } }

  @_noAllocation @_noLocks
  public mutating func reset() { kernel.reset() }
}
