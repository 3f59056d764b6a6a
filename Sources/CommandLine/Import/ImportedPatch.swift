/// A chain of effects read from another program's settings.
struct ImportedPatch {
  /// One actor of the chain, or one band of its equalizer.
  struct Step {
    /// `gain -6.2dB`, or the band `peak 105Hz -3.1dB q=0.7`.
    var effect: String
    var isBand: Bool
    /// The source's own words.
    var words: String
    /// From 0, where it is for some channels alone.
    var channels: [Int]?
  }

  var title: String
  var origin: String
  private(set) var steps: [Step] = []
  /// What has no counterpart: its line in the source, its words, and why.
  private(set) var leftOut: [(line: Int, words: String, reason: String)] = []

  /// Statements of the patch, where it is no plain chain of steps.
  var body: [String] = []

  var isEmpty: Bool { steps.isEmpty && body.isEmpty }

  /// The channels that steps to come are for; nil for all.
  var channels: [Int]?

  init(title: String, origin: String) { (self.title, self.origin) = (title, origin) }

  mutating func add(_ effect: String, words: String) {
    steps.append(Step(effect: effect, isBand: false, words: words, channels: channels))
  }
  mutating func addBand(_ band: String, words: String) {
    steps.append(Step(effect: band, isBand: true, words: words, channels: channels))
  }
  mutating func leaveOut(line: Int, words: String, _ reason: String) { leftOut.append((line, words, reason)) }

  /// The patch, each value with the source's words beside it. Bands that follow each other make one equalizer.
  var text: String {
    var lines = [
      "# Imported from \(printable(origin)).", "patch \"\(printable(title).filter { $0 != "\"" && $0 != "\\" })\"", "",
    ]
    for item in leftOut { lines.append("# Not imported (line \(item.line)): \(printable(item.words)): \(item.reason)") }
    if !leftOut.isEmpty { lines.append("") }
    guard body.isEmpty else { return (lines + body.map(printable)).map { $0 + "\n" }.joined() }
    return (lines + wiring).map { $0 + "\n" }.joined()
  }

  /// Steps for all channels are a chain; where some are for one channel, the channels part and meet again.
  private var wiring: [String] {
    var lines: [String] = [], wires: [String] = []
    var end = "in", number = 0
    let count = max(2, (steps.flatMap { $0.channels ?? [] }.max() ?? 0) + 1)
    var rest = steps[...]
    while let first = rest.first {
      let group = rest.prefix { $0.channels == first.channels }
      rest = rest.dropFirst(group.count)
      guard let channels = first.channels else {
        let chain = [end] + declare(group, &number, into: &lines)
        wires.append((chain + (rest.isEmpty ? ["out"] : [])).joined(separator: " -> "))
        end = chain.last!
        continue
      }
      let join = "join_\(number + 1)"
      lines.append("\(join) = gain 0dB")
      for channel in 0..<count {
        let nodes = channels.contains(channel) ? declare(group, &number, into: &lines) : []
        wires.append((["\(end):\(channel + 1)"] + nodes + ["\(join):\(channel + 1)"]).joined(separator: " -> "))
      }
      end = join
      if rest.isEmpty { wires.append("\(end) -> out") }
    }
    return lines + [""] + wires
  }

  /// Gives steps names, from the next number on. Bands that follow each other make one equalizer.
  private func declare(_ steps: ArraySlice<Step>, _ number: inout Int, into lines: inout [String]) -> [String] {
    var names: [String] = []
    var index = steps.startIndex
    while index < steps.endIndex {
      number += 1
      let name = "step_\(number)"
      names.append(name)
      guard steps[index].isBand else {
        lines.append(commented("\(name) = \(steps[index].effect)", steps[index].words))
        index += 1
        continue
      }
      lines.append("\(name) = eq {")
      // An equalizer takes 64 bands.
      let end = steps[index...].prefix(64).firstIndex { !$0.isBand } ?? min(index + 64, steps.endIndex)
      for step in steps[index..<end] { lines.append(commented("  " + step.effect, step.words)) }
      lines.append("}")
      index = end
    }
    return names
  }

  private func commented(_ code: String, _ words: String) -> String {
    code + String(repeating: " ", count: max(2, 40 - code.count)) + "# " + printable(words)
  }

  private func printable(_ text: String) -> String { String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }) }
}
