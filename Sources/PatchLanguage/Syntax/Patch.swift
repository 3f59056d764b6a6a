/// A parsed patch: the statements as written, with spans. Text and JSON are two spellings of it.
public struct Patch: Sendable {
  /// The texts that spans point into; the patch's own text is the first.
  public var sources: [Source]
  /// `patch "Title"`.
  public var title: Spanned<String>?
  /// `patch "Title" unaligned`: the compiler aligns no parallel paths in it.
  public var isUnaligned: Bool
  public var statements: [Statement]

  public init(sources: [Source], title: Spanned<String>? = nil, isUnaligned: Bool = false, statements: [Statement] = []) {
    self.sources = sources
    self.title = title
    self.isUnaligned = isUnaligned
    self.statements = statements
  }
}

public indirect enum Statement: Sendable {
  case control(ControlStatement)
  /// `let beat = 60s / 96`
  case constant(name: Spanned<String>, value: Expression)
  /// `use "plate.talea" as plate`
  case use(path: Spanned<String>, name: Spanned<String>)
  case definition(DefinitionStatement)
  /// `plate = reverb decay=2.2s`
  case declaration(name: Spanned<String>, effect: EffectCall)
  /// `in -> trim -> out`
  case connection(Connection)
}

/// `control tone = 3.2kHz in 200Hz..12kHz log "Echo tone"`
public struct ControlStatement: Sendable {
  public var name: Spanned<String>
  public var value: Expression
  /// Both ends, as written after `in`.
  public var range: (lower: Expression, upper: Expression)?
  /// `log` or `linear`, when written.
  public var scale: Spanned<String>?
  /// The MIDI controller that turns it.
  public var midi: Spanned<MIDIController>?
  public var label: Spanned<String>?

  public init(
    name: Spanned<String>, value: Expression, range: (lower: Expression, upper: Expression)? = nil,
    scale: Spanned<String>? = nil, midi: Spanned<MIDIController>? = nil, label: Spanned<String>? = nil
  ) {
    self.name = name
    self.value = value
    self.range = range
    self.scale = scale
    self.midi = midi
    self.label = label
  }
}

/// `midi cc 74` or `midi cc 74 channel 2`: a knob or fader of a MIDI device.
public struct MIDIController: Sendable, Hashable {
  /// 0 to 127.
  public var number: Int
  /// 1 to 16; nil for all.
  public var channel: Int?

  public init(number: Int, channel: Int? = nil) {
    self.number = number
    self.channel = channel
  }

  static let numbers = 0...127
  static let channels = 1...16
}

/// `def voice(freq=220Hz) { … }`
public struct DefinitionStatement: Sendable {
  public struct Parameter: Sendable {
    public var name: Spanned<String>
    public var defaultValue: Expression

    public init(name: Spanned<String>, defaultValue: Expression) {
      self.name = name
      self.defaultValue = defaultValue
    }
  }

  public var name: Spanned<String>
  public var parameters: [Parameter]
  public var body: [Statement]

  public init(name: Spanned<String>, parameters: [Parameter], body: [Statement]) {
    self.name = name
    self.parameters = parameters
    self.body = body
  }
}

/// An effect with its arguments: `reverb decay=2.2s mix=25%`, `eq { … }`, `oversample 4x { … }`.
public struct EffectCall: Sendable {
  public var name: Spanned<String>
  public var arguments: [Argument]
  /// What stands in braces: items for effects with a list, statements for a region.
  public var braces: Braces?
  /// The whole call.
  public var span: SourceSpan

  public init(name: Spanned<String>, arguments: [Argument] = [], braces: Braces? = nil, span: SourceSpan) {
    self.name = name
    self.arguments = arguments
    self.braces = braces
    self.span = span
  }
}

public struct Argument: Sendable {
  /// The key of `key=value`.
  public var key: Spanned<String>?
  public var value: Expression

  public init(key: Spanned<String>? = nil, value: Expression) {
    self.key = key
    self.value = value
  }
}

public indirect enum Braces: Sendable {
  case items([Item])
  case statements([Statement])

  /// `mid: peak 2.5kHz +3dB q=1.4`, or a row of values.
  public struct Item: Sendable {
    public var label: Spanned<String>?
    /// The word that starts the item; nil where it is values alone.
    public var kind: Spanned<String>?
    public var arguments: [Argument]
    public var span: SourceSpan

    public init(label: Spanned<String>? = nil, kind: Spanned<String>? = nil, arguments: [Argument], span: SourceSpan) {
      self.label = label
      self.kind = kind
      self.arguments = arguments
      self.span = span
    }
  }
}

/// A chain of nodes; between two of them an edge, perhaps with initial tokens.
public struct Connection: Sendable {
  public var elements: [Element]
  public var span: SourceSpan

  public init(elements: [Element], span: SourceSpan) {
    self.elements = elements
    self.span = span
  }

  public enum Element: Sendable {
    /// `bands`, `in.side`, `voice:left`, `m.2:1`, or an effect's bare name.
    case endpoint(Endpoint)
    /// An effect with arguments or braces, written in place.
    case call(EffectCall)
    /// `[375ms]`, `[64 samples]`, `[unaligned]`, `[1 sample, unaligned]`.
    case edge(EdgeMark)
  }

  public struct Endpoint: Sendable {
    public var node: Spanned<String>
    public var port: Spanned<String>?
    /// `left`, `right` or a number from 1.
    public var channel: Spanned<String>?
    public var span: SourceSpan

    public init(node: Spanned<String>, port: Spanned<String>? = nil, channel: Spanned<String>? = nil, span: SourceSpan) {
      self.node = node
      self.port = port
      self.channel = channel
      self.span = span
    }
  }

  /// What stands in brackets on an edge.
  public struct EdgeMark: Sendable {
    /// The amount of initial tokens: a time or a count of samples.
    public var tokens: Expression?
    public var isUnaligned: Bool
    public var span: SourceSpan

    public init(tokens: Expression?, isUnaligned: Bool, span: SourceSpan) {
      self.tokens = tokens
      self.isUnaligned = isUnaligned
      self.span = span
    }
  }
}

public indirect enum Expression: Sendable {
  /// A number as written (`2.2`, `+3`, `-0.5`, `1e-3`) and its unit (`dB`, `samples`, `%`, `x`, or none).
  case number(NumberLiteral)
  /// `4:1`
  case ratio(NumberLiteral, NumberLiteral, SourceSpan)
  /// A constant, a parameter of the enclosing `def`, or a word that an argument takes (`sine`).
  case name(Spanned<String>)
  /// `$feedback`
  case control(Spanned<String>)
  /// A string in quotes.
  case string(Spanned<String>)
  case negation(Expression, SourceSpan)
  case binary(Operator, Expression, Expression, SourceSpan)
  /// In parentheses, kept for printing.
  case group(Expression, SourceSpan)

  public enum Operator: String, Sendable {
    case add = "+", subtract = "-", multiply = "*", divide = "/"
  }

  public var span: SourceSpan {
    switch self {
    case .number(let literal): literal.span
    case .name(let name), .control(let name), .string(let name): name.span
    case .ratio(_, _, let span), .negation(_, let span), .binary(_, _, _, let span), .group(_, let span): span
    }
  }
}

public struct NumberLiteral: Sendable {
  /// The digits as written, sign included, so that printing gives them back.
  public var text: String
  public var value: Double
  public var unit: Spanned<String>?
  public var span: SourceSpan

  public init(text: String, value: Double, unit: Spanned<String>? = nil, span: SourceSpan) {
    self.text = text
    self.value = value
    self.unit = unit
    self.span = span
  }
}
