/// One word or sign of a patch's text.
struct Token: Sendable {
  enum Kind: UInt8, Sendable {
    /// Letters, digits and `_`, not starting with a digit.
    case word
    /// Digits with a unit attached to them or not; never a sign.
    case number
    case string
    case arrow, equals, colon, comma, dot, range, dollar
    case plus, minus, times, slash
    case openBrace, closeBrace, openParenthesis, closeParenthesis, openBracket, closeBracket
    case newline, semicolon
    case end
    /// Already reported by the lexer.
    case bad
  }

  var kind: Kind
  var start: Int
  var end: Int
  /// Of a number: where its digits end and its unit starts.
  var digitsEnd = 0
  /// Whether a blank or a line's end stands before it.
  var isDetached: Bool
}

/// Words that start a statement and can name nothing.
public let keywords = ["patch", "control", "let", "use", "def"] + Region.allCases.map(\.rawValue)

/// Nodes that every patch has; nothing else may be called so.
public let reservedNodes = ["in", "out"]

/// Whether `text` may stand as a name: letters A to Z of either case, digits and `_`, not starting with a digit.
public func isName(_ text: String) -> Bool {
  var bytes = text.utf8.makeIterator()
  guard let first = bytes.next(), isNameStart(first) else { return false }
  while let byte = bytes.next() { if !isNamePart(byte) { return false } }
  return true
}

func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
func isNameStart(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == 0x5F }
func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }

/// What a patch may hold at most. Beyond them reading stops with a message, so that no text can exhaust the stack.
public enum SyntaxLimits {
  /// Bytes of one text.
  public static let bytes = 1 << 20
  /// Bytes of one text in JSON, which takes about ten times as many for the same patch.
  public static let jsonBytes = 1 << 24
  /// Braces within braces.
  public static let braces = 32
  /// Operators, signs and parentheses in one expression.
  public static let operations = 100
  /// Errors reported before reading stops; and warnings, which stop nothing.
  public static let errors = 20
  /// Arrays and objects within each other, in JSON.
  public static let jsonDepth = 512
}
