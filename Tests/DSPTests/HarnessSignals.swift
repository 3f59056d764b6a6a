import Signal

/// How a stream is cut into calls of `process`.
enum Cuts {
  case whole
  case blocks(Int)
  /// Lengths drawn from 1...longest.
  case random(seed: UInt64, longest: Int = 700)

  /// Lengths that add up to `frames`.
  func lengths(_ frames: Int) -> [Int] {
    var remaining = frames
    var lengths: [Int] = []
    var random = SeededRandom(seed: 1)
    if case .random(let seed, _) = self { random = SeededRandom(seed: seed) }
    while remaining > 0 {
      let length =
        switch self {
        case .whole: remaining
        case .blocks(let size): size
        case .random(_, let longest): Int.random(in: 1...longest, using: &random)
        }
      lengths.append(min(length, remaining))
      remaining -= min(length, remaining)
    }
    return lengths
  }
}

/// SplitMix64 (Vigna, 2015): the same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A parameter set to a new value at a patch frame, as a person would turn a knob.
struct ParameterChange {
  var frame: Int
  /// Index into the actor's parameter values.
  var parameter: Int
  var value: Double
}

/// One item of a list in braces: `ItemArguments("peak", ["frequency": 1_000, "gain": 3])`.
struct ItemArguments {
  var kind: String
  var values: [String: Double]
  var structural: [String: StructuralValue]
  var label: String?
  /// For rows: the numbers.
  var row: [Double]?

  init(_ kind: String, _ values: [String: Double] = [:], structural: [String: StructuralValue] = [:], label: String? = nil) {
    (self.kind, self.values, self.structural, self.label) = (kind, values, structural, label)
  }

  init(row: [Double]) {
    self.init("")
    self.row = row
  }
}

/// Signals that tests feed.
enum TestSignal {
  static func impulse(_ frames: Int, at frame: Int = 0, height: Float = 1) -> [Float] {
    var signal = [Float](repeating: 0, count: frames)
    signal[frame] = height
    return signal
  }

  /// Uniform in -amplitude...amplitude.
  static func noise(_ frames: Int, seed: UInt64 = 1, amplitude: Float = 1) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<frames).map { _ in Float.random(in: -amplitude...amplitude, using: &random) }
  }

  static func sine(_ frames: Int, frequency: Double, sampleRate: Double = 48_000, amplitude: Double = 1) -> [Float] {
    (0..<frames).map { Float(amplitude * Math.sinPi(2 * frequency * Double($0) / sampleRate)) }
  }
}
