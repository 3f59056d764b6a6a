/// A JSON value to be written. Objects keep their order; numbers are written as given.
public indirect enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// The digits, which must be a JSON number.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Sendable, Hashable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  public static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

  /// The shortest digits that read back as `value`; null where it is not finite, which JSON cannot write.
  public static func double(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    let digits = value.description
    return .number(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
  }

  /// The members whose value is there, in the order given.
  public static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { key, value in value.map { Member(key, $0) } })
  }

  /// JSON text. What fits stands on one line, the rest is indented by two. Ends with a newline.
  ///
  /// - Parameter lineLength: what one line may hold.
  public func text(lineLength: Int = 100) -> String {
    var text = ""
    write(to: &text, indent: 0, used: 0, lineLength: lineLength)
    return text + "\n"
  }

  /// - Parameter used: columns already used on the line, and needed after the value.
  private func write(to text: inout String, indent: Int, used: Int, lineLength: Int) {
    let room = lineLength - used
    let inner: Int
    switch self {
    case .array(let values): inner = values.count
    case .object(let members): inner = members.count
    default: inner = 0
    }
    if inner == 0 || length(upTo: room) <= room { return writeInline(to: &text) }
    let margin = String(repeating: " ", count: indent + 2)
    switch self {
    case .array(let values):
      text += "[\n"
      for (index, value) in values.enumerated() {
        text += margin
        value.write(to: &text, indent: indent + 2, used: indent + 3, lineLength: lineLength)
        text += index == values.count - 1 ? "\n" : ",\n"
      }
      text += margin.dropLast(2) + "]"
    case .object(let members):
      text += "{\n"
      for (index, member) in members.enumerated() {
        let key = quotedJSON(member.key) + ": "
        text += margin + key
        member.value.write(to: &text, indent: indent + 2, used: indent + 3 + key.utf8.count, lineLength: lineLength)
        text += index == members.count - 1 ? "\n" : ",\n"
      }
      text += margin.dropLast(2) + "}"
    default: break
    }
  }

  private func writeInline(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let digits): text += digits
    case .string(let value): text += quotedJSON(value)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += ", " }
        value.writeInline(to: &text)
      }
      text += "]"
    case .object(let members):
      if members.isEmpty { text += "{}"; return }
      text += "{ "
      for (index, member) in members.enumerated() {
        if index > 0 { text += ", " }
        text += quotedJSON(member.key) + ": "
        member.value.writeInline(to: &text)
      }
      text += " }"
    }
  }

  /// Bytes on one line; stops counting beyond `limit`, so that deep values are not counted over and over.
  private func length(upTo limit: Int) -> Int {
    switch self {
    case .null: return 4
    case .bool(let value): return value ? 4 : 5
    case .number(let digits): return digits.utf8.count
    case .string(let value): return value.utf8.count + 2
    case .array(let values):
      var sum = 0
      for value in values where sum <= limit { sum += 2 + value.length(upTo: limit - sum) }
      return sum
    case .object(let members):
      var sum = 2
      for member in members where sum <= limit { sum += 6 + member.key.utf8.count + member.value.length(upTo: limit - sum) }
      return sum
    }
  }
}

/// `text` as a JSON string (RFC 8259), quotes included.
func quotedJSON(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FEFF}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
