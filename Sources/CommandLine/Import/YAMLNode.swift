/// What configuration files write in YAML: mappings and lists by indentation or in brackets, and scalars. No anchors, tags or
/// texts over several lines; a file that has them is refused with the line.
///
/// Source: YAML 1.2.2, chapters 7 and 8, as far as it goes.
struct YAMLNode {
  indirect enum Value {
    case scalar(String)
    case list([YAMLNode])
    case mapping([(key: String, value: YAMLNode)])
  }

  var value: Value
  var line: Int

  struct Mistake: Error {
    var line: Int
    var reason: String
  }

  subscript(key: String) -> YAMLNode? {
    guard case .mapping(let pairs) = value else { return nil }
    return pairs.first { $0.key == key }?.value
  }

  /// nil for what is no scalar, and for `null` and `~`.
  var text: String? {
    guard case .scalar(let text) = value, text != "null", text != "~", !text.isEmpty else { return nil }
    return text
  }

  var number: Double? { text.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }
  var isTrue: Bool { text?.lowercased() == "true" || text?.lowercased() == "yes" }
  var items: [YAMLNode] { if case .list(let items) = value { items } else { [] } }
  var pairs: [(key: String, value: YAMLNode)] { if case .mapping(let pairs) = value { pairs } else { [] } }

  static func parse(_ text: String) throws(Mistake) -> YAMLNode {
    var reader = YAMLReader(text)
    return try reader.document()
  }
}

/// Lines with their indentation, read from the top.
private struct YAMLReader {
  private struct Line {
    var number: Int
    var indent: Int
    var text: String
  }

  private var lines: [Line] = []
  private var next = 0
  private var depth = 0

  init(_ text: String) {
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let body = Self.withoutComment(String(raw))
      let indent = body.prefix { $0 == " " }.count
      let content = String(body.dropFirst(indent)).trimmed
      if content.isEmpty || content == "---" || content == "..." || content.hasPrefix("%") { continue }
      lines.append(Line(number: index + 1, indent: indent, text: content))
    }
  }

  private static func withoutComment(_ line: String) -> String {
    var quote: Character?
    var previous: Character = " "
    for (index, character) in zip(line.indices, line) {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "#", previous == " " || previous == "\t" {
        return String(line[..<index])
      }
      previous = character
    }
    return line
  }

  mutating func document() throws(YAMLNode.Mistake) -> YAMLNode {
    guard let first = lines.first else { return YAMLNode(value: .mapping([]), line: 1) }
    let node = try block(first.indent)
    if next < lines.count { throw .init(line: lines[next].number, reason: "the indentation fits nothing above") }
    return node
  }

  /// The lines from here on that stand at one indentation.
  private mutating func block(_ indent: Int) throws(YAMLNode.Mistake) -> YAMLNode {
    depth += 1
    defer { depth -= 1 }
    let line = lines[next]
    if depth > 64 { throw .init(line: line.number, reason: "it is nested too deep") }
    if line.text == "-" || line.text.hasPrefix("- ") { return try list(indent) }
    return try mapping(indent)
  }

  private mutating func list(_ indent: Int) throws(YAMLNode.Mistake) -> YAMLNode {
    let start = lines[next].number
    var items: [YAMLNode] = []
    while next < lines.count, lines[next].indent == indent, lines[next].text == "-" || lines[next].text.hasPrefix("- ") {
      let rest = String(lines[next].text.dropFirst()), shift = 1 + rest.prefix { $0 == " " }.count
      let content = rest.trimmed
      if content.isEmpty {
        next += 1
        items.append(try nested(under: indent, line: lines[next - 1].number))
      } else if Self.colon(in: content) != nil, !content.hasPrefix("{"), !content.hasPrefix("[") || content.hasPrefix("- ") {
        // A mapping that starts beside the dash.
        lines[next].indent = indent + shift
        lines[next].text = content
        items.append(try block(indent + shift))
      } else {
        items.append(try Self.scalar(content, line: lines[next].number))
        next += 1
      }
    }
    return YAMLNode(value: .list(items), line: start)
  }

  private mutating func mapping(_ indent: Int) throws(YAMLNode.Mistake) -> YAMLNode {
    let start = lines[next].number
    var pairs: [(key: String, value: YAMLNode)] = []
    while next < lines.count, lines[next].indent == indent, !lines[next].text.hasPrefix("- "), lines[next].text != "-" {
      let line = lines[next]
      guard let colon = Self.colon(in: line.text) else {
        throw .init(line: line.number, reason: "a key and a colon should stand here")
      }
      let key = Self.unquoted(String(line.text[..<colon]).trimmed)
      let content = String(line.text[line.text.index(after: colon)...]).trimmed
      next += 1
      if content.isEmpty {
        pairs.append((key, try nested(under: indent, line: line.number, listMayAlign: true)))
      } else {
        pairs.append((key, try Self.scalar(content, line: line.number)))
      }
    }
    return YAMLNode(value: .mapping(pairs), line: start)
  }

  /// What stands deeper than the line before; nothing is an empty scalar.
  private mutating func nested(under indent: Int, line: Int, listMayAlign: Bool = false) throws(YAMLNode.Mistake) -> YAMLNode {
    guard next < lines.count else { return YAMLNode(value: .scalar(""), line: line) }
    let isAligned = listMayAlign && lines[next].indent == indent && (lines[next].text.hasPrefix("- ") || lines[next].text == "-")
    guard lines[next].indent > indent || isAligned else { return YAMLNode(value: .scalar(""), line: line) }
    return try block(lines[next].indent)
  }

  /// The colon that ends a key: outside quotes and brackets, with a space or nothing behind it.
  private static func colon(in text: String) -> String.Index? {
    var quote: Character?
    var open = 0
    for (index, character) in zip(text.indices, text) {
      if let mark = quote {
        if character == mark { quote = nil }
        continue
      }
      switch character {
      case "\"", "'": quote = character
      case "[", "{": open += 1
      case "]", "}": open -= 1
      case ":" where open == 0:
        let after = text.index(after: index)
        if after == text.endIndex || text[after] == " " || text[after] == "\t" { return index }
      default: break
      }
    }
    return nil
  }

  private static func unquoted(_ text: String) -> String {
    guard let first = text.first, first == "\"" || first == "'", text.count > 1, text.last == first else { return text }
    return String(text.dropFirst().dropLast())
  }

  private static func scalar(_ text: String, line: Int) throws(YAMLNode.Mistake) -> YAMLNode {
    if let first = text.first, "&*!|>".contains(first) {
      throw .init(line: line, reason: "anchors, tags and texts over several lines are not read")
    }
    guard text.hasPrefix("[") || text.hasPrefix("{") else { return YAMLNode(value: .scalar(unquoted(text)), line: line) }
    guard text.count > 1, text.last == (text.hasPrefix("[") ? "]" : "}") else {
      throw .init(line: line, reason: "a bracket is not closed on its line")
    }
    let parts = split(String(text.dropFirst().dropLast()))
    if text.hasPrefix("[") {
      var items: [YAMLNode] = []
      for part in parts { items.append(try scalar(part, line: line)) }
      return YAMLNode(value: .list(items), line: line)
    }
    var pairs: [(key: String, value: YAMLNode)] = []
    for part in parts {
      guard let colon = colon(in: part) else { throw .init(line: line, reason: "a key and a colon should stand here") }
      let content = String(part[part.index(after: colon)...]).trimmed
      pairs.append((unquoted(String(part[..<colon]).trimmed), try scalar(content, line: line)))
    }
    return YAMLNode(value: .mapping(pairs), line: line)
  }

  /// At commas outside quotes and brackets.
  private static func split(_ text: String) -> [String] {
    var parts: [String] = []
    var current = ""
    var quote: Character?
    var open = 0
    for character in text {
      if let mark = quote {
        if character == mark { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if "[{".contains(character) {
        open += 1
      } else if "]}".contains(character) {
        open -= 1
      } else if character == ",", open == 0 {
        parts.append(current.trimmed)
        current = ""
        continue
      }
      current.append(character)
    }
    if !current.trimmed.isEmpty { parts.append(current.trimmed) }
    return parts
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }
}
