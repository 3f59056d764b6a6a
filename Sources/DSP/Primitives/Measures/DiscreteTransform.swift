import Signal

/// The discrete Fourier transform, for measuring: in double precision, as long as memory allows, and without haste.
///
/// Not for an audio thread.
public enum DiscreteTransform {
  /// Replaces a complex sequence, whose length is a power of two, by its transform: decimation in time, radix 2.
  public static func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
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
