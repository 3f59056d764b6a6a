import CRealtime
import Signal

/// A vector of lanes that Fourier transforms work on: lane arithmetic, and the one step that crosses lanes.
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

  /// Turns as many vectors as there are lanes by the diagonal.
  static func transpose(_ vectors: UnsafeMutablePointer<Self>)
}

extension SIMD8<Float>: TransformVector {
  static var lanes: Int { @_transparent get { 8 } }
  @_transparent static func sum(_ a: Self, _ b: Self) -> Self { a + b }
  @_transparent static func difference(_ a: Self, _ b: Self) -> Self { a - b }
  @_transparent static func product(_ a: Self, _ b: Self) -> Self { a * b }
  @_transparent static func adding(_ a: Self, _ b: Self, _ c: Self) -> Self { a.addingProduct(b, c) }
  @_transparent static func subtracting(_ a: Self, _ b: Self, _ c: Self) -> Self {
    a.addingProduct(-b, c)
  }
  @_transparent static func load(_ samples: UnsafePointer<Float>) -> Self {
    UnsafeRawPointer(samples).loadUnaligned(as: SIMD8<Float>.self)
  }
  @_transparent static func load(own: UnsafePointer<Float>) -> Self { load(own) }
  @_transparent static func narrow(_ x: Float) -> Float { x }
  @_transparent static func transpose(_ vectors: UnsafeMutablePointer<Self>) {
    EightVectors(from: vectors).transposed.store(to: vectors)
  }
}

extension SIMD4<Double>: TransformVector {
  static var lanes: Int { @_transparent get { 4 } }
  @_transparent static func sum(_ a: Self, _ b: Self) -> Self { a + b }
  @_transparent static func difference(_ a: Self, _ b: Self) -> Self { a - b }
  @_transparent static func product(_ a: Self, _ b: Self) -> Self { a * b }
  @_transparent static func adding(_ a: Self, _ b: Self, _ c: Self) -> Self { a.addingProduct(b, c) }
  @_transparent static func subtracting(_ a: Self, _ b: Self, _ c: Self) -> Self {
    a.addingProduct(-b, c)
  }
  @_transparent static func load(_ samples: UnsafePointer<Float>) -> Self {
    SIMD4(Double(samples[0]), Double(samples[1]), Double(samples[2]), Double(samples[3]))
  }
  @_transparent static func load(own: UnsafePointer<Double>) -> Self {
    UnsafeRawPointer(own).loadUnaligned(as: SIMD4<Double>.self)
  }
  @_transparent static func narrow(_ x: Double) -> Float { Float(x) }
  @_transparent static func transpose(_ v: UnsafeMutablePointer<Self>) {
    let (a, b, c, d) = (v[0], v[1], v[2], v[3])
    v[0] = SIMD4(a[0], b[0], c[0], d[0])
    v[1] = SIMD4(a[1], b[1], c[1], d[1])
    v[2] = SIMD4(a[2], b[2], c[2], d[2])
    v[3] = SIMD4(a[3], b[3], c[3], d[3])
  }
}
