import Signal

/// Complex numbers as vectors of real and of imaginary parts: number n lies at `n step` of both.
struct ComplexPlanes<V: TransformVector>: BitwiseCopyable {
  var real: UnsafeMutablePointer<V>
  var imaginary: UnsafeMutablePointer<V>
  var step: Int

  @_transparent
  init(_ real: UnsafeMutablePointer<V>, _ imaginary: UnsafeMutablePointer<V>, step: Int = 1) {
    (self.real, self.imaginary, self.step) = (real, imaginary, step)
  }

  /// For a transform backwards, without its factor.
  var exchanged: Self { @_transparent get { Self(imaginary, real, step: step) } }

  subscript(index: Int) -> ComplexVector<V> {
    @_transparent get { ComplexVector(real[index], imaginary[index]) }
    @_transparent nonmutating set { (real[index], imaginary[index]) = (newValue.real, newValue.imaginary) }
  }
}

/// Fourier transforms of `vectorCount` complex numbers, a power of two from 4, one in each lane, in passes of radix 4 and 8 that can
/// be run in pieces.
///
/// Decimation in frequency after Stockham: results are in natural order. The last pass has no roots to multiply by.
///
/// Source: C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992, ch. 1.7 and 2.
struct LaneTransform<V: TransformVector>: ~Copyable {
  let vectorCount: Int
  let passCount: Int
  private let passes: OwnedBuffer<Pass>
  /// For each pass but the last, and each of its roots, the powers 1 to radix - 1: real and imaginary parts.
  private let roots: OwnedBuffer<V.Scalar>

  struct Pass: BitwiseCopyable {
    var radix: Int
    /// Butterflies that follow each other with one root, as a power of two.
    var shift: Int
    var firstRoot: Int

    init(radix: Int, shift: Int, firstRoot: Int) { (self.radix, self.shift, self.firstRoot) = (radix, shift, firstRoot) }
  }

  /// From one plane of the room to work in to the next: a power of two, at which the legs of butterflies lie apart too, would crowd
  /// them all into the same sets of the cache.
  var planeStride: Int { @_transparent get { vectorCount + 16 } }

  init(vectorCount: Int, memory: MemoryMeter) {
    precondition(vectorCount >= 4 && vectorCount & (vectorCount - 1) == 0)
    self.vectorCount = vectorCount
    // Radix 8 for all but one or two.
    let exponent = vectorCount.trailingZeroBitCount, fours = [0, 2, 1][exponent % 3]
    let radices = Array(repeating: 4, count: fours) + Array(repeating: 8, count: (exponent - 2 * fours) / 3)
    passCount = radices.count
    passes = OwnedBuffer(count: radices.count, memory: memory)
    var values: [V.Scalar] = []
    var shift = 0
    for (index, radix) in radices.enumerated() {
      passes[index] = Pass(radix: radix, shift: shift, firstRoot: values.count)
      let length = vectorCount >> shift
      if index + 1 < radices.count {
        for p in 0..<length / radix {
          for power in 1..<radix {
            let root = RootOfUnity.value(p * power, of: length)
            values += [V.Scalar(root.cosine), V.Scalar(root.sine)]
          }
        }
      }
      shift += radix.trailingZeroBitCount
    }
    roots = OwnedBuffer(count: values.count, memory: memory)
    for (index, value) in values.enumerated() { roots[index] = value }
  }

  /// Butterflies of a pass.
  func unitCount(_ pass: Int) -> Int { vectorCount / passes[pass].radix }

  /// Operations on vectors in a butterfly of a pass.
  func unitCost(_ pass: Int) -> Int {
    let sums = passes[pass].radix == 8 ? 52 : 16
    return pass + 1 == passCount ? sums : sums + 4 * (passes[pass].radix - 1)
  }

  /// Runs some butterflies of a pass.
  @inline(__always)
  func run(pass index: Int, _ first: Int, _ count: Int, _ source: ComplexPlanes<V>, _ target: ComplexPlanes<V>) {
    let pass = passes[index], isLast = index + 1 == passCount
    if pass.radix == 8 {
      if isLast { lastEights(pass, first, count, source, target) } else { eights(pass, first, count, source, target) }
    } else {
      if isLast { lastFours(pass, first, count, source, target) } else { fours(pass, first, count, source, target) }
    }
  }

  /// All passes; `work` holds two pairs of planes, `planeStride` apart.
  @inline(__always)
  func run(_ source: ComplexPlanes<V>, _ target: ComplexPlanes<V>, work: UnsafeMutablePointer<V>) {
    var from = source
    for pass in 0..<passCount {
      let to = pass + 1 == passCount ? target : planes(pass & 1, of: work)
      run(pass: pass, 0, unitCount(pass), from, to)
      from = to
    }
  }

  /// A pair of planes of the room to work in.
  @_transparent
  func planes(_ index: Int, of work: UnsafeMutablePointer<V>) -> ComplexPlanes<V> {
    ComplexPlanes(work + 2 * index * planeStride, work + (2 * index + 1) * planeStride)
  }

  // Butterfly n takes the numbers n, n + count / radix, …; what it makes goes to n + (radix - 1) p stride, one stride apart.

  @inline(never)
  private func fours(_ pass: Pass, _ first: Int, _ count: Int, _ source: ComplexPlanes<V>, _ target: ComplexPlanes<V>) {
    let leg = vectorCount / 4 * source.step, stride = target.step << pass.shift, shift = pass.shift
    let roots = UnsafePointer(roots.base) + pass.firstRoot
    for n in first..<first + count {
      let p = n >> shift, from = n * source.step, w = roots + 6 * p
      let y = ComplexFour(source[from], source[from + leg], source[from + 2 * leg], source[from + 3 * leg]).transformed
      let to = n * target.step + 3 * p * stride
      target[to] = y.x0
      target[to + stride] = y.x1.turned(w)
      target[to + 2 * stride] = y.x2.turned(w + 2)
      target[to + 3 * stride] = y.x3.turned(w + 4)
    }
  }

  @inline(never)
  private func lastFours(_ pass: Pass, _ first: Int, _ count: Int, _ source: ComplexPlanes<V>, _ target: ComplexPlanes<V>) {
    let leg = vectorCount / 4 * source.step, stride = vectorCount / 4 * target.step
    for n in first..<first + count {
      let from = n * source.step
      let y = ComplexFour(source[from], source[from + leg], source[from + 2 * leg], source[from + 3 * leg]).transformed
      let to = n * target.step
      target[to] = y.x0
      target[to + stride] = y.x1
      target[to + 2 * stride] = y.x2
      target[to + 3 * stride] = y.x3
    }
  }

  @_transparent
  private static func eight(_ source: ComplexPlanes<V>, _ from: Int, _ leg: Int) -> ComplexEight<V> {
    ComplexEight(
      even: ComplexFour(source[from], source[from + 2 * leg], source[from + 4 * leg], source[from + 6 * leg]),
      odd: ComplexFour(source[from + leg], source[from + 3 * leg], source[from + 5 * leg], source[from + 7 * leg]))
  }

  @inline(never)
  private func eights(_ pass: Pass, _ first: Int, _ count: Int, _ source: ComplexPlanes<V>, _ target: ComplexPlanes<V>) {
    let leg = vectorCount / 8 * source.step, stride = target.step << pass.shift, shift = pass.shift
    let roots = UnsafePointer(roots.base) + pass.firstRoot
    for n in first..<first + count {
      let p = n >> shift, w = roots + 14 * p
      let (y, z) = Self.eight(source, n * source.step, leg).transformed()
      let to = n * target.step + 7 * p * stride
      target[to] = y.x0
      target[to + stride] = y.x1.turned(w)
      target[to + 2 * stride] = y.x2.turned(w + 2)
      target[to + 3 * stride] = y.x3.turned(w + 4)
      target[to + 4 * stride] = z.x0.turned(w + 6)
      target[to + 5 * stride] = z.x1.turned(w + 8)
      target[to + 6 * stride] = z.x2.turned(w + 10)
      target[to + 7 * stride] = z.x3.turned(w + 12)
    }
  }

  @inline(never)
  private func lastEights(_ pass: Pass, _ first: Int, _ count: Int, _ source: ComplexPlanes<V>, _ target: ComplexPlanes<V>) {
    let leg = vectorCount / 8 * source.step, stride = vectorCount / 8 * target.step
    for n in first..<first + count {
      let (y, z) = Self.eight(source, n * source.step, leg).transformed()
      let to = n * target.step
      target[to] = y.x0
      target[to + stride] = y.x1
      target[to + 2 * stride] = y.x2
      target[to + 3 * stride] = y.x3
      target[to + 4 * stride] = z.x0
      target[to + 5 * stride] = z.x1
      target[to + 6 * stride] = z.x2
      target[to + 7 * stride] = z.x3
    }
  }
}
