import Talea

/// A number with a fixed count of decimals, rounded half away from zero.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let digits = String(Int((value.magnitude * scale).rounded()))
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let sign = value < 0 && padded.contains { $0 != "0" } ? "-" : ""
  return decimals == 0 ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
}

/// `0:12`, `3:07`, `1:02:03`
func clock(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 3.6e6 else { return "-:--" }
  let whole = Int(seconds.rounded())
  let (hours, minutes) = (whole / 3_600, whole / 60 % 60)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
}

/// `-1.2 dBFS`, `+0.5 dBFS`, or `silent`
func levelText(_ peak: Float) -> String {
  guard peak > 0 else { return "silent" }
  let decibels = Math.decibels(amplitude: Double(peak))
  let text = fixed(decibels, 1)
  return (text.first != "-" && decibels >= 0.05 ? "+" : "") + (text == "-0.0" ? "0.0" : text) + " dBFS"
}

/// `1 frame`, `2 frames`
func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
