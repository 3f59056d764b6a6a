import CRealtime
import Signal

/// Filters of one or two poles that follow from their parameters by a formula, other than those of `eq`.
enum SectionDesign: BitwiseCopyable, Sendable {
  case tilt, bass, treble, linkwitzTransform
  case riaa(isInverse: Bool)
  /// Time constants in seconds: of the pole and of the zero, 0 where there is none.
  case emphasis(Double, Double, isInverse: Bool)

  var sectionCount: Int {
    @_noAllocation @_noLocks get { if case .riaa = self { 2 } else { 1 } }
  }

  @_noAllocation @_noLocks
  func coefficients(_ section: Int, _ values: ParameterValues, _ framesPerSecond: Double) -> BiquadCoefficients {
    switch self {
    case .tilt:
      let g = Math.amplitude(decibels: values[0]), w = Self.warped(values[1], framesPerSecond)
      return .bilinear(0, g, w, 0, 1, g * w)
    case .bass:
      return .lowshelf(CornerAngle(values[1], framesPerSecond), decibels: values[0], q: Self.shelfQ, slope: values[2])
    case .treble:
      return .highshelf(CornerAngle(values[1], framesPerSecond), decibels: values[0], q: Self.shelfQ, slope: values[2])
    case .linkwitzTransform:
      let w0 = Self.warped(values[0], framesPerSecond), wp = Self.warped(values[2], framesPerSecond)
      return .bilinear(1, w0 / values[1], w0 * w0, 1, wp / values[3], wp * wp)
    case .riaa(let isInverse):
      if section == 1 {
        return .matched1(zero: isInverse ? 75e-6 : 0, pole: isInverse ? 0 : 75e-6, framesPerSecond)
      }
      // Its corners lie so low that the bilinear transform squeezes nothing. 0 dB at 1 kHz, by the response of the circuit.
      let w = 2 * Double.pi * 1_000
      let square = (1 + Self.squared(w * 318e-6)) / ((1 + Self.squared(w * 3_180e-6)) * (1 + Self.squared(w * 75e-6)))
      let scale = talea_sqrt(isInverse ? square : 1 / square)
      let zero = 2 * framesPerSecond * 318e-6, pole = 2 * framesPerSecond * 3_180e-6
      return isInverse
        ? .bilinear(0, scale * pole, scale, 0, zero, 1) : .bilinear(0, scale * zero, scale, 0, pole, 1)
    case .emphasis(let pole, let zero, let isInverse):
      return .matched1(zero: isInverse ? pole : zero, pole: isInverse ? zero : pole, framesPerSecond)
    }
  }

  private static var shelfQ: Double { @_noAllocation @_noLocks get { 0.7071067811865476 } }

  @_noAllocation @_noLocks
  private static func squared(_ x: Double) -> Double { x * x }

  /// The analogue frequency that the bilinear transform puts at `frequency`.
  @_noAllocation @_noLocks
  private static func warped(_ frequency: Double, _ framesPerSecond: Double) -> Double {
    Math.sinPi(frequency / framesPerSecond) / Math.cosPi(frequency / framesPerSecond)
  }
}

/// Such a filter on any number of channels whose parameters move.
struct SectionKernel: ~Copyable {
  private let design: SectionDesign
  private var cascade: BiquadCascade
  private let framesPerSecond: Double

  private let derived: OwnedBuffer<BiquadCoefficients>

  init(_ design: SectionDesign, _ context: RenderContext) {
    self.design = design
    framesPerSecond = context.framesPerSecond
    cascade = BiquadCascade(
      stageCount: design.sectionCount, channelCount: context.inputChannels[0], maximumFrameCount: context.maximumFrameCount,
      memory: context.memory)
    derived = OwnedBuffer(count: design.sectionCount, memory: context.memory)
    for (index, section) in Self.sections(design, context).enumerated() {
      derived[index] = section
      cascade.set(index, section)
    }
  }

  static func sections(_ design: SectionDesign, _ context: RenderContext) -> [BiquadCoefficients] {
    context.withParameterValues { values in
      (0..<design.sectionCount).map { design.coefficients($0, values, context.framesPerSecond) }
    }
  }

  static func tail(_ design: SectionDesign, _ context: RenderContext) -> Tail {
    .frames(decayFrameCount(of: sections(design, context)))
  }

  @_noAllocation @_noLocks
  mutating func apply(_ values: ParameterValues, over frames: Int) {
    for index in 0..<design.sectionCount {
      let new = design.coefficients(index, values, framesPerSecond)
      if !(new == derived[index]) {
        derived[index] = new
        cascade.retarget(index, new, over: frames)
      }
    }
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) { cascade.process(block) }

  @inline(__always) @_noAllocation @_noLocks
  mutating func processFrame(_ frame: AudioFrame) { cascade.processFrame(frame) }

  /// The sections, while none of them moves.
  var settled: SectionSeries? { @_noAllocation @_noLocks get { cascade.settled } }

  @_noAllocation @_noLocks
  mutating func reset() { cascade.reset() }
}
