import Signal

/// The kinds of filters that stand alone as effects and as bands of an `eq`: their arguments and their sections.
enum FilterKind: Int, CaseIterable, BitwiseCopyable, Sendable {
  case lowpass, highpass, bandpass, notch, allpass, peak, lowshelf, highshelf

  var name: String {
    switch self {
    case .lowpass: "lowpass"
    case .highpass: "highpass"
    case .bandpass: "bandpass"
    case .notch: "notch"
    case .allpass: "allpass"
    case .peak: "peak"
    case .lowshelf: "lowshelf"
    case .highshelf: "highshelf"
    }
  }

  /// The Q of a Butterworth filter of second order, sqrt(1/2).
  static var butterworthQ: Double { @_noAllocation @_noLocks get { 0.707_106_781_186_547_6 } }

  /// In the order in which a patch writes them, and in which `ParameterValues` holds the parameters.
  var arguments: [ArgumentSpec] {
    switch self {
    case .lowpass, .highpass:
      [
        Self.frequency("cutoff", "Where the gain is -3.01 dB (with `q=` at its default or `order=`)."),
        Self.q(Self.butterworthQ, "Gain at the cutoff as a factor, and with it the resonance; only for `order=2`."),
        .structural(
          StructuralSpec("order", .integer(1...16), default: .integer(2), "Butterworth order: 6 dB per octave and order.")),
      ]
    case .bandpass, .notch:
      [Self.frequency("frequency", "The centre."), Self.q(1, "Centre over bandwidth, between the -3.01 dB points.")]
    case .allpass:
      [
        Self.frequency("frequency", "Where the phase has turned by 180 degrees."),
        Self.q(Self.butterworthQ, "How steeply it turns."),
      ]
    case .peak:
      [
        Self.frequency("frequency", "The centre."), Self.gain("Gain at the centre."),
        Self.q(1, "Centre over bandwidth, between the points of half the gain in dB."),
      ]
    case .lowshelf, .highshelf:
      [
        Self.frequency("frequency", "Where half the gain in dB is reached."), Self.gain("Gain of the shelf."),
        Self.q(Self.butterworthQ, "Resonance at the corner; the default has none."),
        .parameter(
          ParameterSpec(
            "slope", .number, default: 1, in: 0.1...1, "1 is the steepest slope without overshoot, less is gentler.")),
      ]
    }
  }

  private static func frequency(_ name: String, _ summary: String) -> ArgumentSpec {
    .parameter(ParameterSpec(name, .frequency, default: nil, in: 1...192_000, belowNyquist: true, summary))
  }

  private static func q(_ defaultValue: Double, _ summary: String) -> ArgumentSpec {
    .parameter(ParameterSpec("q", .number, default: defaultValue, in: 0.1...100, scale: .log, summary))
  }

  private static func gain(_ summary: String) -> ArgumentSpec {
    .parameter(ParameterSpec("gain", .level, default: nil, in: -48...48, scale: .linear, summary))
  }
}

/// One filter of a cascade: its kind, where its parameters are, and which sections it owns.
struct FilterBand: BitwiseCopyable {
  let kind: FilterKind
  let order: Int
  let firstParameter: Int
  let firstStage: Int

  var stageCount: Int { @_noAllocation @_noLocks get { (order + 1) / 2 } }
  var parameterCount: Int {
    @_noAllocation @_noLocks get {
      switch kind {
      case .lowpass, .highpass, .bandpass, .notch, .allpass: 2
      case .peak: 3
      case .lowshelf, .highshelf: 4
      }
    }
  }

  init(_ kind: FilterKind, structural: [String: StructuralValue], firstParameter: Int, firstStage: Int) {
    self.kind = kind
    self.firstParameter = firstParameter
    self.firstStage = firstStage
    if case .integer(let order)? = structural["order"] { self.order = order } else { order = 2 }
  }

  /// Coefficients of section `stage` (0 is the band's first); one function for building and for moving.
  @_noAllocation @_noLocks
  func coefficients(_ stage: Int, _ values: ParameterValues, _ framesPerSecond: Double) -> BiquadCoefficients {
    let frequency = values[firstParameter]
    let second = values[firstParameter + 1]
    let isOdd = order % 2 == 1
    if isOdd && stage == 0 {
      return kind == .lowpass ? .lowpass1(frequency, framesPerSecond) : .highpass1(frequency, framesPerSecond)
    }
    let w = CornerAngle(frequency, framesPerSecond)
    return switch kind {
    case .lowpass: .lowpass(w, q: order == 2 ? second : butterworthQ(stage))
    case .highpass: .highpass(w, q: order == 2 ? second : butterworthQ(stage))
    case .bandpass: .bandpass(w, q: second)
    case .notch: .notch(w, q: second)
    case .allpass: .allpass(w, q: second)
    case .peak: .peak(w, decibels: second, q: values[firstParameter + 2])
    case .lowshelf:
      .lowshelf(w, decibels: second, q: values[firstParameter + 2], slope: values[firstParameter + 3])
    case .highshelf:
      .highshelf(w, decibels: second, q: values[firstParameter + 2], slope: values[firstParameter + 3])
    }
  }

  /// Pole pair k of a Butterworth filter of order n lies at the angle pi (2k + 1) / 2n from the imaginary axis; the lowest
  /// Q comes first, so that no section in between overshoots more than it must.
  @_noAllocation @_noLocks
  private func butterworthQ(_ stage: Int) -> Double {
    let pair = Double(stageCount - 1 - stage)
    return 0.5 / Math.sinPi((2 * pair + 1) / Double(2 * order))
  }

  /// What the ranges of single arguments cannot say.
  func validate(_ parameters: [Double]) throws(EffectError) {
    guard kind == .lowpass || kind == .highpass, order != 2 else { return }
    if parameters[firstParameter + 1] != FilterKind.butterworthQ {
      throw EffectError(
        "\(kind.name) takes q= only with order=2; order=\(order) is a Butterworth filter", help: "leave out one of the two",
        argument: "q")
    }
  }
}
