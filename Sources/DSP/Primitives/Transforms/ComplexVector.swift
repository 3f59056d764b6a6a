import Signal

/// A vector of complex numbers, and the transforms of four and of eight of them.
struct ComplexVector<V: TransformVector>: BitwiseCopyable {
  var real: V
  var imaginary: V

  @_transparent
  init(_ real: V, _ imaginary: V) { (self.real, self.imaginary) = (real, imaginary) }

  @_transparent
  static func + (a: Self, b: Self) -> Self { Self(V.sum(a.real, b.real), V.sum(a.imaginary, b.imaginary)) }
  @_transparent
  static func - (a: Self, b: Self) -> Self { Self(V.difference(a.real, b.real), V.difference(a.imaginary, b.imaginary)) }
  /// `self - i b`
  @_transparent
  func minusI(_ b: Self) -> Self { Self(V.sum(real, b.imaginary), V.difference(imaginary, b.real)) }
  @_transparent
  func plusI(_ b: Self) -> Self { Self(V.difference(real, b.imaginary), V.sum(imaginary, b.real)) }

  /// Times `cosine + i sine`.
  @_transparent
  func turned(_ cosine: V, _ sine: V) -> Self {
    Self(
      V.subtracting(V.product(real, cosine), imaginary, sine), V.adding(V.product(real, sine), imaginary, cosine))
  }
  /// Times `cosine - i sine`.
  @_transparent
  func turnedBack(_ cosine: V, _ sine: V) -> Self {
    Self(
      V.adding(V.product(real, cosine), imaginary, sine), V.subtracting(V.product(imaginary, cosine), real, sine))
  }
  /// By the vectors at `w`: cosine, sine.
  @_transparent
  func turned(_ w: UnsafePointer<V>) -> Self { turned(w[0], w[1]) }
  /// By one number for all lanes.
  @_transparent
  func turned(_ w: UnsafePointer<V.Scalar>) -> Self { turned(V(repeating: w[0]), V(repeating: w[1])) }
}

/// Four complex vectors, or the even or the odd ones of eight.
struct ComplexFour<V: TransformVector>: BitwiseCopyable {
  var x0, x1, x2, x3: ComplexVector<V>

  @_transparent
  init(_ x0: ComplexVector<V>, _ x1: ComplexVector<V>, _ x2: ComplexVector<V>, _ x3: ComplexVector<V>) {
    (self.x0, self.x1, self.x2, self.x3) = (x0, x1, x2, x3)
  }

  var transformed: Self {
    @_transparent get {
      let a = x0 + x2, b = x0 - x2, c = x1 + x3, d = x1 - x3
      return Self(a + c, b.minusI(d), a - c, b.plusI(d))
    }
  }
}

/// Eight complex vectors.
struct ComplexEight<V: TransformVector>: BitwiseCopyable {
  var even: ComplexFour<V>
  var odd: ComplexFour<V>

  @_transparent
  init(even: ComplexFour<V>, odd: ComplexFour<V>) { (self.even, self.odd) = (even, odd) }

  /// The numbers 0 to 3 and 4 to 7 of the transform.
  @_transparent
  func transformed() -> (ComplexFour<V>, ComplexFour<V>) {
    let e = even.transformed, o = odd.transformed, half = V(repeating: V.Scalar(0.7071067811865476))
    // Times (1 - i) / sqrt 2 and (-1 - i) / sqrt 2: the root goes into the sums.
    let p = ComplexVector(V.sum(o.x1.real, o.x1.imaginary), V.difference(o.x1.imaginary, o.x1.real))
    let q = ComplexVector(V.difference(o.x3.imaginary, o.x3.real), V.sum(o.x3.real, o.x3.imaginary))
    return (
      ComplexFour(
        e.x0 + o.x0,
        ComplexVector(V.adding(e.x1.real, p.real, half), V.adding(e.x1.imaginary, p.imaginary, half)),
        e.x2.minusI(o.x2),
        ComplexVector(V.adding(e.x3.real, q.real, half), V.subtracting(e.x3.imaginary, q.imaginary, half))),
      ComplexFour(
        e.x0 - o.x0,
        ComplexVector(V.subtracting(e.x1.real, p.real, half), V.subtracting(e.x1.imaginary, p.imaginary, half)),
        e.x2.plusI(o.x2),
        ComplexVector(V.subtracting(e.x3.real, q.real, half), V.adding(e.x3.imaginary, q.imaginary, half)))
    )
  }
}
