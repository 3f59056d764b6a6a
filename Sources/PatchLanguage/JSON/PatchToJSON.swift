extension Patch {
  /// The patch in its JSON form, as `docs/patch.schema.json` describes it; pretty-printed, ends with a newline.
  public var json: String { jsonValue.text() }

  /// The JSON form as a value.
  public var jsonValue: JSONValue {
    .object([
      "talea": .integer(patchFormatVersion), "title": title.map { .string($0.value) },
      "unaligned": isUnaligned ? .bool(true) : nil,
      "statements": .array(statements.map(\.jsonValue)),
    ])
  }
}

/// The version of the JSON form: the value of its key `talea`.
public let patchFormatVersion = 1

extension Statement {
  fileprivate var jsonValue: JSONValue {
    switch self {
    case .control(let control):
      return .object([
        "control": .string(control.name.value), "value": control.value.grouped(at: .argument).jsonValue,
        "range": control.range.map {
          .array([$0.lower.grouped(at: .argument).jsonValue, $0.upper.grouped(at: .argument).jsonValue])
        },
        "scale": control.scale.map { .string($0.value) },
        "midi": control.midi.map { midi in
          .object(["cc": .integer(midi.value.number), "channel": midi.value.channel.map { .integer($0) }])
        },
        "label": control.label.map { .string($0.value) },
      ])
    case .constant(let name, let value):
      return .object(["let": .string(name.value), "value": value.grouped(at: .whole).jsonValue])
    case .use(let path, let name): return .object(["use": .string(path.value), "as": .string(name.value)])
    case .definition(let definition):
      let parameters = definition.parameters.map {
        JSONValue.object(["name": .string($0.name.value), "default": $0.defaultValue.grouped(at: .whole).jsonValue])
      }
      return .object([
        "def": .string(definition.name.value), "parameters": parameters.isEmpty ? nil : .array(parameters),
        "body": .array(definition.body.map(\.jsonValue)),
      ])
    case .declaration(let name, let effect):
      return .object([JSONValue.Member("node", .string(name.value))] + effect.jsonMembers)
    case .connection(let connection): return .object(["connect": .array(connection.elements.map(\.jsonValue))])
    }
  }
}

extension EffectCall {
  fileprivate var jsonMembers: [JSONValue.Member] {
    var members = [JSONValue.Member("effect", .string(name.value))]
    if !arguments.isEmpty { members.append(.init("arguments", .array(arguments.jsonValues))) }
    switch braces {
    case .items(let items): members.append(.init("items", .array(items.map(\.jsonValue))))
    case .statements(let statements): members.append(.init("statements", .array(statements.map(\.jsonValue))))
    case nil: break
    }
    return members
  }
}

extension Braces.Item {
  fileprivate var jsonValue: JSONValue {
    .object([
      "label": label.map { .string($0.value) }, "kind": kind.map { .string($0.value) },
      "arguments": arguments.isEmpty ? nil : .array(arguments.jsonValues),
    ])
  }
}

extension [Argument] {
  fileprivate var jsonValues: [JSONValue] {
    grouped.map { argument in
      guard let key = argument.key else { return argument.value.jsonValue }
      return .object(["key": .string(key.value), "value": argument.value.jsonValue])
    }
  }
}

extension Connection.Element {
  fileprivate var jsonValue: JSONValue {
    switch self {
    case .endpoint(let endpoint):
      return .object([
        "node": .string(endpoint.node.value), "port": endpoint.port.map { .string($0.value) },
        "channel": endpoint.channel.map { isJSONNumber($0.value) ? .number($0.value) : .string($0.value) },
      ])
    case .call(let call): return .object(call.jsonMembers)
    case .edge(let mark):
      return .object([
        "tokens": mark.tokens.map { $0.grouped(at: .brackets).jsonValue }, "unaligned": mark.isUnaligned ? .bool(true) : nil,
      ])
    }
  }
}

extension Expression {
  fileprivate var jsonValue: JSONValue {
    switch self {
    case .number(let literal): .object(["number": literal.jsonDigits, "unit": literal.unit.map { .string($0.value) }])
    case .ratio(let first, let second, _): .object(["ratio": .array([first.jsonDigits, second.jsonDigits])])
    case .name(let name): .object(["name": .string(name.value)])
    case .control(let name): .object(["control": .string(name.value)])
    case .string(let text): .object(["string": .string(text.value)])
    case .negation(let operand, _): .object(["negate": operand.jsonValue])
    case .binary(let sign, let left, let right, _):
      .object([JSONValue.Member(sign.jsonKey, .array([left.jsonValue, right.jsonValue]))])
    case .group(let inner, _): .object(["group": inner.jsonValue])
    }
  }
}

extension NumberLiteral {
  /// A string where JSON has no such number, as `+3`.
  fileprivate var jsonDigits: JSONValue { isJSONNumber(text) ? .number(text) : .string(text) }
}

extension Expression.Operator {
  static let all: [Expression.Operator] = [.add, .subtract, .multiply, .divide]

  var jsonKey: String {
    switch self {
    case .add: "add"
    case .subtract: "subtract"
    case .multiply: "multiply"
    case .divide: "divide"
    }
  }
}
