/// Where a span stands, as a person counts it, and the line to show it in.
struct Excerpt {
  /// From 1. A line ends at LF, CR or CR LF.
  let line: Int
  /// From 1, counted in characters; a tab is one.
  let column: Int
  /// The line with tabs as four blanks and unprintable characters replaced, cut where it is very long.
  let text: String
  /// Columns of a terminal before the marked part, and its width there (at least 1).
  let indent: Int
  let width: Int

  /// Shown at most, in columns of a terminal.
  static let longestLine = 160

  init(_ span: SourceSpan, in source: Source) {
    let bytes = source.bytes
    let start = min(max(span.start, 0), bytes.count)
    var lineStart = 0
    var line = 1
    var at = 0
    while at < start {
      let isReturnBeforeFeed = bytes[at] == 0x0D && at + 1 < bytes.count && bytes[at + 1] == 0x0A
      if bytes[at] == 0x0A || bytes[at] == 0x0D, !isReturnBeforeFeed {
        line += 1
        lineStart = at + 1
      }
      at += 1
    }
    let lineEnd = bytes[lineStart...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
    let markStart = min(start, lineEnd)
    let markEnd = min(max(span.end, markStart), lineEnd)
    let before = String(decoding: bytes[lineStart..<markStart], as: UTF8.self)
    let marked = shown(String(decoding: bytes[markStart..<markEnd], as: UTF8.self))
    let after = shown(String(decoding: bytes[markEnd..<lineEnd], as: UTF8.self))
    self.line = line
    column = before.count + 1
    var shownBefore = shown(before)
    var mark = marked
    if columns(of: mark) > Excerpt.longestLine / 2 { mark = prefix(of: mark, columns: Excerpt.longestLine / 2) + "…" }
    if columns(of: shownBefore) > Excerpt.longestLine / 2 {
      shownBefore = "…" + suffix(of: shownBefore, columns: Excerpt.longestLine / 2 - 1)
    }
    let room = Excerpt.longestLine - columns(of: shownBefore) - columns(of: mark)
    text = shownBefore + mark + (columns(of: after) > room ? prefix(of: after, columns: room) + "…" : after)
    indent = columns(of: shownBefore)
    width = max(1, columns(of: mark))
  }
}

private func shown(_ text: String) -> String {
  visible(text.contains("\t") ? String(text.flatMap { $0 == "\t" ? "    " : String($0) }) : text)
}

private func prefix(of text: String, columns limit: Int) -> String {
  var used = 0
  return String(
    text.prefix {
      used += columns(of: $0); return used <= limit
    })
}

private func suffix(of text: String, columns limit: Int) -> String {
  var used = 0
  var kept: [Character] = []
  for character in text.reversed() {
    used += columns(of: character)
    if used > limit { break }
    kept.append(character)
  }
  return String(kept.reversed())
}

func columns(of text: String) -> Int {
  text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.reduce(0) { $0 + columns(of: $1) }
}

/// Columns that a terminal gives a character: 2 for wide East Asian ones and emoji (Unicode Standard Annex 11), 0 for
/// a mark without anything to stand on, else 1.
func columns(of character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  if first.value < 0x300 { return 1 }
  if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
  switch first.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
    return 2
  default: break
  }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: return 1
  }
}
