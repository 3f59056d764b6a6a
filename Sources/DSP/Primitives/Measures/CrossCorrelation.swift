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
    guard a.contains(where: { $0 != 0 }), b.contains(where: { $0 != 0 }) else { return 0 }
    // Long enough that nothing wraps around.
    var size = 2
    while size < a.count + b.count { size *= 2 }
    // Two real sounds in one complex transform: their spectra are its even and odd parts.
    var real = [Double](repeating: 0, count: size), imaginary = real
    for n in a.indices { real[n] = Double(a[n]) }
    for n in b.indices { imaginary[n] = Double(b[n]) }
    DiscreteTransform.forward(&real, &imaginary)
    let (product, turned) = conjugateProduct(real, imaginary)
    // The inverse of a spectrum is its transform, backwards in time; the scale does not move the largest.
    (real, imaginary) = (product, turned)
    DiscreteTransform.forward(&real, &imaginary)
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
}
