import Signal

/// A discrete Fourier transform of `count` real numbers, a power of two, and its inverse.
///
/// Lane l holds the numbers l, l + lanes, …: vectors as they lie in memory. In each lane two vectors that follow each other are one
/// complex number: a transform of half the length, after which its even and odd parts are told apart, gives the lane's
/// numbers 0 to `half`. They are joined across the lanes a square at a time; of the eight numbers k + 2 half m the
/// first four are results, and the conjugates of the last four are those that lie mirrored.
///
/// The numbers 0 and `half` of a lane are real and share the place 0: what follows from them, as many numbers each as there are
/// lanes, is a product with a matrix.
///
/// Source: H. V. Sorensen et al., "Real-valued fast Fourier transform algorithms", IEEE Trans. ASSP 35(6), 1987.
struct RealTransform<V: TransformVector>: ~Copyable {
  let count: Int
  private let passes: LaneTransform<V>
  private let laneJoin: LaneJoin<V>
  /// Halves of `exp(-2 pi i k / (2 half))` for k below `half / 2`.
  private let halves: OwnedBuffer<V.Scalar>
  /// Four matrices, column by column: for the numbers 0 and `half` of the lanes, forward, and then back.
  private let edges: OwnedBuffer<V>

  /// Complex numbers of a lane.
  private var half: Int { @_transparent get { passes.vectorCount } }

  /// Vectors that a transform works on.
  var workCount: Int { 6 * passes.planeStride }

  /// - Parameter count: a power of two, at least eight times the lanes.
  init(count: Int, memory: MemoryMeter) {
    let lanes = V.lanes
    precondition(count & (count - 1) == 0 && count >= 8 * lanes)
    self.count = count
    let half = count / (2 * lanes)
    passes = LaneTransform(vectorCount: half, memory: memory)
    laneJoin = LaneJoin(count: count, squares: max(half / lanes, 1), memory: memory)
    halves = OwnedBuffer(count: half, memory: memory)
    for k in 0..<half / 2 {
      let root = RootOfUnity.value(k, of: 2 * half)
      halves[2 * k] = V.Scalar(root.cosine / 2)
      halves[2 * k + 1] = V.Scalar(root.sine / 2)
    }
    edges = OwnedBuffer(count: 4 * lanes, memory: memory)
    fillEdges()
  }

  /// What the numbers 0 and `half` of the lanes turn into: real parts of the numbers `2 half m` for m to half of the lanes, and the
  /// imaginary ones but of the first and the last; then of `half + 2 half m`, as many of both.
  private func fillEdges() {
    let lanes = V.lanes
    for lane in 0..<lanes {
      for place in 0..<lanes {
        let isReal = place <= lanes / 2, m = isReal ? place : place - lanes / 2
        let root = RootOfUnity.value(lane * m, of: lanes)
        let value = isReal ? root.cosine : root.sine
        // Those in the middle count twice on the way back: for themselves and for their conjugates.
        let weight: Double = m == 0 || m == lanes / 2 ? 1 : 2
        edges.base[lane][place] = V.Scalar(value)
        edges.base[2 * lanes + place][lane] = V.Scalar(value * weight)
        let isRealHere = place < lanes / 2, here = isRealHere ? place : place - lanes / 2
        let other = RootOfUnity.value(lane * (1 + 2 * here), of: 2 * lanes)
        let otherValue = isRealHere ? other.cosine : other.sine
        edges.base[lanes + lane][place] = V.Scalar(otherValue)
        edges.base[3 * lanes + place][lane] = V.Scalar(2 * otherValue)
      }
    }
  }

  @_transparent
  private func product(_ matrix: Int, _ x: UnsafePointer<V.Scalar>) -> V {
    let columns = UnsafePointer(edges.base) + matrix * V.lanes
    var sum = V.product(columns[0], V(repeating: x[0])), other = V.product(columns[1], V(repeating: x[1]))
    for lane in stride(from: 2, to: V.lanes, by: 2) {
      sum = V.adding(sum, columns[lane], V(repeating: x[lane]))
      other = V.adding(other, columns[lane + 1], V(repeating: x[lane + 1]))
    }
    return V.sum(sum, other)
  }

  /// Where the numbers of the lanes lie in the room to work in.
  @_transparent
  private func lanes(_ work: UnsafeMutablePointer<V>) -> ComplexPlanes<V> {
    passes.planes(2, of: work)
  }

  // MARK: Forward

  /// The numbers 0 to `count / 2` of the spectrum. Nothing is scaled.
  ///
  /// - Parameters:
  ///   - samples: `count` of them.
  ///   - real, imaginary: `count / 2 + 1` numbers each, at any address.
  ///   - work: `workCount` vectors.
  func forward(
    _ samples: UnsafeMutablePointer<V>, _ real: UnsafeMutablePointer<V.Scalar>, _ imaginary: UnsafeMutablePointer<V.Scalar>,
    work: UnsafeMutablePointer<V>
  ) {
    let last = lanes(work)
    passes.run(ComplexPlanes(samples, samples + 1, step: 2), last, work: work)
    split(last)
    for first in stride(from: 0, to: half, by: V.lanes) {
      let (y, z) = laneJoin.joined(first / V.lanes, last.real + first, last.imaginary + first)
      store(y.x0, real, imaginary, first)
      store(y.x1, real, imaginary, first + 2 * half)
      if V.lanes == 4 {
        storeMirrored(y.x2, real, imaginary, 4 * half - first)
        storeMirrored(y.x3, real, imaginary, 2 * half - first)
      } else {
        store(y.x2, real, imaginary, first + 4 * half)
        store(y.x3, real, imaginary, first + 6 * half)
        storeMirrored(z.x0, real, imaginary, 8 * half - first)
        storeMirrored(z.x1, real, imaginary, 6 * half - first)
        storeMirrored(z.x2, real, imaginary, 4 * half - first)
        storeMirrored(z.x3, real, imaginary, 2 * half - first)
      }
    }
    storeEdges(last, real, imaginary)
  }

  @_transparent
  private func store(
    _ x: ComplexVector<V>, _ real: UnsafeMutablePointer<V.Scalar>, _ imaginary: UnsafeMutablePointer<V.Scalar>, _ index: Int
  ) {
    UnsafeMutableRawPointer(real + index).storeBytes(of: x.real, as: V.self)
    UnsafeMutableRawPointer(imaginary + index).storeBytes(of: x.imaginary, as: V.self)
  }

  /// The conjugates, the last of which is number `index`.
  @_transparent
  private func storeMirrored(
    _ x: ComplexVector<V>, _ real: UnsafeMutablePointer<V.Scalar>, _ imaginary: UnsafeMutablePointer<V.Scalar>, _ index: Int
  ) {
    let y = ComplexVector(V.reversed(x.real), V.difference(V(), V.reversed(x.imaginary)))
    store(y, real, imaginary, index - V.lanes + 1)
  }

  private func storeEdges(
    _ source: ComplexPlanes<V>, _ real: UnsafeMutablePointer<V.Scalar>, _ imaginary: UnsafeMutablePointer<V.Scalar>
  ) {
    let lanes = V.lanes, step = 2 * half
    let whole = product(0, UnsafeRawPointer(source.real).assumingMemoryBound(to: V.Scalar.self))
    let other = product(1, UnsafeRawPointer(source.imaginary).assumingMemoryBound(to: V.Scalar.self))
    for m in 0...lanes / 2 { real[m * step] = whole[m] }
    for m in 1..<lanes / 2 { imaginary[m * step] = whole[lanes / 2 + m] }
    imaginary[0] = 0
    imaginary[count / 2] = 0
    for m in 0..<lanes / 2 {
      real[half + m * step] = other[m]
      imaginary[half + m * step] = other[lanes / 2 + m]
    }
  }

  /// From the transform of pairs to that of the lane's numbers: the even ones and, turned, the odd ones.
  private func split(_ x: ComplexPlanes<V>) {
    let point = V(repeating: 0.5)
    let first = x[0]
    x[0] = ComplexVector(V.sum(first.real, first.imaginary), V.difference(first.real, first.imaginary))
    for k in 1..<half / 2 {
      let a = x[k], b = x[half - k]
      let evenReal = V.product(V.sum(a.real, b.real), point), evenImaginary = V.difference(a.imaginary, b.imaginary)
      let odd = ComplexVector(V.sum(a.imaginary, b.imaginary), V.difference(b.real, a.real))
        .turned(UnsafePointer(halves.base) + 2 * k)
      x[k] = ComplexVector(V.sum(evenReal, odd.real), V.adding(odd.imaginary, evenImaginary, point))
      x[half - k] = ComplexVector(V.difference(evenReal, odd.real), V.subtracting(odd.imaginary, evenImaginary, point))
    }
    x.imaginary[half / 2] = V.difference(V(), x.imaginary[half / 2])
    if half < V.lanes { fillSquare(x) }
  }

  /// Where a lane has fewer numbers than a square: the other half of its spectrum.
  private func fillSquare(_ x: ComplexPlanes<V>) {
    x[half] = ComplexVector(x.imaginary[0], V())
    for k in 1..<half { x[half + k] = ComplexVector(x.real[half - k], V.difference(V(), x.imaginary[half - k])) }
  }

  // MARK: Back

  /// The samples of a spectrum, times `count / 2`: the inverse of `forward` but for that. The imaginary parts of the first and
  /// the last number do not count.
  ///
  /// - Parameters: as of `forward`.
  func inverse(
    _ real: UnsafePointer<V.Scalar>, _ imaginary: UnsafePointer<V.Scalar>, _ samples: UnsafeMutablePointer<V>,
    work: UnsafeMutablePointer<V>
  ) {
    let numbers = lanes(work), two = 2 * half
    for first in stride(from: 0, to: half, by: V.lanes) {
      let x0 = load(real, imaginary, first), x1 = load(real, imaginary, first + two)
      if V.lanes == 4 {
        let x2 = loadMirrored(real, imaginary, 2 * two - first), x3 = loadMirrored(real, imaginary, two - first)
        laneJoin.part(first / V.lanes, ComplexFour(x0, x1, x2, x3), numbers.imaginary + first, numbers.real + first)
      } else {
        let x2 = load(real, imaginary, first + 2 * two), x3 = load(real, imaginary, first + 3 * two)
        let x4 = loadMirrored(real, imaginary, 4 * two - first), x5 = loadMirrored(real, imaginary, 3 * two - first)
        let x6 = loadMirrored(real, imaginary, 2 * two - first), x7 = loadMirrored(real, imaginary, two - first)
        laneJoin.part(
          first / V.lanes, ComplexEight(even: ComplexFour(x0, x2, x4, x6), odd: ComplexFour(x1, x3, x5, x7)),
          numbers.imaginary + first, numbers.real + first)
      }
    }
    loadEdges(real, imaginary, numbers)
    merge(numbers)
    passes.run(numbers.exchanged, ComplexPlanes(samples + 1, samples, step: 2), work: work)
  }

  /// With real and imaginary parts exchanged: what goes on forward is a way back.
  @_transparent
  private func load(
    _ real: UnsafePointer<V.Scalar>, _ imaginary: UnsafePointer<V.Scalar>, _ index: Int
  ) -> ComplexVector<V> {
    ComplexVector(V.load(own: imaginary + index), V.load(own: real + index))
  }

  /// The same of the conjugates, the last of which is number `index`.
  @_transparent
  private func loadMirrored(
    _ real: UnsafePointer<V.Scalar>, _ imaginary: UnsafePointer<V.Scalar>, _ index: Int
  ) -> ComplexVector<V> {
    let x = load(real, imaginary, index - V.lanes + 1)
    return ComplexVector(V.difference(V(), V.reversed(x.real)), V.reversed(x.imaginary))
  }

  private func loadEdges(
    _ real: UnsafePointer<V.Scalar>, _ imaginary: UnsafePointer<V.Scalar>, _ target: ComplexPlanes<V>
  ) {
    let lanes = V.lanes, step = 2 * half
    var whole = V(), other = V()
    for m in 0...lanes / 2 { whole[m] = real[m * step] }
    for m in 1..<lanes / 2 { whole[lanes / 2 + m] = imaginary[m * step] }
    for m in 0..<lanes / 2 {
      other[m] = real[half + m * step]
      other[lanes / 2 + m] = imaginary[half + m * step]
    }
    (target.real[0], target.imaginary[0]) = (whole, other)
    let first = product(2, UnsafeRawPointer(target.real).assumingMemoryBound(to: V.Scalar.self))
    let middle = product(3, UnsafeRawPointer(target.imaginary).assumingMemoryBound(to: V.Scalar.self))
    (target.real[0], target.imaginary[0]) = (first, middle)
  }

  /// From the lane's numbers to the transform of pairs.
  private func merge(_ x: ComplexPlanes<V>) {
    let point = V(repeating: 0.5)
    let first = x[0]
    x[0] = ComplexVector(
      V.product(V.sum(first.real, first.imaginary), point), V.product(V.difference(first.real, first.imaginary), point))
    for k in 1..<half / 2 {
      let a = x[k], b = x[half - k], w = UnsafePointer(halves.base) + 2 * k
      let evenReal = V.product(V.sum(a.real, b.real), point), evenImaginary = V.difference(a.imaginary, b.imaginary)
      let odd = ComplexVector(V.difference(a.real, b.real), V.sum(a.imaginary, b.imaginary))
        .turnedBack(V(repeating: w[0]), V(repeating: w[1]))
      // The even ones and i times the odd ones.
      x[k] = ComplexVector(V.difference(evenReal, odd.imaginary), V.adding(odd.real, evenImaginary, point))
      x[half - k] = ComplexVector(V.sum(evenReal, odd.imaginary), V.subtracting(odd.real, evenImaginary, point))
    }
    x.imaginary[half / 2] = V.difference(V(), x.imaginary[half / 2])
  }
}
