import Dataflow
import Signal

/// A change of sample rate as a bank of filters, one for each phase in which an output frame can meet the input frames.
///
/// Output frame `m` lies at input time `m M / L - latency`, where `L / M` is the ratio of the rates in lowest terms. It is
/// made of the `tapCount` input frames that end with frame `floor(g M / L)`, `g` being the first frame of its group:
/// `groupSize` consecutive output frames share one window of the input, so that the kernel loads it once.
struct RateConversion {
  /// Where the filter passes and where it stops, as fractions of half the lower of the two rates.
  struct Band {
    var pass: Double
    var stop: Double
    /// In dB.
    var attenuation: Double
    /// Taps around the middle are summed in double precision: without it, rounding leaves -140 dB, with it -150.
    var isPrecise: Bool

    /// For a region of a higher rate: the transition band lies around Nyquist, so that aliases fall above the band that
    /// is kept, 20 kHz wide where the rate allows it.
    static func oversampling(lowerRate: Rational) -> Band {
      let wanted = 40_000 / lowerRate.doubleValue
      // A fraction of few bits keeps the cutoff at exactly half a cycle per frame, where the sinc is 0 on whole frames.
      let pass = (min(max(wanted, 5 / 6), 0.907_03) * 1_048_576).rounded(.up) / 1_048_576
      return Band(pass: pass, stop: 2 - pass, attenuation: 106, isPrecise: false)
    }

    /// Nothing passes the lower Nyquist frequency.
    static let best = Band(pass: 0.907_03, stop: 1, attenuation: 160, isPrecise: true)

    /// The least work and latency that keeps 100 dB.
    static let fast = oversampling(lowerRate: 40_000)
  }

  /// Output frames per `inputStep` input frames; also the number of phases.
  let outputStep: Int
  let inputStep: Int
  let groupSize: Int
  /// In frames of the patch's rate.
  let latency: Int
  /// In input frames.
  private let latencyInInputFrames: Rational
  let tapCount: Int
  /// Taps `0 ..< firstPrecise` and `firstPrecise + preciseCount ..< tapCount` are summed in single precision.
  let firstPrecise: Int
  let preciseCount: Int
  private let prototype: KaiserSinc

  static let phaseLimit = 20_000
  static let factorLimit = 256
  /// Four million coefficients are 16 MiB.
  static let coefficientLimit = 4_194_304

  /// - Throws: when the ratio needs more phases, a larger factor or more memory than is reasonable.
  init(_ context: RenderContext, _ band: Band) throws(EffectError) {
    let patchRate = context.patchSampleRate, inputRate = context.inputSampleRate, outputRate = context.sampleRate
    let ratio = outputRate / inputRate
    (outputStep, inputStep) = (ratio.numerator, ratio.denominator)
    guard outputStep <= Self.phaseLimit else {
      throw EffectError(
        "the ratio of \(outputRate) Hz to \(inputRate) Hz is \(outputStep)/\(inputStep), which takes \(outputStep) filters; "
          + "at most \(Self.phaseLimit) are allowed",
        help: "choose a rate that has a larger common divisor with \(inputRate) Hz")
    }
    guard ratio <= Rational(Self.factorLimit), ratio >= Rational(1, Self.factorLimit) else {
      throw EffectError(
        "from \(inputRate) Hz to \(outputRate) Hz is a factor of more than \(Self.factorLimit)",
        help: "change the rate by a factor of at most \(Self.factorLimit)")
    }
    // A shared window must be complete when the first frame of its group is due, so frames that skip whole input
    // frames would pay for a group with latency.
    groupSize = inputStep >= 2 * outputStep ? 1 : outputStep.isMultiple(of: 4) ? 4 : outputStep.isMultiple(of: 3) ? 3 : 1

    // In cycles per input frame.
    let lower = min(1, ratio.doubleValue)
    let pass = band.pass * lower / 2, stop = band.stop * lower / 2
    let wanted = KaiserSinc.halfWidth(attenuation: band.attenuation, passband: pass, stopband: stop)

    // The latest frame of a group lies `reach` input frames after the newest frame of its window.
    let step = Rational(inputStep, outputStep)
    let reach = Rational(outputStep - groupSize, outputStep) + Rational(groupSize - 1) * step
    let inputPerPatch = inputRate / patchRate
    let least = Rational(Int((wanted * 1024).rounded(.up)), 1024) + reach + -1
    latency = max(0, (least / inputPerPatch).ceiling)
    latencyInInputFrames = Rational(latency) * inputPerPatch
    let newest = latencyInInputFrames + 1 + -reach

    let span = (latencyInInputFrames.doubleValue + wanted).rounded(.up)
    if band.isPrecise {
      // The middle of each phase stays at least 8 taps inside the precise ones.
      preciseCount = 32
      tapCount = (Int(span) + 7) / 8 * 8
      let middle = Double(tapCount - 1) - latencyInInputFrames.doubleValue + reach.doubleValue / 2
      firstPrecise = min(max(0, Int((middle - 16) / 8 + 0.5) * 8), tapCount - preciseCount)
    } else {
      preciseCount = 0
      tapCount = (Int(span) + 7) / 8 * 8
      firstPrecise = tapCount
    }
    guard tapCount * outputStep <= Self.coefficientLimit else {
      throw EffectError(
        "from \(inputRate) Hz to \(outputRate) Hz takes \(outputStep) filters of \(tapCount) taps each, more than "
          + "\(Self.coefficientLimit) coefficients",
        help: "choose a rate that has a larger common divisor with \(inputRate) Hz")
    }
    // Whole latency and whole vectors leave some room; it goes into attenuation.
    let halfWidth = min(newest.doubleValue, Double(tapCount) - latencyInInputFrames.doubleValue)
    prototype = KaiserSinc(passband: pass, stopband: stop, halfWidth: halfWidth)
  }

  /// The coefficient of each tap, oldest frame first, of output frames `m` with `m mod outputStep == phase`. They add up
  /// to 1.
  func taps(phase: Int) -> [Double] {
    let first = phase - phase % groupSize
    let base = first * inputStep / outputStep
    // Distance of tap 0 from the middle of the response, as a fraction with a common denominator: exact.
    let start = Rational(base - tapCount + 1) + latencyInInputFrames + -Rational(phase * inputStep, outputStep)
    var taps = (0..<tapCount).map { tap in
      prototype.value(at: Double(start.numerator + tap * start.denominator) / Double(start.denominator))
    }
    let sum = taps.reduce(0, +)
    for tap in taps.indices { taps[tap] /= sum }
    return taps
  }

  /// Output frames until the last input frame has left the filters.
  var tailFrameCount: Int {
    (Rational(tapCount + groupSize) * Rational(outputStep, inputStep)).ceiling + groupSize
  }

  /// Input frames before the newest block that some output frame of the block may need.
  var retainedFrameCount: Int { tapCount + groupSize * inputStep / outputStep + 4 }
}
