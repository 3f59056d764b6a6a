@testable import PatchLanguage

/// A small generator of numbers that gives the same ones on every run (SplitMix64, Steele et al. 2014).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Makes patches of every shape that the types allow, sensible or not: parentheses where none are needed and none where
/// they are, names like units and keywords' neighbours, strings with everything in them.
struct RandomPatch {
  var random: SeededGenerator
  private let nowhere = SourceSpan(source: 0, start: 0, end: 0)

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func patch() -> Patch {
    var patch = Patch(sources: [Source(name: "random", text: "")])
    if chance(2) { patch.title = string() }
    patch.isUnaligned = chance(4)
    patch.statements = list(0...6) { $0.statement(isTopLevel: true, depth: 0) }
    return patch
  }

  private mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }
  private mutating func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
  private mutating func list<T>(_ count: ClosedRange<Int>, _ make: (inout RandomPatch) -> T) -> [T] {
    var values: [T] = []
    for _ in 0..<Int.random(in: count, using: &random) { values.append(make(&self)) }
    return values
  }
  private mutating func perhaps<T>(_ make: (inout RandomPatch) -> T) -> T? { chance(2) ? make(&self) : nil }

  private mutating func name() -> Spanned<String> {
    Spanned(
      pick(["a", "gain", "x1", "_", "kHz", "samples", "sample", "s", "unaligned", "log", "e3", "as", "left", "In"]), nowhere)
  }

  private mutating func word() -> Spanned<String> { chance(4) ? Spanned(pick(["use", "let", "in"]), nowhere) : name() }

  private mutating func string() -> Spanned<String> {
    let scalars: [Unicode.Scalar] = [
      "a", " ", "\"", "\\", "\n", "\t", "\r", "\0", "é", "音", "🎚", "\u{7F}", "{", "}", "#", "-", ">", "\u{FEFF}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...6, using: &random) { text.append(pick(scalars)) }
    return Spanned(String(text), nowhere)
  }

  private mutating func number(signed: Bool = true, units: Bool = true) -> NumberLiteral {
    let digits = pick(["0", "1", "2.5", "007", "1e-3", "12E5", "0.250", "3.0e+2"])
    let text = (signed ? pick(["", "", "-", "+"]) : "") + digits
    let unit = units ? pick([nil, nil, "Hz", "%", "dB", "samples", "sample", "x", "µs", "ms", "e"]) : nil
    return NumberLiteral(text: text, value: Double(text)!, unit: unit.map { Spanned($0, nowhere) }, span: nowhere)
  }

  private mutating func expression(_ depth: Int = 0) -> Expression {
    switch Int.random(in: 0..<(depth > 3 ? 6 : 10), using: &random) {
    case 0, 1: .number(number())
    case 2: .ratio(number(units: false), number(signed: false, units: false), nowhere)
    case 3: .name(name())
    case 4: .control(word())
    case 5: .string(string())
    case 6: .negation(expression(depth + 1), nowhere)
    case 7: .group(expression(depth + 1), nowhere)
    default: .binary(pick(Expression.Operator.all), expression(depth + 1), expression(depth + 1), nowhere)
    }
  }

  private mutating func arguments(_ count: ClosedRange<Int>) -> [Argument] {
    list(count) { Argument(value: $0.expression(2)) } + list(0...2) { Argument(key: $0.word(), value: $0.expression(2)) }
  }

  private mutating func item() -> Braces.Item {
    let hasKind = chance(2)
    let arguments = arguments(hasKind ? 0...3 : 1...3)
    return Braces.Item(label: perhaps { $0.name() }, kind: hasKind ? name() : nil, arguments: arguments, span: nowhere)
  }

  private mutating func call(depth: Int) -> EffectCall {
    if depth < 3, chance(5) {
      let isLone = chance(2)
      let body: [Statement] =
        isLone
        ? [.connection(connection(1...3, depth: depth + 1))] : list(0...3) { $0.statement(isTopLevel: false, depth: depth + 1) }
      return EffectCall(
        name: Spanned("oversample", nowhere), arguments: arguments(0...1), braces: .statements(body), span: nowhere)
    }
    if depth < 3, chance(8) {
      let bands = list(0...4) { Statement.connection($0.connection(1...3, depth: depth + 1)) }
      return EffectCall(
        name: Spanned("multiband", nowhere), arguments: arguments(0...3), braces: .statements(bands), span: nowhere)
    }
    var call = EffectCall(name: name(), arguments: arguments(0...3), span: nowhere)
    if chance(3) { call.braces = .items(list(0...5) { $0.item() }) }
    return call
  }

  private mutating func connection(_ nodes: ClosedRange<Int>, depth: Int) -> Connection {
    var elements: [Connection.Element] = []
    let count = Int.random(in: nodes, using: &random)
    for index in 0..<count {
      if chance(2) {
        elements.append(.call(call(depth: depth)))
      } else {
        let port = perhaps { Spanned($0.pick(["side", "2", "mid.gain", "2.gain", "use", "in"]), $0.nowhere) }
        let channel = perhaps { Spanned($0.pick(["left", "2", "02", "0"]), $0.nowhere) }
        let node = chance(4) ? Spanned(pick(["in", "out"]), nowhere) : name()
        elements.append(.endpoint(.init(node: node, port: port, channel: channel, span: nowhere)))
      }
      if index < count - 1, chance(3) {
        let tokens = chance(4) ? nil : expression()
        elements.append(.edge(.init(tokens: tokens, isUnaligned: tokens == nil || chance(2), span: nowhere)))
      }
    }
    return Connection(elements: elements, span: nowhere)
  }

  private mutating func statement(isTopLevel: Bool, depth: Int) -> Statement {
    switch Int.random(in: isTopLevel ? 0..<8 : 2..<8, using: &random) {
    case 0:
      var control = ControlStatement(name: name(), value: expression(2))
      control.range = perhaps { ($0.expression(2), $0.expression(2)) }
      control.scale = perhaps { Spanned($0.pick(["log", "linear"]), $0.nowhere) }
      control.midi = perhaps { random in
        let channel = random.perhaps { $0.pick([1, 9, 16]) }
        return Spanned(MIDIController(number: random.pick([0, 7, 74, 127]), channel: channel), random.nowhere)
      }
      control.label = perhaps { $0.string() }
      return .control(control)
    case 1: return .use(path: string(), name: name())
    case 2: return .constant(name: name(), value: expression())
    case 3 where depth < 3:
      let parameters = list(0...2) { DefinitionStatement.Parameter(name: $0.name(), defaultValue: $0.expression()) }
      let body = list(0...4) { $0.statement(isTopLevel: false, depth: depth + 1) }
      return .definition(DefinitionStatement(name: name(), parameters: parameters, body: body))
    case 4, 5: return .declaration(name: name(), effect: call(depth: depth))
    default: return .connection(connection(2...6, depth: depth))
    }
  }
}

/// Everything in a value but where it stood, to compare parsed patches by.
func structure(of value: Any) -> String {
  if value is SourceSpan || value is [Source] { return "" }
  let mirror = Mirror(reflecting: value)
  if mirror.children.isEmpty || value is String { return "\(value)" }
  if mirror.displayStyle == .optional { return structure(of: mirror.children.first!.value) }
  let inside = mirror.children.map { child in
    let text = structure(of: child.value)
    return child.label.map { "\($0): " + text } ?? text
  }
  return "\(mirror.displayStyle == .enum ? "" : "\(mirror.subjectType)")(" + inside.joined(separator: ", ") + ")"
}
