import Signal

/// How many frames one sound lies behind another, by the largest magnitude of their cross-correlation.
///
/// Not for an audio thread.
public enum CrossCorrelation {
  /// The lag at which `b` is most like `a`, or like `a` turned over: `b[n + lag]` answers to `a[n]`. 0 where either is silent.
  ///
  /// - Parameters:
  ///   - a, b: of any lengths.
  ///   - maximumLag: how far to look, both ways.
  public static func lag(of b: [Float], behind a: [Float], maximumLag: Int) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return 0 }
    // Long enough that nothing wraps around.
    var size = 2
    while size < a.count + b.count { size *= 2 }
    // Two real sounds in one complex transform: their spectra are its even and odd parts.
    var real = [Double](repeating: 0, count: size), imaginary = real
    for n in a.indices { real[n] = Double(a[n]) }
    for n in b.indices { imaginary[n] = Double(b[n]) }
    transform(&real, &imaginary)
    let (product, turned) = conjugateProduct(real, imaginary)
    // The inverse of a spectrum is its transform, backwards in time; the scale does not move the largest.
    (real, imaginary) = (product, turned)
    transform(&real, &imaginary)
    var best = 0, height = abs(real[0])
    for lag in 1..<max(2, min(maximumLag + 1, size / 2)) {
      // Of two equal places the nearer one counts, and forward before back.
      if abs(real[size - lag]) > height { (best, height) = (lag, abs(real[size - lag])) }
      if abs(real[lag]) > height { (best, height) = (-lag, abs(real[lag])) }
    }
    return best
  }

  /// The conjugate of A times B, where A and B are the spectra of the real and the imaginary part of what was transformed.
  private static func conjugateProduct(_ real: [Double], _ imaginary: [Double]) -> ([Double], [Double]) {
    let size = real.count
    var productReal = [Double](repeating: 0, count: size), productImaginary = productReal
    for k in 0..<size {
      let mirror = (size - k) % size
      let a = (0.5 * (real[k] + real[mirror]), 0.5 * (imaginary[k] - imaginary[mirror]))
      let b = (0.5 * (imaginary[k] + imaginary[mirror]), 0.5 * (real[mirror] - real[k]))
      productReal[k] = a.0 * b.0 + a.1 * b.1
      productImaginary[k] = a.0 * b.1 - a.1 * b.0
    }
    return (productReal, productImaginary)
  }

  /// The discrete Fourier transform in place, of a power of two: decimation in time, radix 2.
  static func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
    let size = real.count
    precondition(size > 1 && size & (size - 1) == 0 && imaginary.count == size, "the length is a power of two")
    let cosines = (0..<size / 2).map { Math.cosPi(2 * Double($0) / Double(size)) }
    let sines = (0..<size / 2).map { -Math.sinPi(2 * Double($0) / Double(size)) }
    real.withUnsafeMutableBufferPointer { real in
      imaginary.withUnsafeMutableBufferPointer { imaginary in
        reverseBits(real, imaginary)
        cosines.withUnsafeBufferPointer { cosines in
          sines.withUnsafeBufferPointer { sines in butterflies(real, imaginary, cosines, sines) }
        }
      }
    }
  }

  private static func reverseBits(_ real: UnsafeMutableBufferPointer<Double>, _ imaginary: UnsafeMutableBufferPointer<Double>) {
    var other = 0
    for n in 0..<real.count {
      if n < other {
        real.swapAt(n, other)
        imaginary.swapAt(n, other)
      }
      var bit = real.count / 2
      while bit > 0, other & bit != 0 {
        other ^= bit
        bit /= 2
      }
      other |= bit
    }
  }

  private static func butterflies(
    _ real: UnsafeMutableBufferPointer<Double>, _ imaginary: UnsafeMutableBufferPointer<Double>,
    _ cosines: UnsafeBufferPointer<Double>, _ sines: UnsafeBufferPointer<Double>
  ) {
    var half = 1
    while half < real.count {
      let stride = real.count / (2 * half)
      var start = 0
      while start < real.count {
        for k in 0..<half {
          let (low, high) = (start + k, start + k + half)
          let (c, s) = (cosines[k * stride], sines[k * stride])
          let x = (real[high] * c).addingProduct(-imaginary[high], s)
          let y = (real[high] * s).addingProduct(imaginary[high], c)
          (real[high], imaginary[high]) = (real[low] - x, imaginary[low] - y)
          real[low] += x
          imaginary[low] += y
        }
        start += 2 * half
      }
      half *= 2
    }
  }
}
