import Signal

/// One line of a plate: frames of the past, read at whole distances.
struct PlateLine: BitwiseCopyable {
  let base: UnsafeMutablePointer<Float>
  let length: Int
  var index = 0

  /// The frame fed `delay` frames ago, 1 to `length`.
  @_transparent @_noAllocation @_noLocks
  func past(_ delay: Int) -> Float {
    let place = index - delay
    return base[place < 0 ? place + length : place]
  }

  /// The frame that leaves.
  var end: Float { @_transparent @_noAllocation @_noLocks get { base[index] } }

  @_transparent @_noAllocation @_noLocks
  mutating func feed(_ x: Float) {
    base[index] = x
    index = index + 1 == length ? 0 : index + 1
  }

  /// An allpass of gain `g`: `y = past - g v`, `v = x + g past`.
  @_transparent @_noAllocation @_noLocks
  mutating func allpass(_ x: Float, _ g: Float) -> Float {
    let past = end
    let v = x.addingProduct(g, past)
    feed(v)
    return past.addingProduct(-g, v)
  }
}

/// The lines and constants of Dattorro's plate at any sample rate.
///
/// Source: J. Dattorro, "Effect design, part 1: reverberator and other filters", JAES 45(9), 1997, figure 1 and tables 1 and 2.
enum PlateDesign {
  /// The sample rate of the paper's tables.
  static let tableRate = 29_761.0
  /// In the order: four input diffusers; left delay, allpass, delay; right delay, allpass, delay.
  static let lengths = [142, 107, 379, 277, 4_453, 1_800, 3_720, 4_217, 2_656, 3_163]
  /// The allpasses that open the two halves: their middle length and how far it swings.
  static let swingLengths = [672.0, 908]
  static let excursion = 16.0
  /// Distances of the output's taps with their lines, table 2: left, then right; the first three are added, the others but the
  /// fourth taken away.
  static let taps: [[(line: Int, distance: Int, gain: Float)]] = [
    [(7, 266, 1), (7, 2_974, 1), (8, 1_913, -1), (9, 1_996, 1), (4, 1_990, -1), (5, 187, -1), (6, 1_066, -1)],
    [(4, 353, 1), (4, 3_627, 1), (5, 1_228, -1), (6, 2_673, 1), (7, 2_111, -1), (8, 335, -1), (9, 121, -1)],
  ]

  static func scaled(_ frames: Double, _ framesPerSecond: Double) -> Int {
    max(1, Int((frames * framesPerSecond / tableRate).rounded()))
  }

  /// Seconds that a sound takes once around both halves.
  static let roundSeconds = (672.0 + 4_453 + 1_800 + 3_720 + 908 + 4_217 + 2_656 + 3_163) / tableRate

  /// The gain that stands at four places of the round, so that a sound has fallen by 60 dB after `decay` seconds.
  @_noAllocation @_noLocks
  static func gain(decay: Double, roundSeconds: Double) -> Double {
    Math.amplitude(decibels: -15 * roundSeconds / decay)
  }
}
