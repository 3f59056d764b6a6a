/// A chain of effects read from another program's settings.
struct ImportedPatch {
  /// One actor of the chain, or one band of its equalizer.
  struct Step {
    /// `gain -6.2dB`, or the band `peak 105Hz -3.1dB q=0.7`.
    var effect: String
    var isBand: Bool
    /// The source's own words.
    var words: String
  }

  var title: String
  var origin: String
  private(set) var steps: [Step] = []
  /// What has no counterpart: its line in the source, its words, and why.
  private(set) var leftOut: [(line: Int, words: String, reason: String)] = []

  /// Statements of the patch, where it is no plain chain of steps.
  var body: [String] = []

  var isEmpty: Bool { steps.isEmpty && body.isEmpty }

  init(title: String, origin: String) { (self.title, self.origin) = (title, origin) }

  mutating func add(_ effect: String, words: String) { steps.append(Step(effect: effect, isBand: false, words: words)) }
  mutating func addBand(_ band: String, words: String) { steps.append(Step(effect: band, isBand: true, words: words)) }
  mutating func leaveOut(line: Int, words: String, _ reason: String) { leftOut.append((line, words, reason)) }

  /// The patch, each value with the source's words beside it. Bands that follow each other make one equalizer.
  var text: String {
    var lines = [
      "# Imported from \(printable(origin)).", "patch \"\(printable(title).filter { $0 != "\"" && $0 != "\\" })\"", "",
    ]
    for item in leftOut { lines.append("# Not imported (line \(item.line)): \(printable(item.words)): \(item.reason)") }
    if !leftOut.isEmpty { lines.append("") }
    guard body.isEmpty else { return (lines + body.map(printable)).map { $0 + "\n" }.joined() }
    var chain = ["in"]
    var index = 0
    while index < steps.count {
      let name = "step_\(chain.count)"
      chain.append(name)
      guard steps[index].isBand else {
        lines.append(commented("\(name) = \(steps[index].effect)", steps[index].words))
        index += 1
        continue
      }
      lines.append("\(name) = eq {")
      // An equalizer takes 64 bands.
      let end = steps[index...].prefix(64).firstIndex { !$0.isBand } ?? min(index + 64, steps.count)
      for step in steps[index..<end] { lines.append(commented("  " + step.effect, step.words)) }
      lines.append("}")
      index = end
    }
    lines += ["", (chain + ["out"]).joined(separator: " -> ")]
    return lines.map { $0 + "\n" }.joined()
  }

  private func commented(_ code: String, _ words: String) -> String {
    code + String(repeating: " ", count: max(2, 40 - code.count)) + "# " + printable(words)
  }

  private func printable(_ text: String) -> String { String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }) }
}
