import Signal

/// Joins transforms that stand in the lanes of vectors, lane l that of the numbers l, l + lanes, …, to one of all numbers.
///
/// Squares of numbers are turned by their diagonal, so that the transform across the lanes is one across vectors: after the turn
/// vector l holds as many numbers of lane l, one behind the other.
struct LaneJoin<V: TransformVector>: ~Copyable {
  /// For each square the factors of its vectors but the first, real and imaginary parts.
  private let turns: OwnedBuffer<V>

  /// - Parameters:
  ///   - count: numbers in all lanes.
  ///   - squares: how many are joined, from the first on.
  init(count: Int, squares: Int, memory: MemoryMeter) {
    let lanes = V.lanes
    turns = OwnedBuffer(count: squares * 2 * (lanes - 1), memory: memory)
    var next = 0
    for square in 0..<squares {
      for lane in 1..<lanes {
        for k in 0..<lanes {
          let root = RootOfUnity.value(lane * (square * lanes + k), of: count)
          turns.base[next][k] = V.Scalar(root.cosine)
          turns.base[next + 1][k] = V.Scalar(root.sine)
        }
        next += 2
      }
    }
  }

  /// The numbers of a square, whose vectors lie at `real` and `imaginary`; the second half only where there are eight lanes.
  @inline(__always)
  func joined(
    _ square: Int, _ real: UnsafePointer<V>, _ imaginary: UnsafePointer<V>
  ) -> (ComplexFour<V>, ComplexFour<V>) {
    let r = V.transposed(TransformSquare(real)), i = V.transposed(TransformSquare(imaginary))
    let w = UnsafePointer(turns.base) + square * 2 * (V.lanes - 1)
    let x0 = ComplexVector(r.x0, i.x0), x1 = ComplexVector(r.x1, i.x1).turned(w)
    let x2 = ComplexVector(r.x2, i.x2).turned(w + 2), x3 = ComplexVector(r.x3, i.x3).turned(w + 4)
    if V.lanes == 4 {
      let y = ComplexFour(x0, x1, x2, x3).transformed
      return (y, y)
    }
    let x4 = ComplexVector(r.x4, i.x4).turned(w + 6), x5 = ComplexVector(r.x5, i.x5).turned(w + 8)
    let x6 = ComplexVector(r.x6, i.x6).turned(w + 10), x7 = ComplexVector(r.x7, i.x7).turned(w + 12)
    return ComplexEight(even: ComplexFour(x0, x2, x4, x6), odd: ComplexFour(x1, x3, x5, x7)).transformed()
  }

  /// The other way: transforms the numbers of a square across vectors, turns them, and leaves them in their lanes.
  @inline(__always)
  func part(_ square: Int, _ x: ComplexFour<V>, _ real: UnsafeMutablePointer<V>, _ imaginary: UnsafeMutablePointer<V>) {
    let w = UnsafePointer(turns.base) + square * 2 * (V.lanes - 1), y = x.transformed
    let y1 = y.x1.turned(w), y2 = y.x2.turned(w + 2), y3 = y.x3.turned(w + 4)
    V.transposed(TransformSquare(y.x0.real, y1.real, y2.real, y3.real)).store(real)
    V.transposed(TransformSquare(y.x0.imaginary, y1.imaginary, y2.imaginary, y3.imaginary)).store(imaginary)
  }

  @inline(__always)
  func part(_ square: Int, _ x: ComplexEight<V>, _ real: UnsafeMutablePointer<V>, _ imaginary: UnsafeMutablePointer<V>) {
    let w = UnsafePointer(turns.base) + square * 2 * (V.lanes - 1), (y, z) = x.transformed()
    let y1 = y.x1.turned(w), y2 = y.x2.turned(w + 2), y3 = y.x3.turned(w + 4)
    let z0 = z.x0.turned(w + 6), z1 = z.x1.turned(w + 8), z2 = z.x2.turned(w + 10), z3 = z.x3.turned(w + 12)
    V.transposed(TransformSquare(y.x0.real, y1.real, y2.real, y3.real, z0.real, z1.real, z2.real, z3.real)).store(real)
    V.transposed(
      TransformSquare(
        y.x0.imaginary, y1.imaginary, y2.imaginary, y3.imaginary, z0.imaginary, z1.imaginary, z2.imaginary, z3.imaginary)
    ).store(imaginary)
  }
}
