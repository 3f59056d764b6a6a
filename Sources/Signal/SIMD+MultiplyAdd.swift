import CRealtime

// Multiply-adds of whole vectors, in place of those that Swift makes lane by lane: the same bits, and one instruction whatever
// stands around it. In both, `self + a b`, rounded once. Real-time safe. Not for pairs of numbers, where Swift's are whole.

extension SIMD8<Float> {
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Self) -> Self { talea_fused8(a, b, self) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Scalar, _ b: Self) -> Self { addingProduct(Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Scalar) -> Self { addingProduct(a, Self(repeating: b)) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Self) { self = addingProduct(a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Scalar, _ b: Self) { self = addingProduct(a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Scalar) { self = addingProduct(a, b) }
}

extension SIMD4<Double> {
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Self) -> Self { talea_fused4(a, b, self) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Scalar, _ b: Self) -> Self { addingProduct(Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Scalar) -> Self { addingProduct(a, Self(repeating: b)) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Self) { self = addingProduct(a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Scalar, _ b: Self) { self = addingProduct(a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Scalar) { self = addingProduct(a, b) }
}
