/// A JSON value that was read, with the place where it stands.
package struct JSONNode {
  package indirect enum Content {
    case null
    case bool(Bool)
    /// The digits as written.
    case number(String)
    case string(String)
    case array([JSONNode])
    case object([Member])
  }

  package struct Member {
    package var key: Spanned<String>
    package var value: JSONNode
  }

  package var content: Content
  package var span: SourceSpan

  /// What it is, as messages name it.
  package var kind: String {
    switch content {
    case .null: "`null`"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// Reads JSON (RFC 8259) with spans. Objects may not repeat a key.
package struct JSONReader {
  private let bytes: [UInt8]
  private let index: Int
  private var position = 0
  private var depth = 0

  /// - Parameter index: the source's place among those that spans may point into.
  package init(_ source: Source, index: Int) {
    bytes = source.bytes
    self.index = index
  }

  package struct Failure: Error {
    package var diagnostic: Diagnostic
  }

  /// The whole text as one value.
  package mutating func document() throws(Failure) -> JSONNode {
    let node = try value()
    skipBlanks()
    if position < bytes.count { throw expected("the end of the text") }
    return node
  }

  private func failure(_ mistake: SyntaxMistake, from start: Int, to end: Int) -> Failure {
    Failure(diagnostic: mistake.diagnostic(at: SourceSpan(source: index, start: start, end: end)))
  }

  private func expected(_ wanted: String) -> Failure {
    var end = position
    while end < bytes.count, isNamePart(bytes[end]) { end += 1 }
    if end == position, end < bytes.count {
      repeat { end += 1 } while end < bytes.count && bytes[end] & 0xC0 == 0x80
    }
    let found = end == position ? "the end of the text" : quoted(String(decoding: bytes[position..<end], as: UTF8.self))
    return failure(.expected(wanted, found: found), from: position, to: end)
  }

  private mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(Failure) -> JSONNode {
    skipBlanks()
    let start = position
    guard position < bytes.count else { throw expected("a value") }
    let content: JSONNode.Content
    switch bytes[position] {
    case UInt8(ascii: "{"): content = .object(try members())
    case UInt8(ascii: "["): content = .array(try elements())
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = .number(try number())
    default: content = try word()
    }
    return JSONNode(content: content, span: SourceSpan(source: index, start: start, end: position))
  }

  private mutating func word() throws(Failure) -> JSONNode.Content {
    for (word, content) in [("true", JSONNode.Content.bool(true)), ("false", .bool(false)), ("null", .null)] {
      let end = position + word.utf8.count
      if end <= bytes.count, bytes[position..<end].elementsEqual(word.utf8), end == bytes.count || !isNamePart(bytes[end]) {
        position = end
        return content
      }
    }
    throw expected("a value")
  }

  private mutating func enter() throws(Failure) {
    depth += 1
    if depth > SyntaxLimits.jsonDepth { throw failure(.jsonTooDeep, from: position, to: position + 1) }
    position += 1
  }

  private mutating func members() throws(Failure) -> [JSONNode.Member] {
    try enter()
    defer { depth -= 1 }
    var members: [JSONNode.Member] = []
    var keys: Set<String> = []
    if skip(UInt8(ascii: "}")) { return members }
    repeat {
      skipBlanks()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
      let key = Spanned(try string(), SourceSpan(source: index, start: start, end: position))
      if !keys.insert(key.value).inserted { throw failure(.repeatedKey(key.value), from: start, to: position) }
      guard skip(UInt8(ascii: ":")) else { throw expected("`:`") }
      members.append(JSONNode.Member(key: key, value: try value()))
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw expected("`,` or `}`") }
    return members
  }

  private mutating func elements() throws(Failure) -> [JSONNode] {
    try enter()
    defer { depth -= 1 }
    var elements: [JSONNode] = []
    if skip(UInt8(ascii: "]")) { return elements }
    repeat { elements.append(try value()) } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw expected("`,` or `]`") }
    return elements
  }

  private mutating func number() throws(Failure) -> String {
    let start = position
    while position < bytes.count, isNamePart(bytes[position]) || [0x2B, 0x2D, 0x2E].contains(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard isJSONNumber(text) else { throw failure(.badJSONNumber(text), from: start, to: position) }
    return text
  }

  private mutating func string() throws(Failure) -> String {
    let start = position
    var content: [UInt8] = []
    position += 1
    while position < bytes.count, bytes[position] >= 0x20 {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else { throw failure(.notUTF8, from: start, to: position) }
        return text
      }
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: String(Character(try escape())).utf8)
      } else {
        content.append(byte)
        position += 1
      }
    }
    throw failure(.unclosedJSONString, from: start, to: position)
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    let start = position
    position += 2
    switch position <= bytes.count ? bytes[position - 1] : 0 {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let first = fourDigits() else { break }
      if let scalar = Unicode.Scalar(first) { return scalar }
      // A character beyond the first plane is written as two halves.
      guard (0xD800..<0xDC00).contains(first), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      else { break }
      position += 2
      guard let second = fourDigits(), (0xDC00..<0xE000).contains(second) else { break }
      return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))!
    default: break
    }
    position = min(position, bytes.count)
    throw failure(.badJSONEscape(String(decoding: bytes[start..<position], as: UTF8.self)), from: start, to: position)
  }

  private mutating func fourDigits() -> UInt32? {
    guard position + 4 <= bytes.count, bytes[position..<position + 4].allSatisfy({ isNamePart($0) }) else { return nil }
    let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    if code != nil { position += 4 }
    return code
  }
}

/// Whether `text` is a number as JSON writes it: no plus sign, no leading zeros, digits around the point.
func isJSONNumber(_ text: String) -> Bool {
  var bytes = Array(text.utf8)[...]
  func skipDigits() -> Int {
    let count = bytes.prefix { isDigit($0) }.count
    bytes = bytes.dropFirst(count)
    return count
  }
  if bytes.first == UInt8(ascii: "-") { bytes = bytes.dropFirst() }
  let startsWithZero = bytes.first == UInt8(ascii: "0")
  let count = skipDigits()
  if count == 0 || startsWithZero && count > 1 { return false }
  if bytes.first == UInt8(ascii: ".") {
    bytes = bytes.dropFirst()
    if skipDigits() == 0 { return false }
  }
  if let mark = bytes.first, mark | 0x20 == UInt8(ascii: "e") {
    bytes = bytes.dropFirst()
    if let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { bytes = bytes.dropFirst() }
    if skipDigits() == 0 { return false }
  }
  return bytes.isEmpty
}
