/// Cuts a patch's text into tokens. Never fails: what it cannot read becomes a `.bad` token and a message.
struct Lexer {
  let source: Source
  let index: Int
  private(set) var tokens: [Token] = []
  private(set) var diagnostics: [Diagnostic] = []
  private var position = 0
  private var isDetached = true

  /// - Parameter index: the source's place among those that spans may point into.
  init(_ source: Source, index: Int) {
    self.source = source
    self.index = index
  }

  private var bytes: [UInt8] { source.bytes }

  private func byte(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  mutating func run() {
    tokens.reserveCapacity(bytes.count / 4 + 1)
    while position < bytes.count {
      skipBlanksAndComment()
      if position < bytes.count {
        let count = tokens.count
        readToken()
        isDetached = tokens.count > count && tokens[count].kind == .newline
      }
    }
    append(.end, from: position)
  }

  private mutating func skipBlanksAndComment() {
    while position < bytes.count {
      switch byte() {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
      // A no-break space comes along with text copied from pages.
      case 0xC2 where byte(1) == 0xA0: position += 2
      case UInt8(ascii: "#"): while position < bytes.count, byte() != 0x0A, byte() != 0x0D { position += 1 }
      default: return
      }
      isDetached = true
    }
  }

  private mutating func append(_ kind: Token.Kind, from start: Int, digitsEnd: Int = 0) {
    tokens.append(Token(kind: kind, start: start, end: position, digitsEnd: digitsEnd, isDetached: isDetached))
  }

  private mutating func report(_ mistake: SyntaxMistake, from start: Int, to end: Int) {
    diagnostics.append(mistake.diagnostic(at: SourceSpan(source: index, start: start, end: end)))
    if diagnostics.count > SyntaxLimits.errors { position = bytes.count }
  }

  private mutating func appendBad(_ mistake: SyntaxMistake, from start: Int) {
    report(mistake, from: start, to: position)
    append(.bad, from: start)
  }

  private func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

  private mutating func readToken() {
    let start = position
    let first = byte()
    if isNameStart(first) {
      while position < bytes.count, isNamePart(byte()) { position += 1 }
      return append(.word, from: start)
    }
    if isDigit(first) { return readNumber() }
    if first >= 0x80 { return readBeyondASCII() }
    if first == UInt8(ascii: "\"") { return readString() }
    position += 1
    let kind: Token.Kind
    switch first {
    case 0x0A: kind = .newline
    case 0x0D:
      if byte() == 0x0A, position < bytes.count { position += 1 }
      kind = .newline
    case UInt8(ascii: ";"): kind = .semicolon
    case UInt8(ascii: "{"): kind = .openBrace
    case UInt8(ascii: "}"): kind = .closeBrace
    case UInt8(ascii: "("): kind = .openParenthesis
    case UInt8(ascii: ")"): kind = .closeParenthesis
    case UInt8(ascii: "["): kind = .openBracket
    case UInt8(ascii: "]"): kind = .closeBracket
    case UInt8(ascii: "="): kind = .equals
    case UInt8(ascii: ":"): kind = .colon
    case UInt8(ascii: ","): kind = .comma
    case UInt8(ascii: "$"): kind = .dollar
    case UInt8(ascii: "+"): kind = .plus
    case UInt8(ascii: "*"): kind = .times
    case UInt8(ascii: "/"): kind = .slash
    case UInt8(ascii: "-"):
      if byte() == UInt8(ascii: ">") { position += 1; kind = .arrow } else { kind = .minus }
    case UInt8(ascii: "."):
      if byte() == UInt8(ascii: ".") { position += 1; kind = .range } else { kind = .dot }
    case UInt8(ascii: "%"): return appendBad(.detachedPercent, from: start)
    default: return appendBad(.strayCharacter(text(from: start)), from: start)
    }
    append(kind, from: start)
  }

  /// Digits, a fraction, an exponent and whatever letters or `%` are attached.
  private mutating func readNumber() {
    let start = position
    skipDigits()
    if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
      position += 1
      skipDigits()
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let signLength = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
      if isDigit(byte(1 + signLength)) {
        position += 1 + signLength
        skipDigits()
      }
    }
    let digitsEnd = position
    // Beyond ASCII there is no unit, but `µs` should be told from a stray character.
    while position < bytes.count, isNamePart(byte()) || byte() == UInt8(ascii: "%") || byte() >= 0x80 && !isBlankBeyondASCII {
      position += 1
    }
    let unit = bytes[digitsEnd..<position]
    let hasSecondPoint = byte() == UInt8(ascii: ".") && isDigit(byte(1))
    if unit.contains(where: isDigit) || unit.contains(UInt8(ascii: "_")) || hasSecondPoint {
      while position < bytes.count, isNamePart(byte()) || byte() == UInt8(ascii: "."), !(byte() == 0x2E && byte(1) == 0x2E) {
        position += 1
      }
      return appendBad(.badNumber(text(from: start)), from: start)
    }
    if Double(String(decoding: bytes[start..<digitsEnd], as: UTF8.self))?.isFinite != true {
      return appendBad(.numberTooLarge(text(from: start)), from: start)
    }
    append(.number, from: start, digitsEnd: digitsEnd)
  }

  private mutating func skipDigits() { while position < bytes.count, isDigit(byte()) { position += 1 } }

  private var isBlankBeyondASCII: Bool { byte() == 0xC2 && byte(1) == 0xA0 }

  private mutating func readString() {
    let start = position
    position += 1
    var isBad = false
    while position < bytes.count, byte() != 0x0A, byte() != 0x0D {
      if byte() == UInt8(ascii: "\"") {
        position += 1
        let content = start + 1..<position - 1
        if !isBad, String(validating: bytes[content], as: UTF8.self) == nil {
          report(.notUTF8, from: start, to: position)
          isBad = true
        }
        return append(isBad ? .bad : .string, from: start)
      }
      if byte() == UInt8(ascii: "\\") {
        let escape = position
        if unescape(bytes, at: &position) == nil {
          report(.badEscape(text(from: escape)), from: escape, to: position)
          isBad = true
        }
      } else {
        position += 1
      }
    }
    appendBad(.unclosedString, from: start)
  }

  /// Characters that word processors put in place of ours get the right one named.
  private mutating func readBeyondASCII() {
    let start = position
    let length = byte() >= 0xF0 ? 4 : byte() >= 0xE0 ? 3 : 2
    position = min(position + length, bytes.count)
    guard let character = String(validating: bytes[start..<position], as: UTF8.self) else {
      position = start + 1
      while position < bytes.count, byte() >= 0x80 { position += 1 }
      return appendBad(.notUTF8, from: start)
    }
    switch character {
    case "→", "⟶", "➜", "➔", "⇒": appendBad(.lookalike(character, write: "->"), from: start)
    case "−", "–", "—", "‐", "‑": appendBad(.lookalike(character, write: "-"), from: start)
    case "“", "”", "„", "‟", "«", "»": appendBad(.lookalike(character, write: "\""), from: start)
    case "×": appendBad(.lookalike(character, write: "*"), from: start)
    case "÷": appendBad(.lookalike(character, write: "/"), from: start)
    case "…": appendBad(.lookalike(character, write: ".."), from: start)
    default:
      guard character.unicodeScalars.allSatisfy(\.properties.isAlphabetic) else {
        return appendBad(.strayCharacter(character), from: start)
      }
      while isNamePart(byte()) || byte() >= 0x80 && !isBlankBeyondASCII, position < bytes.count { position += 1 }
      appendBad(.foreignLetters(text(from: start)), from: start)
    }
  }
}

/// Reads the escape at `position`, which stands on a backslash, and moves past it; nil where there is none such.
func unescape(_ bytes: [UInt8], at position: inout Int) -> Unicode.Scalar? {
  position += 1
  guard position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D else { return nil }
  let letter = bytes[position]
  position += 1
  switch letter {
  case UInt8(ascii: "\""): return "\""
  case UInt8(ascii: "\\"): return "\\"
  case UInt8(ascii: "n"): return "\n"
  case UInt8(ascii: "t"): return "\t"
  case UInt8(ascii: "u") where position < bytes.count && bytes[position] == UInt8(ascii: "{"):
    position += 1
    let digits = position
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
    let code = String(decoding: bytes[digits..<position], as: UTF8.self)
    guard position < bytes.count, bytes[position] == UInt8(ascii: "}") else { return nil }
    position += 1
    return UInt32(code, radix: 16).flatMap(Unicode.Scalar.init)
  default:
    while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
    return nil
  }
}

/// The value of a string token, quotes included in `bytes`.
func unescapedString(_ bytes: [UInt8], from start: Int, to end: Int) -> String {
  var content: [UInt8] = []
  var position = start + 1
  while position < end - 1 {
    if bytes[position] == UInt8(ascii: "\\"), let scalar = unescape(bytes, at: &position) {
      content.append(contentsOf: Array(String(Character(scalar)).utf8))
    } else {
      content.append(bytes[position])
      position += 1
    }
  }
  return String(decoding: content, as: UTF8.self)
}
