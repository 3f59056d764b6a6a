extension Patch {
  /// The patch as text in its canonical layout: what parsing it gives is equal but for spans.
  public var text: String { PatchPrinter().text(of: self) }
}

/// One statement a line; an empty line where the kind of statement changes; lists and bodies in one line where they fit.
struct PatchPrinter {
  /// Lines are broken, where they can be, before they grow longer than this.
  static let lineLength = 100

  func text(of patch: Patch) -> String {
    var text = ""
    if patch.title != nil || patch.isUnaligned {
      let words = ["patch", patch.title.map { string($0.value) }, patch.isUnaligned ? "unaligned" : nil]
      text = words.compactMap { $0 }.joined(separator: " ") + "\n"
    }
    var last = patch.statements.first.map(group)
    if !text.isEmpty, last != nil { text += "\n" }
    for statement in patch.statements {
      if group(statement) != last { text += "\n" }
      last = group(statement)
      text += self.text(of: statement, indent: 0) + "\n"
    }
    return text
  }

  /// Statements of one group follow each other without an empty line.
  private func group(_ statement: Statement) -> Int {
    switch statement {
    case .use: 0
    case .control: 1
    case .constant: 2
    case .definition: 3
    case .declaration: 4
    case .connection: 5
    }
  }

  // MARK: Statements

  private func text(of statement: Statement, indent: Int) -> String {
    switch statement {
    case .control(let control): return text(of: control)
    case .constant(let name, let value): return "let \(name.value) = \(text(of: value.grouped(at: .whole)))"
    case .use(let path, let name): return "use \(string(path.value)) as \(name.value)"
    case .definition(let definition):
      let parameters = definition.parameters.map { "\($0.name.value)=\(text(of: $0.defaultValue.grouped(at: .whole)))" }
      let head = "def \(definition.name.value)(\(parameters.joined(separator: ", ")))"
      return head + " " + lines(definition.body.map { text(of: $0, indent: indent + 2) }, indent: indent)
    case .declaration(let name, let effect):
      let head = "\(name.value) = "
      return head + text(of: effect, indent: indent, column: indent + head.count)
    case .connection(let connection): return text(of: connection, indent: indent)
    }
  }

  private func text(of control: ControlStatement) -> String {
    var text = "control \(control.name.value) = \(argument(control.value))"
    if let range = control.range { text += " in \(argument(range.lower))..\(argument(range.upper))" }
    if let scale = control.scale { text += " \(scale.value)" }
    if let midi = control.midi?.value {
      text += " midi cc \(midi.number)"
      if let channel = midi.channel { text += " channel \(channel)" }
    }
    if let label = control.label { text += " " + string(label.value) }
    return text
  }

  // MARK: Chains and effects

  private func text(of connection: Connection, indent: Int) -> String {
    var text = ""
    var column = indent
    for (index, element) in connection.elements.enumerated() {
      let isLast = index == connection.elements.count - 1
      let arrow = isLast ? "" : " ->"
      if index > 0 {
        let next = self.text(of: element, indent: indent, column: 0)
        if column + 1 + firstLine(next).count + arrow.count > Self.lineLength {
          text += "\n" + String(repeating: " ", count: indent + 2)
          column = indent + 2
        } else {
          text += " "
          column += 1
        }
      }
      let piece = self.text(of: element, indent: indent, column: column) + arrow
      text += piece
      column = piece.contains("\n") ? lastLine(piece).count : column + piece.count
    }
    return text
  }

  private func firstLine(_ text: String) -> Substring { text.prefix { $0 != "\n" } }
  private func lastLine(_ text: String) -> Substring {
    text[(text.lastIndex(of: "\n").map(text.index(after:)) ?? text.startIndex)...]
  }

  private func text(of element: Connection.Element, indent: Int, column: Int) -> String {
    switch element {
    case .endpoint(let endpoint):
      return endpoint.node.value + (endpoint.port.map { "." + $0.value } ?? "") + (endpoint.channel.map { ":" + $0.value } ?? "")
    case .call(let call): return text(of: call, indent: indent, column: column)
    case .edge(let mark):
      let tokens = mark.tokens.map { text(of: $0.grouped(at: .brackets)) }
      return "[" + [tokens, mark.isUnaligned ? "unaligned" : nil].compactMap { $0 }.joined(separator: ", ") + "]"
    }
  }

  private func text(of call: EffectCall, indent: Int, column: Int) -> String {
    let head = ([call.name.value] + call.arguments.grouped.map(text)).joined(separator: " ")
    guard let braces = call.braces else { return head }
    let inside: [String]
    let fitsInline: Bool
    switch braces {
    case .items(let items):
      inside = items.map(text)
      fitsInline = true
    case .statements(let statements):
      inside = statements.map { text(of: $0, indent: indent + 2) }
      fitsInline = statements.count <= 1
    }
    if inside.isEmpty { return head + " {}" }
    let inline = head + " { " + inside.joined(separator: "; ") + " }"
    if fitsInline, !inline.contains("\n"), column + inline.count <= Self.lineLength { return inline }
    return head + " " + lines(inside, indent: indent)
  }

  /// Braces with a line for everything in them, the closing one at `indent`.
  private func lines(_ inside: [String], indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    return "{\n" + inside.map { margin + "  " + $0 + "\n" }.joined() + margin + "}"
  }

  private func text(of item: Braces.Item) -> String {
    let words = [item.label.map { $0.value + ":" }, item.kind?.value].compactMap { $0 } + item.arguments.grouped.map(text)
    return words.joined(separator: " ")
  }

  private func text(of argument: Argument) -> String {
    (argument.key.map { $0.value + "=" } ?? "") + text(of: argument.value)
  }

  // MARK: Values

  private func argument(_ expression: Expression) -> String { text(of: expression.grouped(at: .argument)) }

  private func text(of expression: Expression) -> String {
    switch expression {
    case .number(let literal): return text(of: literal)
    case .ratio(let first, let second, _): return first.text + ":" + second.text
    case .name(let name): return name.value
    case .control(let name): return "$" + name.value
    case .string(let text): return string(text.value)
    // Attached to a number the sign would be the number's.
    case .negation(let operand, _): return "- " + text(of: operand)
    case .binary(let sign, let left, let right, _): return "\(text(of: left)) \(sign.rawValue) \(text(of: right))"
    case .group(let inner, _): return "(" + text(of: inner) + ")"
    }
  }

  private func text(of literal: NumberLiteral) -> String {
    guard let unit = literal.unit?.value else { return literal.text }
    return literal.text + (unit == "sample" || unit == "samples" ? " " : "") + unit
  }

  /// `text` in quotes.
  private func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FEFF}": result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
