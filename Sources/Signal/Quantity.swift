/// What a number measures. Two numbers may meet only where their quantities agree.
public enum Quantity: String, Sendable, Hashable, CaseIterable {
  /// A pure number. Written bare (`0.7`), as a ratio (`4:1`), a percentage (`35%` is 0.35) or a factor (`4x`).
  case number
  /// A share of a whole, stored as a fraction: `35%` is 0.35. A bare number is accepted as the fraction itself.
  case ratio
  /// Hertz.
  case frequency
  /// Seconds. `64 samples` counts frames of the place where it stands.
  case time
  /// Decibels of amplitude; `100%` is 0 dB.
  case level
  /// Degrees.
  case angle
  /// Semitones.
  case pitch

  /// The unit in which a value of this quantity is stored and printed.
  public var baseUnit: String {
    switch self {
    case .number: ""
    case .ratio: "%"
    case .frequency: "Hz"
    case .time: "s"
    case .level: "dB"
    case .angle: "deg"
    case .pitch: "st"
    }
  }

  /// The quantity with its article, as messages name it.
  public var phrase: String {
    switch self {
    case .number: "a number without a unit"
    case .ratio: "a percentage"
    case .frequency: "a frequency"
    case .time: "a time"
    case .level: "a level"
    case .angle: "an angle"
    case .pitch: "an interval"
    }
  }
}

/// A unit suffix of the patch language.
public struct Unit: Sendable, Hashable {
  /// The suffix as written.
  public let symbol: String
  public let quantity: Quantity
  /// Multiplies the written number to give the stored one.
  public let factor: Double

  init(_ symbol: String, _ quantity: Quantity, _ factor: Double) {
    self.symbol = symbol
    self.quantity = quantity
    self.factor = factor
  }

  /// Every unit of the language. `%` and `samples` are written like units but change meaning with their place;
  /// they are listed for messages and documentation.
  public static let all: [Unit] = [
    Unit("Hz", .frequency, 1), Unit("kHz", .frequency, 1_000),
    Unit("s", .time, 1), Unit("ms", .time, 1e-3), Unit("us", .time, 1e-6), Unit("min", .time, 60),
    Unit("dB", .level, 1),
    Unit("deg", .angle, 1),
    Unit("st", .pitch, 1), Unit("ct", .pitch, 1e-2),
    Unit("%", .ratio, 1e-2),
    Unit("x", .number, 1),
  ]

  /// The words that count frames rather than seconds.
  public static let sampleWords = ["sample", "samples"]

  public static func named(_ symbol: String) -> Unit? { all.first { $0.symbol == symbol } }
}
