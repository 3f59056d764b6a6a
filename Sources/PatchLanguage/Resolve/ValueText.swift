import Signal

extension Quantity {
  /// A value in base units as a patch would spell it, in the unit that keeps it short: `3.2kHz`, `375ms`, `-3dB`, `35%`.
  /// Six significant digits; for people to read, not for storing.
  public func text(_ value: Double) -> String {
    let magnitude = value.magnitude
    switch self {
    case .number: return decimalText(value)
    case .ratio: return decimalText(value * 100) + "%"
    case .frequency: return magnitude >= 1_000 ? decimalText(value / 1_000) + "kHz" : decimalText(value) + "Hz"
    case .time:
      if magnitude >= 1 || value == 0 { return decimalText(value) + "s" }
      return magnitude >= 1e-3 ? decimalText(value * 1_000) + "ms" : decimalText(value * 1_000_000) + "us"
    case .level, .angle, .pitch: return decimalText(value) + baseUnit
    }
  }

  /// A range as a message names it: `20Hz..20kHz`, or `at most 60dB` where one end is open.
  public func text(_ range: ClosedRange<Double>) -> String {
    switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
    case (true, true): "\(text(range.lowerBound))..\(text(range.upperBound))"
    case (false, true): "at most \(text(range.upperBound))"
    case (true, false): "at least \(text(range.lowerBound))"
    case (false, false): "any value"
    }
  }

  /// The units in which it may be written, as a help names them: `Hz or kHz`.
  var unitsText: String {
    switch self {
    case .number: "no unit"
    case .ratio: "%"
    case .level: "dB or %"
    default: Unit.all.filter { $0.quantity == self }.map(\.symbol).listed("or")
    }
  }
}

/// At most six significant digits, without trailing zeros.
func decimalText(_ value: Double) -> String {
  let magnitude = value.magnitude
  guard magnitude != 0 else { return "0" }
  guard magnitude.isFinite else { return magnitude.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  guard magnitude >= 1e-6, magnitude < 1e15 else { return "\(value)" }
  var scale = 1.0
  var decimals = 0
  while decimals < 11, magnitude * scale < 100_000 {
    scale *= 10
    decimals += 1
  }
  let digits = String(Int((magnitude * scale).rounded()))
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  var fraction = padded.suffix(decimals)
  while fraction.last == "0" { fraction.removeLast() }
  return (value < 0 ? "-" : "") + padded.dropLast(decimals) + (fraction.isEmpty ? "" : ".\(fraction)")
}

extension Sequence where Element == String {
  /// `a, b and c`
  func listed(_ conjunction: String = "and") -> String {
    let all = Array(self)
    guard let last = all.last, all.count > 1 else { return all.first ?? "" }
    return "\(all.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
  }

  /// `` `a`, `b` and `c` ``
  func listedQuoted(_ conjunction: String = "and") -> String { map { quoted($0) }.listed(conjunction) }
}
