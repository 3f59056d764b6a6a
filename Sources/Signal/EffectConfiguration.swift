/// The structural facts of one actor: everything about it that cannot move while it runs.
public struct EffectConfiguration: Sendable, Hashable {
  /// One item of a list in braces.
  public struct Item: Sendable, Hashable {
    /// Index into `ListSpec.items`.
    public var kind: Int
    /// The label written before the item (`mid: peak …`), if any.
    public var label: String?
    /// Where its parameters start in the actor's `ParameterValues`, and how many there are.
    public var firstParameter: Int
    public var parameterCount: Int
    public var structural: [String: StructuralValue]

    public init(
      kind: Int, label: String?, firstParameter: Int, parameterCount: Int, structural: [String: StructuralValue] = [:]
    ) {
      self.kind = kind
      self.label = label
      self.firstParameter = firstParameter
      self.parameterCount = parameterCount
      self.structural = structural
    }
  }

  /// Structural arguments by name, defaults filled in; seeds are integers.
  public var structural: [String: StructuralValue]
  public var items: [Item]
  /// For an effect that drives parameters: the scale on which they move.
  public var drivenScale: Scale

  public init(structural: [String: StructuralValue] = [:], items: [Item] = [], drivenScale: Scale = .linear) {
    self.structural = structural
    self.items = items
    self.drivenScale = drivenScale
  }

  /// A structural integer or seed. Only for names that the effect's own table declares.
  public func integer(_ name: String) -> Int {
    guard case .integer(let value)? = structural[name] else { preconditionFailure("no structural integer named \(name)") }
    return value
  }

  /// A structural word. Only for names that the effect's own table declares.
  public func word(_ name: String) -> String {
    guard case .word(let value)? = structural[name] else { preconditionFailure("no structural word named \(name)") }
    return value
  }

  /// A structural quantity in its base unit. Only for names that the effect's own table declares.
  public func quantity(_ name: String) -> Double {
    guard case .quantity(let value, _)? = structural[name] else { preconditionFailure("no structural quantity named \(name)") }
    return value
  }

  /// The samples of a sound file. Only for names that the effect's own table declares.
  public func sound(_ name: String) -> SoundSamples {
    guard case .sound(let value)? = structural[name] else { preconditionFailure("no sound file named \(name)") }
    return value
  }
}
