/// The rules of an EBNF as the reference prints them, and random sentences that they allow.
struct Grammar {
  indirect enum Rule {
    case literal(String)
    case name(String)
    case sequence([Rule])
    case choice([Rule])
    case optional(Rule)
    case repeated(Rule)
  }

  private(set) var rules: [String: Rule] = [:]
  /// Rules whose words stand without blanks between them.
  private(set) var attached: Set<String> = []
  private var tokens: [String] = []
  private var position = 0

  mutating func add(_ text: String, attached isAttached: Bool) {
    tokens = Self.tokens(of: text)
    position = 0
    while position < tokens.count {
      let name = next()
      precondition(next() == "=", "a rule is written name = …")
      rules[name] = choice()
      precondition(next() == ";", "the rule \(name) ends with a semicolon")
      if isAttached { attached.insert(name) }
    }
  }

  /// Names that no rule explains.
  var terminals: Set<String> {
    func names(_ rule: Rule) -> [String] {
      switch rule {
      case .literal: []
      case .name(let name): [name]
      case .sequence(let rules), .choice(let rules): rules.flatMap(names)
      case .optional(let rule), .repeated(let rule): names(rule)
      }
    }
    return Set(rules.values.flatMap(names)).subtracting(rules.keys)
  }

  // MARK: Reading

  private static func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    var rest = Substring(text)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "\"" {
        let end = rest.dropFirst().firstIndex(of: "\"")!
        tokens.append(String(rest[..<end]))
        rest = rest[rest.index(after: end)...]
      } else if first.isLetter {
        let word = rest.prefix { $0.isLetter }
        tokens.append(String(word))
        rest = rest.dropFirst(word.count)
      } else {
        tokens.append(String(rest.removeFirst()))
      }
    }
    return tokens
  }

  private mutating func next() -> String {
    position += 1
    return tokens[position - 1]
  }

  private mutating func choice() -> Rule {
    var rules = [sequence()]
    while tokens[position] == "|" {
      position += 1
      rules.append(sequence())
    }
    return rules.count == 1 ? rules[0] : .choice(rules)
  }

  private mutating func sequence() -> Rule {
    var rules: [Rule] = []
    while !["|", ";", ")", "]", "}"].contains(tokens[position]) { rules.append(single()) }
    return rules.count == 1 ? rules[0] : .sequence(rules)
  }

  private mutating func single() -> Rule {
    let token = next()
    switch token {
    case "(", "[", "{":
      let inner = choice()
      _ = next()
      return token == "(" ? inner : token == "[" ? .optional(inner) : .repeated(inner)
    default: return token.hasPrefix("\"") ? .literal(String(token.dropFirst())) : .name(token)
    }
  }

  // MARK: Writing

  /// A sentence of the rule `name`; beyond a depth the shortest one, which the rules name first.
  func sentence(_ name: String, _ random: inout SeededGenerator, terminals: [String: [String]], depth: Int = 0) -> String {
    guard let rule = rules[name] else { return terminals[name]!.randomElement(using: &random)! }
    return words(rule, &random, terminals, depth + 1).joined(separator: attached.contains(name) ? "" : " ")
  }

  private func words(_ rule: Rule, _ random: inout SeededGenerator, _ terminals: [String: [String]], _ depth: Int) -> [String] {
    let isDeep = depth > 12
    switch rule {
    case .literal(let text): return [text]
    case .name(let name): return [sentence(name, &random, terminals: terminals, depth: depth)]
    case .sequence(let rules): return rules.flatMap { words($0, &random, terminals, depth) }
    case .choice(let rules): return words(isDeep ? rules[0] : rules.randomElement(using: &random)!, &random, terminals, depth)
    case .optional(let rule): return isDeep || Bool.random(using: &random) ? [] : words(rule, &random, terminals, depth)
    case .repeated(let rule):
      return (0..<(isDeep ? 0 : Int.random(in: 0...2, using: &random))).flatMap { _ in words(rule, &random, terminals, depth) }
    }
  }
}
