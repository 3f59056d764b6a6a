import SoundFiles

/// Impulse responses: a sound file, or a text with a number in each line.
enum ImpulseResponseText {
  /// The most numbers that `fir` takes in braces.
  private static let most = 4_096

  /// Whether a text is nothing but numbers, one or more to a line, remarks aside.
  static func isOne(_ text: String) -> Bool {
    var numbers = 0
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" && $0 != ";" && $0 != "*" }.split { $0.isWhitespace || $0 == "," }
      for word in words {
        guard Double(word) != nil else { return false }
        numbers += 1
      }
    }
    return numbers > 0
  }

  static func read(_ text: String, into patch: inout ImportedPatch) {
    var values: [Double] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      for word in line.prefix(while: { $0 != "#" && $0 != ";" && $0 != "*" }).split(whereSeparator: {
        $0.isWhitespace || $0 == ","
      }) {
        guard let value = Double(word), value.isFinite else {
          patch.leaveOut(line: index + 1, words: String(word), "it is no number")
          continue
        }
        values.append(value)
      }
    }
    guard !values.isEmpty else { return }
    guard values.count <= most else {
      patch.leaveOut(
        line: 1, words: "\(values.count) numbers",
        "more than \(most) stand better in a sound file: write them as one and import that")
      return
    }
    let rows = stride(from: 0, to: values.count, by: 8).map { start in
      "  " + values[start..<min(start + 8, values.count)].map { plain($0) }.joined(separator: "; ")
    }
    patch.add("fir {\n" + rows.joined(separator: "\n") + "\n}", words: "\(values.count) coefficients")
  }
}
