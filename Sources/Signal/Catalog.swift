/// The effects that a patch may name.
public struct Catalog: Sendable {
  private let types: [String: EffectType]
  /// In the order in which they were listed.
  public let names: [String]

  /// - Precondition: names are distinct.
  public init(_ types: [EffectType]) {
    names = types.map { $0.spec.name }
    self.types = Dictionary(uniqueKeysWithValues: zip(names, types))
  }

  public subscript(name: String) -> EffectType? { types[name] }

  /// Every effect, in the order listed.
  public var all: [EffectType] { names.map { types[$0]! } }
}
