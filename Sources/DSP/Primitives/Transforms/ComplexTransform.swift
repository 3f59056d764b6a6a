import CRealtime
import Signal

/// A discrete Fourier transform of `count` complex numbers, a power of two, in passes that can be run in pieces.
///
/// The numbers are planes of real and of imaginary parts. Lane `l` of the vectors holds every number whose index is `l`
/// modulo the lanes: the first passes (radix 4 after Stockham, with a last one of radix 2 where the length asks for it)
/// transform all lanes at once, and the last pass joins them: it turns squares of numbers by their diagonal, so that the
/// transform across the lanes is one across vectors. Results are in natural order.
///
/// The inverse, without its factor `1 / count`, is the same with both planes exchanged on the way in and on the way out.
///
/// Source: C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992, ch. 1.7 and 3.
struct ComplexTransform<V: TransformVector>: ~Copyable {
  let count: Int
  /// Vectors of a plane.
  let vectorCount: Int
  /// Passes before the last one.
  let passCount: Int
  /// For each pass the powers 1, 2, 3 of its roots: real and imaginary parts, six numbers a butterfly.
  private let roots: OwnedBuffer<V.Scalar>
  /// For the last pass: for each square the factors of its vectors but the first, real and imaginary parts.
  private let turns: OwnedBuffer<V>

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

    @_transparent
    func offset(_ index: Int) -> Int { (index >> shift) * stride + (index & ((1 << shift) - 1)) }
  }

  /// - Parameter count: a power of two, at least the square of the lanes.
  init(count: Int, memory: MemoryMeter) {
    let lanes = V.lanes
    precondition(count & (count - 1) == 0 && count >= lanes * lanes)
    self.count = count
    let vectors = count / lanes
    vectorCount = vectors
    var lengths: [Int] = []
    var length = vectors
    while length > 1 {
      lengths.append(length)
      length /= length == 2 ? 2 : 4
    }
    passCount = lengths.count
    roots = OwnedBuffer(count: lengths.reduce(0) { $0 + 6 * ($1 / 4) }, memory: memory)
    turns = OwnedBuffer(count: vectors / lanes * 2 * (lanes - 1), memory: memory)
    var next = 0
    for length in lengths {
      for p in 0..<length / 4 {
        for power in 1...3 {
          let (cosine, sine) = Self.root(p * power, of: length)
          roots[next] = V.Scalar(cosine)
          roots[next + 1] = V.Scalar(sine)
          next += 2
        }
      }
    }
    next = 0
    for square in 0..<vectors / lanes {
      for lane in 1..<lanes {
        for k in 0..<lanes {
          let (cosine, sine) = Self.root(lane * (square * lanes + k), of: count)
          turns.base[next][k] = V.Scalar(cosine)
          turns.base[next + 1][k] = V.Scalar(sine)
        }
        next += 2
      }
    }
  }

  /// `exp(-2 pi i k / n)`, with the angle brought into an eighth of the circle first.
  static func root(_ k: Int, of n: Int) -> (Double, Double) {
    // In eighths: 8 k = octant n + rest.
    let octant = (8 * (k % n)) / n
    let rest = 8 * (k % n) - octant * n
    let angle = { (eighths: Int) in Double(eighths) / Double(n) * (Double.pi / 4) }
    let (near, far) = (angle(rest), angle(n - rest))
    let (cosine, sine) =
      switch octant {
      case 0: (Math.cos(near), Math.sin(near))
      case 1: (Math.sin(far), Math.cos(far))
      case 2: (-Math.sin(near), Math.cos(near))
      case 3: (-Math.cos(far), Math.sin(far))
      case 4: (-Math.cos(near), -Math.sin(near))
      case 5: (-Math.sin(far), -Math.cos(far))
      case 6: (Math.sin(near), -Math.cos(near))
      default: (Math.cos(far), -Math.sin(far))
      }
    return (cosine, -sine)
  }

  /// Units of work of a pass before the last: butterflies of four vectors (two in a last pass of radix 2).
  func unitCount(_ pass: Int) -> Int { vectorCount >> (2 * pass) == 2 ? vectorCount / 2 : vectorCount / 4 }

  /// Squares of numbers in the last pass.
  var squareCount: Int { get { vectorCount / V.lanes } }

  /// Runs some units of a pass from one pair of planes to another.
  func run(
    pass: Int, _ first: Int, _ count: Int, _ real: UnsafePointer<V>, _ imaginary: UnsafePointer<V>,
    _ realOut: UnsafeMutablePointer<V>, _ imaginaryOut: UnsafeMutablePointer<V>
  ) {
    let length = vectorCount >> (2 * pass)
    let stride = 1 << (2 * pass)
    if length == 2 {
      for n in first..<first + count {
        let (a, b, c, d) = (real[n], real[n + stride], imaginary[n], imaginary[n + stride])
        realOut[n] = V.sum(a, b)
        realOut[n + stride] = V.difference(a, b)
        imaginaryOut[n] = V.sum(c, d)
        imaginaryOut[n + stride] = V.difference(c, d)
      }
      return
    }
    // The passes before had roots for lengths that shrink by four: 6 (v/4 + v/16 + …).
    let root = UnsafePointer(roots.base) + 2 * (vectorCount - length)
    let quarter = vectorCount / 4
    var n = first
    while n < first + count {
      let p = n >> (2 * pass)
      let end = min((p + 1) << (2 * pass), first + count)
      let w = root + 6 * p
      let w1r = V(repeating: w[0]), w1i = V(repeating: w[1])
      let w2r = V(repeating: w[2]), w2i = V(repeating: w[3])
      let w3r = V(repeating: w[4]), w3i = V(repeating: w[5])
      // Butterfly n of the input goes to n + 3 p stride, one stride apart.
      let shift = 3 * p * stride
      while n < end {
        let ar = real[n], br = real[n + quarter], cr = real[n + 2 * quarter], dr = real[n + 3 * quarter]
        let ai = imaginary[n], bi = imaginary[n + quarter], ci = imaginary[n + 2 * quarter], di = imaginary[n + 3 * quarter]
        let t0r = V.sum(ar, cr), t1r = V.difference(ar, cr), t2r = V.sum(br, dr), t3r = V.difference(br, dr)
        let t0i = V.sum(ai, ci), t1i = V.difference(ai, ci), t2i = V.sum(bi, di), t3i = V.difference(bi, di)
        let target = n + shift
        realOut[target] = V.sum(t0r, t2r)
        imaginaryOut[target] = V.sum(t0i, t2i)
        let y1r = V.sum(t1r, t3i), y1i = V.difference(t1i, t3r)
        realOut[target + stride] = V.subtracting(V.product(y1r, w1r), y1i, w1i)
        imaginaryOut[target + stride] = V.adding(V.product(y1r, w1i), y1i, w1r)
        let y2r = V.difference(t0r, t2r), y2i = V.difference(t0i, t2i)
        realOut[target + 2 * stride] = V.subtracting(V.product(y2r, w2r), y2i, w2i)
        imaginaryOut[target + 2 * stride] = V.adding(V.product(y2r, w2i), y2i, w2r)
        let y3r = V.difference(t1r, t3i), y3i = V.sum(t1i, t3r)
        realOut[target + 3 * stride] = V.subtracting(V.product(y3r, w3r), y3i, w3i)
        imaginaryOut[target + 3 * stride] = V.adding(V.product(y3r, w3i), y3i, w3r)
        n += 1
      }
    }
  }

  /// Runs some squares of the last pass.
  func join(
    _ first: Int, _ count: Int, _ real: UnsafePointer<V>, _ imaginary: UnsafePointer<V>, _ destination: Destination
  ) {
    for square in first..<first + count {
      joinSquare(real + square * V.lanes, imaginary + square * V.lanes, square, destination)
    }
  }

  @inline(__always)
  private func joinSquare(
    _ real: UnsafePointer<V>, _ imaginary: UnsafePointer<V>, _ square: Int, _ to: Destination
  ) {
    var r = (real[0], real[1], real[2], real[3], real[0], real[0], real[0], real[0])
    var i = (imaginary[0], imaginary[1], imaginary[2], imaginary[3], imaginary[0], imaginary[0], imaginary[0], imaginary[0])
    if V.lanes == 8 {
      (r.4, r.5, r.6, r.7) = (real[4], real[5], real[6], real[7])
      (i.4, i.5, i.6, i.7) = (imaginary[4], imaginary[5], imaginary[6], imaginary[7])
    }
    withUnsafeMutablePointer(to: &r) { V.transpose(UnsafeMutableRawPointer($0).assumingMemoryBound(to: V.self)) }
    withUnsafeMutablePointer(to: &i) { V.transpose(UnsafeMutableRawPointer($0).assumingMemoryBound(to: V.self)) }
    let w = UnsafePointer(turns.base) + square * 2 * (V.lanes - 1)
    let x0 = Pair(r.0, i.0), x1 = Pair(r.1, i.1).turned(w), x2 = Pair(r.2, i.2).turned(w + 2), x3 = Pair(r.3, i.3).turned(w + 4)
    let stride = squareCount
    if V.lanes == 4 {
      let even = x0 + x2, other = x0 - x2, odd = x1 + x3, last = x1 - x3
      (even + odd).store(to, square)
      other.minusI(last).store(to, square + stride)
      (even - odd).store(to, square + 2 * stride)
      other.plusI(last).store(to, square + 3 * stride)
      return
    }
    let x4 = Pair(r.4, i.4).turned(w + 6), x5 = Pair(r.5, i.5).turned(w + 8)
    let x6 = Pair(r.6, i.6).turned(w + 10), x7 = Pair(r.7, i.7).turned(w + 12)
    let a0 = x0 + x4, a1 = x0 - x4, a2 = x2 + x6, a3 = x2 - x6
    let e0 = a0 + a2, e2 = a0 - a2, e1 = a1.minusI(a3), e3 = a1.plusI(a3)
    let b0 = x1 + x5, b1 = x1 - x5, b2 = x3 + x7, b3 = x3 - x7
    let o0 = b0 + b2, o2 = b0 - b2, o1 = b1.minusI(b3), o3 = b1.plusI(b3)
    let half = V(repeating: V.Scalar(0.7071067811865476))
    // (1 - i) / sqrt 2 and (-1 - i) / sqrt 2.
    let q1 = Pair(V.product(V.sum(o1.real, o1.imaginary), half), V.product(V.difference(o1.imaginary, o1.real), half))
    let q3 = Pair(V.product(V.difference(o3.imaginary, o3.real), half), V.product(V.sum(o3.real, o3.imaginary), half))
    (e0 + o0).store(to, square)
    (e1 + q1).store(to, square + stride)
    e2.minusI(o2).store(to, square + 2 * stride)
    Pair(V.sum(e3.real, q3.real), V.difference(e3.imaginary, q3.imaginary)).store(to, square + 3 * stride)
    (e0 - o0).store(to, square + 4 * stride)
    (e1 - q1).store(to, square + 5 * stride)
    e2.plusI(o2).store(to, square + 6 * stride)
    Pair(V.difference(e3.real, q3.real), V.sum(e3.imaginary, q3.imaginary)).store(to, square + 7 * stride)
  }

  /// A vector of complex numbers.
  private struct Pair: BitwiseCopyable {
    var real: V
    var imaginary: V

    @_transparent
    init(_ real: V, _ imaginary: V) { (self.real, self.imaginary) = (real, imaginary) }

    @_transparent
    static func + (a: Pair, b: Pair) -> Pair { Pair(V.sum(a.real, b.real), V.sum(a.imaginary, b.imaginary)) }
    @_transparent
    static func - (a: Pair, b: Pair) -> Pair { Pair(V.difference(a.real, b.real), V.difference(a.imaginary, b.imaginary)) }
    /// `self - i b`
    @_transparent
    func minusI(_ b: Pair) -> Pair { Pair(V.sum(real, b.imaginary), V.difference(imaginary, b.real)) }
    @_transparent
    func plusI(_ b: Pair) -> Pair { Pair(V.difference(real, b.imaginary), V.sum(imaginary, b.real)) }
    @_transparent
    func turned(_ w: UnsafePointer<V>) -> Pair {
      Pair(
        V.subtracting(V.product(real, w[0]), imaginary, w[1]), V.adding(V.product(real, w[1]), imaginary, w[0]))
    }
    @_transparent
    func store(_ to: Destination, _ index: Int) {
      let offset = to.offset(index)
      to.real[offset] = real
      to.imaginary[offset] = imaginary
    }
  }

  /// The whole transform: `work` holds two further pairs of planes.
  func run(
    _ real: UnsafePointer<V>, _ imaginary: UnsafePointer<V>, _ destination: Destination, work: UnsafeMutablePointer<V>
  ) {
    var (r, i) = (real, imaginary)
    for pass in 0..<passCount {
      let out = work + (pass & 1) * 2 * vectorCount
      run(pass: pass, 0, unitCount(pass), r, i, out, out + vectorCount)
      (r, i) = (UnsafePointer(out), UnsafePointer(out + vectorCount))
    }
    join(0, squareCount, r, i, destination)
  }
}
