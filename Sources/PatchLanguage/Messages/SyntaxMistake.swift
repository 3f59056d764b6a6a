/// What can be wrong with the spelling of a patch, before any name is looked up. Every sentence about it is written here.
enum SyntaxMistake {
  // Characters
  case strayCharacter(String)
  case foreignLetters(String)
  case lookalike(String, write: String)
  case notUTF8
  case notText
  case unclosedString
  case badEscape(String)
  case leadingPoint(String)
  case trailingPoint(digits: String, unit: String)
  case badNumber(String)
  case numberTooLarge(String)
  case detachedUnit(number: String, unit: String)
  case detachedPercent

  // Structure
  case unclosed(opener: String)
  case unmatched(closer: String)
  case statementStart(String)
  case strayAfter(what: String, found: String)
  case arrowWithoutStart
  case arrowWithoutEnd
  case connectsNothing(String)
  case expected(String, found: String)
  case nothingFollows(what: String, wanted: String)

  // Names
  case keywordAsName(String)
  case reservedName(String)
  case reservedAsEffect(String)
  case nodeAsValue(String)
  case argumentsOfNode(String)
  case badChannel(String)

  // Statements
  case patchNotFirst
  case onlyAtTopLevel(String)
  case parameterWithoutDefault(String)
  case valueAsEffect(name: String, value: String)
  case arrowInDeclaration(name: String)
  case scaleWord(String)
  case notWhole(String, ClosedRange<Int>, String)
  case regionWithoutBody(Region)
  case arrowInList
  case bracesInList

  // Values
  case bareOperator(String)
  case badRatio
  case keyAfter(String)
  case positionalAfterKey

  // Edges
  case emptyBrackets
  case repeatedInBrackets(String)
  case marksWithoutNode
  case edgeAtEnd

  // JSON
  case jsonTooDeep
  case badJSONNumber(String)
  case unclosedJSONString
  case badJSONEscape(String)
  case repeatedKey(String)
  case unknownKey(String, of: String, known: [String])
  case missingKey(String, of: String)
  case wrongJSONKind(String, found: String)
  case shapeless(String, keys: [String])
  case noName(String)
  case noUnit(String)
  case unknownVersion
  case shortConnection
  case bodyOfEffect(String)
  case itemsOfRegion(Region)

  // Limits
  case textTooLarge(limit: Int)
  case nestedTooDeep
  case expressionTooLong
  case tooManyErrors
}

extension SyntaxMistake {
  var message: String {
    switch self {
    case .strayCharacter(let text): "\(quoted(text)) has no meaning here"
    case .foreignLetters(let text): "\(quoted(text)) cannot stand in a name"
    case .lookalike(let text, let write): "\(quoted(text)) is not \(quoted(write)), though it looks like it"
    case .notUTF8: "this is not valid UTF-8"
    case .notText: "this is not a text: it holds a zero byte"
    case .unclosedString: "this string is not closed on its line"
    case .badEscape(let text): "unknown escape \(quoted(text)) in a string"
    case .leadingPoint: "a number starts with a digit"
    case .trailingPoint: "digits must follow the point of a number"
    case .badNumber(let text): "\(quoted(text)) is not a number with a unit"
    case .numberTooLarge(let text): "\(quoted(text)) is larger than any number can be"
    case .detachedUnit(_, let unit): "the unit \(quoted(unit)) must be attached to its number"
    case .detachedPercent: "`%` must be attached to a number"

    case .unclosed(let opener): "this \(quoted(opener)) is never closed"
    case .unmatched(let closer): "nothing is open that this \(quoted(closer)) could close"
    case .statementStart(let found): "a statement cannot start with \(found)"
    case .strayAfter(let what, let found): "unexpected \(found) after \(what)"
    case .arrowWithoutStart: "a line cannot start with an arrow"
    case .arrowWithoutEnd: "nothing follows this arrow"
    case .connectsNothing(let text): "\(quoted(text)) alone connects nothing"
    case .expected(let wanted, let found): "expected \(wanted), found \(found)"
    case .nothingFollows(let what, let wanted): "\(what) needs \(wanted)"

    case .keywordAsName(let word): "\(quoted(word)) is a keyword and cannot be a name"
    case .reservedName(let word): "\(quoted(word)) is a node of every patch and cannot name anything else"
    case .reservedAsEffect(let word): "\(quoted(word)) is a node, not an effect"
    case .nodeAsValue(let word): "\(quoted(word)) is a node, not a value"
    case .argumentsOfNode(let word): "\(quoted(word)) is a node and takes no arguments"
    case .badChannel(let text): "\(quoted(text)) is not a channel"

    case .patchNotFirst: "`patch` stands once, before every other statement"
    case .onlyAtTopLevel(let word): "\(quoted(word)) stands at the top level of a patch only"
    case .parameterWithoutDefault(let name): "the parameter \(quoted(name)) needs a default value"
    case .valueAsEffect(let name, _): "\(quoted(name)) is made from an effect, not from a value"
    case .arrowInDeclaration: "a declaration makes one actor and connects nothing"
    case .scaleWord(let word): "\(quoted(word)) is not a scale"
    case .notWhole(let what, let range, let found):
      "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound), not \(quoted(found))"
    case .regionWithoutBody(let region): "\(quoted(region.rawValue)) needs \(region.content) in braces"
    case .arrowInList: "a list holds no connections"
    case .bracesInList: "an item of a list holds no braces"

    case .bareOperator(let sign): "a bare \(quoted(sign)) cannot stand in an argument"
    case .badRatio: "a ratio is two numbers without units"
    case .keyAfter(let key): "\(quoted(key + "=")) needs a value"
    case .positionalAfterKey: "an argument without a name cannot follow named ones"

    case .emptyBrackets: "these brackets are empty"
    case .repeatedInBrackets(let what): "an edge takes \(what) once"
    case .marksWithoutNode: "two pairs of brackets stand on one edge"
    case .edgeAtEnd: "brackets stand between two nodes"

    case .jsonTooDeep: "arrays and objects nest at most \(SyntaxLimits.jsonDepth) deep"
    case .badJSONNumber(let text): "\(quoted(text)) is not a number in JSON"
    case .unclosedJSONString: "this string is not closed on its line"
    case .badJSONEscape(let text): "unknown escape \(quoted(text)) in a string"
    case .repeatedKey(let key): "the key \(quoted(key)) stands twice in this object"
    case .unknownKey(let key, let what, _): "\(what) has no key \(quoted(key))"
    case .missingKey(let key, let what): "\(what) needs the key \(quoted(key))"
    case .wrongJSONKind(let wanted, let found): "expected \(wanted), found \(found)"
    case .shapeless(let what, _): "this object is not \(what)"
    case .noName(let text): "\(quoted(text)) is not a name"
    case .noUnit(let text): "\(quoted(text)) is not a unit"
    case .unknownVersion: "this version of the format is unknown"
    case .shortConnection: "a chain connects at least two nodes"
    case .bodyOfEffect(let name): "\(quoted(name)) has no statements in it; only \(Region.phrase) have"
    case .itemsOfRegion(let region): "\(quoted(region.rawValue)) holds statements, not items"

    case .textTooLarge(let limit): "a patch is at most \(limit) bytes long"
    case .nestedTooDeep: "braces nest at most \(SyntaxLimits.braces) deep"
    case .expressionTooLong: "an expression holds at most \(SyntaxLimits.operations) operators, signs and parentheses"
    case .tooManyErrors: "too many errors; the rest of the text is not read"
    }
  }

  var notes: [String] {
    switch self {
    case .foreignLetters: ["help: names are made of the letters A to Z and a to z, digits and `_`"]
    case .lookalike(_, let write): ["help: write \(quoted(write))"]
    case .unclosedString: ["help: end it with `\"`; a quote inside is written `\\\"`"]
    case .badEscape: ["help: there are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`"]
    case .leadingPoint(let text): ["help: write `0\(text)`"]
    case .trailingPoint(let digits, let unit): ["help: write `\(digits)\(unit)` or `\(digits).0\(unit)`"]
    case .badNumber: ["help: a number looks like `12`, `-0.5`, `1e-3` or `2.5kHz`"]
    case .detachedUnit(let number, let unit): ["help: write `\(number)\(unit)`"]
    case .detachedPercent: ["help: write `35%`"]
    case .unclosed(let opener):
      switch opener {
      case "{": ["help: a `}` must follow its last line"]
      case "[": ["help: put the `]` on the same line"]
      default: ["help: put the `)` on the same line"]
      }
    case .arrowWithoutStart: ["help: end the line before with `->`; it then goes on here"]
    case .arrowWithoutEnd: ["help: name the node it leads to"]
    case .connectsNothing(let text):
      if reservedNodes.contains(text) {
        ["help: connect it, as in `in -> gain -3dB -> out`"]
      } else {
        ["help: connect it, as in \(quoted("in -> \(text) -> out")), or give it a name, as in \(quoted("name = \(text)"))"]
      }
    case .keywordAsName: ["keywords: \(keywords.joined(separator: ", "))"]
    case .reservedAsEffect(let word), .nodeAsValue(let word), .argumentsOfNode(let word):
      ["help: is an arrow missing, as in `\(word == "out" ? "-> out" : "\(word) -> …")`?"]
    case .badChannel: ["help: a channel is `left`, `right` or a number from 1"]
    case .onlyAtTopLevel: ["help: move it out of the body that it stands in"]
    case .parameterWithoutDefault(let name): ["help: write it as in `\(name)=440Hz`"]
    case .valueAsEffect(let name, let value): ["help: a constant is written `let \(name) = \(value)`"]
    case .arrowInDeclaration(let name): ["help: connect it on a line of its own, as in `in -> \(name) -> out`"]
    case .scaleWord:
      ["help: after the range there may stand `log` or `linear`, then `midi cc` and a number, then a label in quotes"]
    case .regionWithoutBody(let region): ["help: write it as in `\(region.example)`"]
    case .arrowInList: ["help: is an earlier `{` not closed? Only `def` and regions such as `oversample` hold connections"]
    case .bareOperator: ["help: put the calculation in parentheses, as in `gain ($trim - 3dB)`"]
    case .badRatio: ["help: write it as in `4:1`"]
    case .emptyBrackets: ["help: they hold initial tokens, as in `[375ms]` or `[1 sample]`, or `unaligned`"]
    case .edgeAtEnd: ["help: write it as in `a -> [375ms] -> b`"]
    case .badJSONNumber: ["help: a number that JSON cannot write, such as `+3`, is written as a string"]
    case .badJSONEscape: [#"help: there are `\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t` and `\uXXXX`"#]
    case .unknownKey(let key, _, let known): didYouMean(key, among: known)
    case .shapeless(_, let keys): ["help: one of these keys says what it is: \(keys.map { quoted($0) }.joined(separator: ", "))"]
    case .noName: ["help: names are made of the letters A to Z and a to z, digits and `_`"]
    case .unknownVersion: ["help: `\"talea\"` must be \(patchFormatVersion)"]
    default: []
    }
  }

  func diagnostic(at span: SourceSpan) -> Diagnostic { Diagnostic(.error, message, at: span, notes: notes) }
}

/// `text` as messages show it: in backticks, on one line, cut to a readable length, control characters made visible.
public func quoted(_ text: String) -> String {
  let line = text.split { $0.isWhitespace }.joined(separator: " ")
  return "`" + visible(line.count <= 60 ? line : String(line.prefix(59)) + "…") + "`"
}

/// `text` without characters that would move a terminal's cursor or turn its direction of writing.
func visible(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { result.append(isUnprintable(scalar) ? "\u{FFFD}" : scalar) }
  return String(result)
}

private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
  default: false
  }
}
