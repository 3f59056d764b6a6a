import CRealtime
import Signal

/// A vector of lanes that Fourier transforms work on: lane arithmetic, and the steps that cross lanes.
///
/// All of it is written in C: sums of Swift's vectors are lanes one by one until the optimiser puts them together, which it
/// does not always beside shuffles.
protocol TransformVector: SIMD, BitwiseCopyable where Scalar: BinaryFloatingPoint & BitwiseCopyable & SIMDScalar {
  static var lanes: Int { get }

  static func sum(_ a: Self, _ b: Self) -> Self
  static func difference(_ a: Self, _ b: Self) -> Self
  static func product(_ a: Self, _ b: Self) -> Self
  /// `a + b c`, rounded once.
  static func adding(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// `a - b c`, rounded once.
  static func subtracting(_ a: Self, _ b: Self, _ c: Self) -> Self

  /// As many samples as there are lanes, from any address.
  static func load(_ samples: UnsafePointer<Float>) -> Self
  /// The same of numbers of its own precision.
  static func load(own: UnsafePointer<Scalar>) -> Self
  static func narrow(_ x: Scalar) -> Float
  /// Rounds all lanes, to any address.
  static func store(_ x: Self, _ samples: UnsafeMutablePointer<Float>)

  /// The last lane first.
  static func reversed(_ x: Self) -> Self
  /// Turns as many vectors as there are lanes by the diagonal.
  static func transposed(_ x: TransformSquare<Self>) -> TransformSquare<Self>
}

/// As many vectors as there are lanes; with four lanes the second half is not used.
struct TransformSquare<V: TransformVector>: BitwiseCopyable {
  var x0, x1, x2, x3, x4, x5, x6, x7: V

  @_transparent
  init(_ x0: V, _ x1: V, _ x2: V, _ x3: V) {
    (self.x0, self.x1, self.x2, self.x3, x4, x5, x6, x7) = (x0, x1, x2, x3, x0, x0, x0, x0)
  }

  @_transparent
  init(_ x0: V, _ x1: V, _ x2: V, _ x3: V, _ x4: V, _ x5: V, _ x6: V, _ x7: V) {
    (self.x0, self.x1, self.x2, self.x3, self.x4, self.x5, self.x6, self.x7) = (x0, x1, x2, x3, x4, x5, x6, x7)
  }

  /// Vectors one behind the other.
  @_transparent
  init(_ vectors: UnsafePointer<V>) {
    if V.lanes == 4 {
      self.init(vectors[0], vectors[1], vectors[2], vectors[3])
    } else {
      self.init(
        vectors[0], vectors[1], vectors[2], vectors[3], vectors[4], vectors[5], vectors[6], vectors[7])
    }
  }

  @_transparent
  func store(_ vectors: UnsafeMutablePointer<V>) {
    (vectors[0], vectors[1], vectors[2], vectors[3]) = (x0, x1, x2, x3)
    if V.lanes == 8 { (vectors[4], vectors[5], vectors[6], vectors[7]) = (x4, x5, x6, x7) }
  }
}

extension SIMD8<Float>: TransformVector {
  static var lanes: Int { @_transparent get { 8 } }
  @_transparent static func sum(_ a: Self, _ b: Self) -> Self { talea_add(a, b) }
  @_transparent static func difference(_ a: Self, _ b: Self) -> Self { talea_subtract(a, b) }
  @_transparent static func product(_ a: Self, _ b: Self) -> Self { talea_product8(a, b) }
  @_transparent static func adding(_ a: Self, _ b: Self, _ c: Self) -> Self { talea_fused8(b, c, a) }
  @_transparent static func subtracting(_ a: Self, _ b: Self, _ c: Self) -> Self { talea_less_product8(a, b, c) }
  @_transparent static func load(_ samples: UnsafePointer<Float>) -> Self {
    UnsafeRawPointer(samples).loadUnaligned(as: SIMD8<Float>.self)
  }
  @_transparent static func load(own: UnsafePointer<Float>) -> Self { load(own) }
  @_transparent static func narrow(_ x: Float) -> Float { x }
  @_transparent static func store(_ x: Self, _ samples: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(samples).storeBytes(of: x, as: SIMD8<Float>.self)
  }
  @_transparent static func reversed(_ x: Self) -> Self { talea_reverse8(x) }
  @_transparent static func transposed(_ x: TransformSquare<Self>) -> TransformSquare<Self> {
    let y = EightVectors(x.x0, x.x1, x.x2, x.x3, x.x4, x.x5, x.x6, x.x7).transposed
    return TransformSquare(y.v0, y.v1, y.v2, y.v3, y.v4, y.v5, y.v6, y.v7)
  }
}

extension SIMD4<Double>: TransformVector {
  static var lanes: Int { @_transparent get { 4 } }
  @_transparent static func sum(_ a: Self, _ b: Self) -> Self { talea_sum4(a, b) }
  @_transparent static func difference(_ a: Self, _ b: Self) -> Self { talea_difference4(a, b) }
  @_transparent static func product(_ a: Self, _ b: Self) -> Self { talea_product4(a, b) }
  @_transparent static func adding(_ a: Self, _ b: Self, _ c: Self) -> Self { talea_fused4(b, c, a) }
  @_transparent static func subtracting(_ a: Self, _ b: Self, _ c: Self) -> Self { talea_less_product4(a, b, c) }
  @_transparent static func load(_ samples: UnsafePointer<Float>) -> Self {
    talea_widen(UnsafeRawPointer(samples).loadUnaligned(as: SIMD4<Float>.self))
  }
  @_transparent static func load(own: UnsafePointer<Double>) -> Self {
    UnsafeRawPointer(own).loadUnaligned(as: SIMD4<Double>.self)
  }
  @_transparent static func narrow(_ x: Double) -> Float { Float(x) }
  @_transparent static func store(_ x: Self, _ samples: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(samples).storeBytes(of: talea_narrow(x), as: SIMD4<Float>.self)
  }
  @_transparent static func reversed(_ x: Self) -> Self { talea_reverse4(x) }
  @_transparent static func transposed(_ x: TransformSquare<Self>) -> TransformSquare<Self> {
    let h0 = talea_low_halves4(x.x0, x.x2), h1 = talea_low_halves4(x.x1, x.x3)
    let h2 = talea_high_halves4(x.x0, x.x2), h3 = talea_high_halves4(x.x1, x.x3)
    return TransformSquare(
      talea_even_lanes4(h0, h1), talea_odd_lanes4(h0, h1), talea_even_lanes4(h2, h3), talea_odd_lanes4(h2, h3))
  }
}
