import Talea

/// What `talea live` shows below its messages on a terminal, as lines of text.
///
///     hw:1 -> hw:1  48000 Hz, 64 x 3, 4.00 ms                     3:12
///     in 1   ██████████████████▌            │            -18.2
///     out 1  ███████████████████████▏             │       -9.0
///     load 12.1 %, worst 31 %   no incidents   p.talea
///     > feedback  45%     ━━━━━━━━━━╸─────────
///       tone      3.2kHz  ━━━━━━━━━━━━━━━╸────
///     up, down: choose   left, right: turn   m: mute   b: bypass   q: quit
struct LiveScreen {
  struct Knob {
    var name: String
    var value: String
    /// Its place between the ends of its range, 0...1.
    var share: Double
  }

  var title: String
  var clock: String
  var inputs: [ChannelLevel] = []
  var outputs: [ChannelLevel] = []
  var status: String
  var isAlarming = false
  var knobs: [Knob] = []
  /// nil where no key is read.
  var chosen: Int?

  /// What the terminal can show.
  struct Abilities {
    var columns: Int
    var rows: Int
    var hasColor: Bool
    var isUnicode: Bool
  }

  private static let keys = "up, down: choose   left, right: turn   m: mute   b: bypass   q: quit"

  func lines(_ terminal: Abilities) -> [String] {
    let width = max(20, terminal.columns - 1)
    let room = max(4, terminal.rows - 2)
    var lines = [Self.pair(title, clock, width)]
    // Meters take half of the room at most, knobs what is left.
    let channels = inputs.enumerated().map { ("in \($0 + 1)", $1) } + outputs.enumerated().map { ("out \($0 + 1)", $1) }
    let meters = channels.prefix(max(1, (room - 3) / 2))
    for (name, level) in meters { lines.append(meter(name, level, width, terminal)) }
    if meters.count < channels.count { lines.append("and \(count(channels.count - meters.count, "channel")) more") }
    let text = String(status.prefix(width))
    lines.append(isAlarming && terminal.hasColor ? "\u{1B}[33m\(text)\u{1B}[0m" : text)
    let places = max(0, room - lines.count - (chosen == nil ? 0 : 1))
    lines += knobLines(places, width, terminal)
    if chosen != nil { lines.append(String((knobs.isEmpty ? "m: mute   b: bypass   q: quit" : Self.keys).prefix(width))) }
    return lines
  }

  private static func pair(_ left: String, _ right: String, _ width: Int) -> String {
    let text = left.prefix(max(0, width - right.count - 1))
    return text + String(repeating: " ", count: max(1, width - text.count - right.count)) + right
  }

  // MARK: Meters

  /// The scale of meters: -60 dBFS on the left, 0 on the right.
  private static let lowest = -60.0

  private static func share(_ level: Float) -> Double {
    level > 0 ? min(1, max(0, 1 - Math.decibels(amplitude: Double(level)) / lowest)) : 0
  }

  /// The bar is the root mean square, the line the peak of the last second.
  private func meter(_ name: String, _ level: ChannelLevel, _ width: Int, _ terminal: Abilities) -> String {
    let label = Self.padded(name, 7)
    let number = level.peak > 0 ? fixed(Math.decibels(amplitude: Double(level.peak)), 1) : "-inf"
    let length = max(8, width - label.count - 8)
    var cells = Self.bar(Self.share(level.rms), length, terminal.isUnicode)
    let peak = min(length - 1, Int(Self.share(level.peak) * Double(length)))
    if level.peak > 0, Self.share(level.peak) > 0 { cells[peak] = terminal.isUnicode ? "│" : "|" }
    let text = String(repeating: " ", count: max(0, 7 - number.count)) + number
    guard terminal.hasColor else { return label + String(cells) + " " + text }
    // Green up to -12 dBFS, yellow up to -3, red above.
    let borders = [-12.0, -3.0].map { Int((1 - $0 / Self.lowest) * Double(length)) }
    let parts = [("32", 0..<borders[0]), ("33", borders[0]..<borders[1]), ("31", borders[1]..<length)]
    let bar = parts.map { "\u{1B}[\($0)m" + String(cells[$1]) }.joined() + "\u{1B}[0m"
    return label + bar + " " + (level.peak >= 1 ? "\u{1B}[31m\(text)\u{1B}[0m" : text)
  }

  private static func bar(_ share: Double, _ length: Int, _ isUnicode: Bool) -> [Character] {
    let eighths = Int((share * Double(length) * 8).rounded(.down))
    var cells = [Character](repeating: " ", count: length)
    for index in 0..<min(length, eighths / 8) { cells[index] = isUnicode ? "█" : "#" }
    if isUnicode, eighths / 8 < length, eighths % 8 > 0 { cells[eighths / 8] = Array("▏▎▍▌▋▊▉")[eighths % 8 - 1] }
    return cells
  }

  // MARK: Knobs

  private func knobLines(_ places: Int, _ width: Int, _ terminal: Abilities) -> [String] {
    guard places > 0, !knobs.isEmpty else { return [] }
    let center = chosen ?? 0
    let first = max(0, min(center - places / 2, knobs.count - places))
    let shown = knobs[first..<min(knobs.count, first + places)]
    let names = min(24, shown.map(\.name.count).max() ?? 0), values = shown.map(\.value.count).max() ?? 0
    let length = max(4, min(40, width - names - values - 6))
    return shown.enumerated().map { index, knob in
      let isChosen = first + index == chosen
      let filled = Int((knob.share * Double(length)).rounded())
      let bar =
        String(repeating: terminal.isUnicode ? "━" : "=", count: filled)
        + String(repeating: terminal.isUnicode ? "─" : "-", count: length - filled)
      let line =
        (isChosen ? "> " : "  ") + Self.padded(knob.name, names) + "  " + Self.padded(knob.value, values) + "  " + bar
      let cut = String(line.prefix(width))
      return isChosen && terminal.hasColor ? "\u{1B}[1m\(cut)\u{1B}[0m" : cut
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    let cut = text.count > width ? "…" + text.suffix(max(0, width - 1)) : text
    return cut + String(repeating: " ", count: max(0, width - cut.count))
  }
}
