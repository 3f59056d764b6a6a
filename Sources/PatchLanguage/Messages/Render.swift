/// Everything found wrong, as a person reads it: each message with its line and a caret under the exact token, in order of
/// text, and their number where there are several. Ends with a newline.
///
/// - Parameter color: whether to use a terminal's colours.
public func render(_ failure: PatchFailure, color: Bool = false) -> String {
  render(failure.diagnostics, sources: failure.sources, color: color)
}

/// As `render(_:color:)`, for messages that come without a failure, such as warnings.
public func render(_ diagnostics: [Diagnostic], sources: [Source], color: Bool = false) -> String {
  let ordered = diagnostics.enumerated().sorted { a, b in
    let first = (a.element.span?.source ?? .max, a.element.span?.start ?? 0, a.offset)
    return first < (b.element.span?.source ?? .max, b.element.span?.start ?? 0, b.offset)
  }.map(\.element)
  var blocks = ordered.map { render($0, sources: sources, paint: Paint(isOn: color)) }
  if ordered.count > 1 { blocks.append(summary(of: ordered) + "\n") }
  return blocks.joined(separator: "\n")
}

/// `2 errors, 1 warning`
private func summary(of diagnostics: [Diagnostic]) -> String {
  [Diagnostic.Severity.error, .warning, .note].compactMap { severity in
    let count = diagnostics.count { $0.severity == severity }
    return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
  }.joined(separator: ", ")
}

private func render(_ diagnostic: Diagnostic, sources: [Source], paint: Paint) -> String {
  let hue = diagnostic.severity == .error ? Paint.red : diagnostic.severity == .warning ? Paint.yellow : Paint.blue
  var text = paint(diagnostic.severity.rawValue, hue) + paint(": " + visible(diagnostic.message), Paint.bold) + "\n"
  // Two columns for the number keep the messages of an ordinary patch in line with each other.
  var gutter = "  "
  if let span = diagnostic.span, sources.indices.contains(span.source) {
    let source = sources[span.source]
    let excerpt = Excerpt(span, in: source)
    let number = String(excerpt.line)
    gutter = String(repeating: " ", count: max(2, number.utf8.count))
    let padded = gutter.dropFirst(number.utf8.count) + number
    let line = excerpt.text.isEmpty ? "" : " " + excerpt.text
    text += gutter + paint("-->", Paint.blue) + " \(visible(source.name)):\(excerpt.line):\(excerpt.column)\n"
    text += gutter + paint(" |", Paint.blue) + "\n"
    text += paint(padded + " |", Paint.blue) + line + "\n"
    let mark = String(repeating: "^", count: excerpt.width)
    text += gutter + paint(" |", Paint.blue) + String(repeating: " ", count: excerpt.indent + 1) + paint(mark, hue) + "\n"
  }
  for note in diagnostic.notes { text += gutter + paint(" = ", Paint.blue) + visible(note) + "\n" }
  return text
}

/// ANSI colours, or none.
private struct Paint {
  static let red = "1;31", yellow = "1;33", blue = "1;34", bold = "1"

  let isOn: Bool

  func callAsFunction(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
