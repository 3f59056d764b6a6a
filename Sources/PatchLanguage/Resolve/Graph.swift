import Signal

/// A resolved patch: flat, with every name bound to an effect and every argument checked; independent of the sample
/// rate and of the channels that will be fed.
public struct Graph: Sendable {
  public var title: String?
  public var isUnaligned: Bool
  public var sources: [Source]
  public var controls: [Control]
  public var actors: [Actor]
  public var edges: [Edge]

  public init(
    title: String? = nil, isUnaligned: Bool = false, sources: [Source] = [], controls: [Control] = [], actors: [Actor] = [],
    edges: [Edge] = []
  ) {
    self.title = title
    self.isUnaligned = isUnaligned
    self.sources = sources
    self.controls = controls
    self.actors = actors
    self.edges = edges
  }

  /// A named knob. Controls of instances (`p = plate decay=3s`) are controls of the flat graph, addressed `p.decay`.
  public struct Control: Sendable {
    public var address: String
    public var label: String?
    public var quantity: Quantity
    /// Base units.
    public var value: Double
    public var range: ClosedRange<Double>?
    public var scale: Scale
    /// The MIDI controller that turns it; there is a range then.
    public var midi: MIDIController?
    /// Set where the control follows others (an instance's argument that reads a `$control`); it then cannot be set itself.
    public var expression: ControlExpression?
    public var span: SourceSpan?

    public init(
      address: String, label: String? = nil, quantity: Quantity, value: Double, range: ClosedRange<Double>? = nil,
      scale: Scale = .linear, midi: MIDIController? = nil, expression: ControlExpression? = nil, span: SourceSpan? = nil
    ) {
      self.address = address
      self.label = label
      self.quantity = quantity
      self.value = value
      self.range = range
      self.scale = scale
      self.midi = midi
      self.expression = expression
      self.span = span
    }
  }

  public struct Actor: Sendable {
    public enum Kind: Sendable {
      case effect(EffectType)
      /// An input of the patch: `in` or `in.side`. It has one output port.
      case input
      /// `out`. It has one input port.
      case output
    }

    /// Unique; `voice1.bands` inside an instance, `gain_2` for an inline effect.
    public var address: String
    public var kind: Kind
    public var configuration: EffectConfiguration
    /// In the order of `ParameterValues`.
    public var parameters: [Parameter]
    public var span: SourceSpan?

    public init(
      address: String, kind: Kind, configuration: EffectConfiguration = EffectConfiguration(), parameters: [Parameter] = [],
      span: SourceSpan? = nil
    ) {
      self.address = address
      self.kind = kind
      self.configuration = configuration
      self.parameters = parameters
      self.span = span
    }
  }

  public struct Parameter: Sendable {
    public enum Driver: Sendable {
      /// Base units.
      case value(Double)
      /// A time counted in frames of the actor's own edge.
      case samples(Double)
      /// Follows controls.
      case expression(ControlExpression)
      /// The control edge that ends here; until the first token the value is the spec's default.
      case signal
    }

    /// `gain`, or `2.gain` and `mid.gain` for the parameters of list items: the address without the actor's.
    public var name: String
    /// Further names for the same parameter (`2.gain` beside `mid.gain`).
    public var aliases: [String]
    public var spec: ParameterSpec
    public var driver: Driver
    /// The argument's value, or the effect's name where the default holds.
    public var span: SourceSpan?

    public init(name: String, aliases: [String] = [], spec: ParameterSpec, driver: Driver, span: SourceSpan? = nil) {
      self.name = name
      self.aliases = aliases
      self.spec = spec
      self.driver = driver
      self.span = span
    }
  }

  /// An arrow of the text. An edge into or out of an instance is made of several: this is the one outside most instances.
  public struct Arrow: Sendable, Hashable {
    /// What stands before and after it.
    public var from: SourceSpan
    public var to: SourceSpan
    /// How many instances are around it.
    public var depth: Int

    public init(from: SourceSpan, to: SourceSpan, depth: Int = 0) {
      self.from = from
      self.to = to
      self.depth = depth
    }
  }

  public struct Edge: Sendable {
    public enum Target: Sendable, Hashable {
      /// Index of an input port; for effects whose list items are ports, the items follow the spec's ports.
      case port(Int)
      /// Index of a parameter: a control edge, one token per control period.
      case parameter(Int)
    }

    public enum Tokens: Sendable, Hashable {
      case seconds(Double)
      case frames(Int)
      /// Both, one after the other: where two edges meet at the port of an instance, one counted in time and one in frames.
      case both(seconds: Double, frames: Int)
    }

    public var from: Int
    public var outputPort: Int
    /// One channel of the port, from 0; nil for all.
    public var outputChannel: Int?
    public var to: Int
    public var target: Target
    public var inputChannel: Int?
    public var tokens: Tokens?
    public var isUnaligned: Bool
    /// From the first node to the second.
    public var span: SourceSpan?
    /// The brackets, where there are any.
    public var tokenSpan: SourceSpan?
    /// The node that the edge leaves and the one it enters, as written.
    public var fromSpan: SourceSpan?
    public var toSpan: SourceSpan?
    /// Where tokens for this edge would be written; nil where no arrow of the patch stands for it.
    public var arrow: Arrow?

    public init(
      from: Int, outputPort: Int = 0, outputChannel: Int? = nil, to: Int, target: Target = .port(0), inputChannel: Int? = nil,
      tokens: Tokens? = nil, isUnaligned: Bool = false, span: SourceSpan? = nil, tokenSpan: SourceSpan? = nil,
      fromSpan: SourceSpan? = nil, toSpan: SourceSpan? = nil, arrow: Arrow? = nil
    ) {
      self.from = from
      self.outputPort = outputPort
      self.outputChannel = outputChannel
      self.to = to
      self.target = target
      self.inputChannel = inputChannel
      self.tokens = tokens
      self.isUnaligned = isUnaligned
      self.span = span
      self.tokenSpan = tokenSpan
      self.fromSpan = fromSpan
      self.toSpan = toSpan
      self.arrow = arrow
    }
  }
}

/// A value computed from controls, in base units; units were checked when it was resolved.
public indirect enum ControlExpression: Sendable, Hashable {
  case constant(Double)
  /// Index into `Graph.controls`.
  case control(Int)
  case negation(ControlExpression)
  case add(ControlExpression, ControlExpression)
  case subtract(ControlExpression, ControlExpression)
  case multiply(ControlExpression, ControlExpression)
  case divide(ControlExpression, ControlExpression)
  /// The level in dB of an amplitude: 100% is 0 dB, 0% (and anything below) minus infinity.
  case decibels(ControlExpression)

  /// - Parameter values: the present value of each control of the graph.
  public func value(_ values: [Double]) -> Double {
    switch self {
    case .constant(let value): value
    case .control(let index): values[index]
    case .negation(let a): -a.value(values)
    case .add(let a, let b): a.value(values) + b.value(values)
    case .subtract(let a, let b): a.value(values) - b.value(values)
    case .multiply(let a, let b): a.value(values) * b.value(values)
    case .divide(let a, let b): a.value(values) / b.value(values)
    case .decibels(let a): Math.decibels(amplitude: max(0, a.value(values)))
    }
  }
}
