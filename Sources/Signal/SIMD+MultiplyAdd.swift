import CRealtime

// Multiply-adds of whole vectors, in place of those that Swift makes lane by lane: the same bits, and one instruction whatever
// stands around it. In all four, `self + a b`, rounded once. Real-time safe.

extension SIMD4<Float> {
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Self) -> Self { talea_multiply_add_float4(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Scalar, _ b: Self) -> Self { talea_multiply_add_float4(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Scalar) -> Self { talea_multiply_add_float4(self, a, Self(repeating: b)) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Self) { self = talea_multiply_add_float4(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Scalar, _ b: Self) { self = talea_multiply_add_float4(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Scalar) { self = talea_multiply_add_float4(self, a, Self(repeating: b)) }
}

extension SIMD8<Float> {
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Self) -> Self { talea_multiply_add_float8(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Scalar, _ b: Self) -> Self { talea_multiply_add_float8(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Scalar) -> Self { talea_multiply_add_float8(self, a, Self(repeating: b)) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Self) { self = talea_multiply_add_float8(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Scalar, _ b: Self) { self = talea_multiply_add_float8(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Scalar) { self = talea_multiply_add_float8(self, a, Self(repeating: b)) }
}

extension SIMD2<Double> {
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Self) -> Self { talea_multiply_add_double2(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Scalar, _ b: Self) -> Self { talea_multiply_add_double2(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Scalar) -> Self { talea_multiply_add_double2(self, a, Self(repeating: b)) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Self) { self = talea_multiply_add_double2(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Scalar, _ b: Self) { self = talea_multiply_add_double2(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Scalar) { self = talea_multiply_add_double2(self, a, Self(repeating: b)) }
}

extension SIMD4<Double> {
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Self) -> Self { talea_multiply_add_double4(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Scalar, _ b: Self) -> Self { talea_multiply_add_double4(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public func addingProduct(_ a: Self, _ b: Scalar) -> Self { talea_multiply_add_double4(self, a, Self(repeating: b)) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Self) { self = talea_multiply_add_double4(self, a, b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Scalar, _ b: Self) { self = talea_multiply_add_double4(self, Self(repeating: a), b) }
  @_transparent @_noAllocation @_noLocks
  public mutating func addProduct(_ a: Self, _ b: Scalar) { self = talea_multiply_add_double4(self, a, Self(repeating: b)) }
}
