/// How many channels a port carries.
public enum PortChannels: Sendable, Hashable {
  /// As many as the effect is fed; all `.any` ports of one actor carry the same number.
  case any
  /// Exactly this many. Mono is spread at unity into a port of two or more.
  case fixed(Int)
  /// What `Effect.outputChannels` computes (outputs), or whatever arrives, alone (inputs).
  case free
}

/// An input or output of an effect.
public struct PortSpec: Sendable {
  public let name: String
  public let channels: PortChannels
  /// An input that may stay unconnected; it then reads silence.
  /// An optional `.free` input that nothing feeds has no channels.
  public let isOptional: Bool
  /// What an output that is not sound carries, in the quantity's base unit, to drive parameters of that quantity: it need
  /// not be silent after silence.
  public let carries: Quantity?
  public let summary: String

  public init(
    _ name: String, _ channels: PortChannels = .any, optional isOptional: Bool = false, carries: Quantity? = nil,
    _ summary: String = ""
  ) {
    self.name = name
    self.channels = channels
    self.isOptional = isOptional
    self.carries = carries
    self.summary = summary
  }
}

/// A value that shapes an actor when it is built and stays: an order, a seed, a word such as `encode`.
public struct StructuralSpec: Sendable {
  public enum Kind: Sendable {
    case integer(ClosedRange<Int>)
    case word([String])
    /// A number with a unit that may not move: base unit, and its range.
    case quantity(Quantity, ClosedRange<Double>)
    /// A signed number of the quantity that the driven or received value has, such as `from=400Hz` of `lfo`.
    case anyQuantity
    /// A seed: any non-negative integer; without one the actor's place in the text decides, and `explain` prints it.
    case seed
    /// A sound file in quotes, relative to the patch that names it.
    case sound
  }

  public let name: String
  public let kind: Kind
  /// nil where the patch must say it (seeds excepted).
  public let defaultValue: StructuralValue?
  public let summary: String

  public init(_ name: String, _ kind: Kind, default defaultValue: StructuralValue?, _ summary: String) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.summary = summary
  }
}

public enum StructuralValue: Sendable, Hashable {
  case integer(Int)
  case word(String)
  /// In the quantity's base unit.
  case quantity(Double, Quantity)
  case sound(SoundSamples)
}

/// An argument of an effect or of a list item, in the order in which positional arguments are read.
public enum ArgumentSpec: Sendable {
  case parameter(ParameterSpec)
  case structural(StructuralSpec)

  public var name: String {
    switch self {
    case .parameter(let spec): spec.name
    case .structural(let spec): spec.name
    }
  }
  public var parameter: ParameterSpec? { if case .parameter(let spec) = self { spec } else { nil } }
  public var structural: StructuralSpec? { if case .structural(let spec) = self { spec } else { nil } }
}

/// One kind of item that a list in braces may hold, such as `peak` in an `eq`.
public struct ItemSpec: Sendable {
  /// The word that starts the item; empty where items are bare values, such as the rows of a matrix.
  public let name: String
  public let arguments: [ArgumentSpec]
  public let summary: String

  public init(_ name: String, _ arguments: [ArgumentSpec], _ summary: String) {
    self.name = name
    self.arguments = arguments
    self.summary = summary
  }

  public var parameters: [ParameterSpec] { arguments.compactMap(\.parameter) }
}

/// The list in braces that an effect takes.
public struct ListSpec: Sendable {
  public let items: [ItemSpec]
  /// How many items there may be.
  public let count: ClosedRange<Int>
  /// An item is a row of this one parameter, of any length up to the bound (`matrix { 1 0; 0 1 }`); all rows are of one length.
  public let rowOf: ParameterSpec?
  /// Every item opens an input port of its own, named by its number or its label (`mix`).
  public let itemsArePorts: Bool

  public init(_ items: [ItemSpec], count: ClosedRange<Int>, rowOf: ParameterSpec? = nil, itemsArePorts: Bool = false) {
    self.items = items
    self.count = count
    self.rowOf = rowOf
    self.itemsArePorts = itemsArePorts
  }
}

/// What a person needs to know to use an effect, and what the resolver needs to check its use.
public struct EffectSpec: Sendable {
  /// As written in a patch.
  public let name: String
  /// The heading under which `talea effects` lists it.
  public let category: String
  /// One line.
  public let summary: String
  /// Paragraphs for the documentation: what it does, limits, accuracy, source.
  public let discussion: String
  /// A whole patch that shows it; rendered by a test.
  public let example: String
  /// In the order in which positional arguments are read.
  public let arguments: [ArgumentSpec]
  public let inputs: [PortSpec]
  public let outputs: [PortSpec]
  public let list: ListSpec?
  /// Whether output channel c may be written over input channel c of the first port while the frames are computed in order.
  public let canRunInPlace: Bool
  /// Whether it makes sound out of nothing; it then stops with the input.
  public let isGenerator: Bool
  /// Whether its single output may run once per control period when it only drives parameters.
  public let canRunAtControlRate: Bool

  public init(
    name: String, category: String, summary: String, discussion: String, example: String, arguments: [ArgumentSpec],
    inputs: [PortSpec] = [PortSpec("in")], outputs: [PortSpec] = [PortSpec("out")], list: ListSpec? = nil,
    canRunInPlace: Bool = false, isGenerator: Bool = false, canRunAtControlRate: Bool = false
  ) {
    self.name = name
    self.category = category
    self.summary = summary
    self.discussion = discussion
    self.example = example
    self.arguments = arguments
    self.inputs = inputs
    self.outputs = outputs
    self.list = list
    self.canRunInPlace = canRunInPlace
    self.isGenerator = isGenerator
    self.canRunAtControlRate = canRunAtControlRate
  }

  /// The effect's own parameters, without those of list items.
  public var parameters: [ParameterSpec] { arguments.compactMap(\.parameter) }
}
