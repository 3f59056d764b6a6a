import Signal

/// A discrete Fourier transform of `count` complex numbers, a power of two, in passes that can be run in pieces.
///
/// The numbers are planes of real and of imaginary parts. Lane `l` of the vectors holds every number whose index is `l`
/// modulo the lanes: the first passes transform all lanes at once, and the last one joins them. Results are in natural order.
///
/// The inverse, without its factor `1 / count`, is the same with both planes exchanged on the way in and on the way out.
struct ComplexTransform<V: TransformVector>: ~Copyable {
  let count: Int
  /// What is done in the lanes: `passes.passCount` passes before the last one.
  let passes: LaneTransform<V>
  private let laneJoin: LaneJoin<V>

  /// Where results go: vector `n` of a plane lies at `n` in plain planes, and in groups of four, the real before the
  /// imaginary ones, where `groupStride` is not nil: at `n / 4 * groupStride + n % 4`.
  struct Destination: BitwiseCopyable {
    var real: UnsafeMutablePointer<V>
    var imaginary: UnsafeMutablePointer<V>
    var shift: Int
    var stride: Int

    @_transparent
    init(real: UnsafeMutablePointer<V>, imaginary: UnsafeMutablePointer<V>) {
      (self.real, self.imaginary, shift, stride) = (real, imaginary, 62, 0)
    }

    /// - Parameter groupStride: vectors from one group of four to the next.
    @_transparent
    init(groups: UnsafeMutablePointer<V>, groupStride: Int) {
      (real, imaginary, shift, stride) = (groups, groups + 4, 2, groupStride)
    }

    subscript(index: Int) -> ComplexVector<V> {
      @_transparent get { ComplexVector(real[offset(index)], imaginary[offset(index)]) }
      @_transparent nonmutating set { (real[offset(index)], imaginary[offset(index)]) = (newValue.real, newValue.imaginary) }
    }

    var isPlain: Bool { @_transparent get { stride == 0 } }

    @_transparent
    func offset(_ index: Int) -> Int { (index >> shift) * stride + (index & ((1 << shift) - 1)) }
  }

  /// - Parameter count: a power of two, at least the square of the lanes.
  init(count: Int, memory: MemoryMeter) {
    let lanes = V.lanes
    precondition(count & (count - 1) == 0 && count >= lanes * lanes)
    self.count = count
    passes = LaneTransform(vectorCount: count / lanes, memory: memory)
    laneJoin = LaneJoin(count: count, squares: count / (lanes * lanes), memory: memory)
  }

  /// Vectors of a plane.
  var vectorCount: Int { @_transparent get { passes.vectorCount } }

  /// Vectors that a whole transform works on.
  var workCount: Int { 4 * passes.planeStride }

  /// Squares of numbers in the last pass.
  var squareCount: Int { @_transparent get { vectorCount / V.lanes } }

  /// Runs some squares of the last pass.
  func join(_ first: Int, _ count: Int, _ source: ComplexPlanes<V>, _ target: Destination) {
    let stride = squareCount
    // From a square's first vector to the next: groups are evenly apart where squares are whole groups apart.
    let jump = target.isPlain ? stride : stride / 4 * target.stride, isEven = target.isPlain || stride & 3 == 0
    for square in first..<first + count {
      let (y, z) = laneJoin.joined(square, source.real + square * V.lanes, source.imaginary + square * V.lanes)
      if isEven {
        let place = target.offset(square), planes = ComplexPlanes(target.real + place, target.imaginary + place)
        planes[0] = y.x0
        planes[jump] = y.x1
        planes[2 * jump] = y.x2
        planes[3 * jump] = y.x3
        if V.lanes == 8 {
          planes[4 * jump] = z.x0
          planes[5 * jump] = z.x1
          planes[6 * jump] = z.x2
          planes[7 * jump] = z.x3
        }
      } else {
        target[square] = y.x0
        target[square + stride] = y.x1
        target[square + 2 * stride] = y.x2
        target[square + 3 * stride] = y.x3
        if V.lanes == 8 {
          target[square + 4 * stride] = z.x0
          target[square + 5 * stride] = z.x1
          target[square + 6 * stride] = z.x2
          target[square + 7 * stride] = z.x3
        }
      }
    }
  }

  /// The whole transform.
  ///
  /// - Parameter work: `workCount` vectors.
  func run(_ source: ComplexPlanes<V>, _ target: Destination, work: UnsafeMutablePointer<V>) {
    let last = passes.planes((passes.passCount - 1) & 1, of: work)
    passes.run(source, last, work: work)
    join(0, squareCount, last, target)
  }
}
