import Signal

/// Finite responses made from magnitudes: the linear-phase and the minimum-phase one. Not for an audio thread.
///
/// Source: A. V. Oppenheim and R. W. Schafer, Discrete-Time Signal Processing, ch. 7 (windows) and 13 (the cepstrum).
enum ResponseDesign {
  /// Magnitudes below this share of the largest count as this, so that a logarithm exists.
  private static let floor = 1e-9

  /// The zero-phase response of a magnitude, moved to the middle of `2 half + 1` frames.
  ///
  /// - Parameters:
  ///   - magnitude: at 0, 1, …, n frames of a grid of 2 n, a power of two, at least four times `half`.
  ///   - half: frames on each side of the middle; the outer half of each side is faded out by a raised cosine.
  static func linearPhase(_ magnitude: [Double], half: Int) -> [Double] {
    var (real, imaginary) = hermitian(magnitude)
    DiscreteTransform.forward(&real, &imaginary)
    let scale = 1 / Double(real.count)
    return (-half...half).map { n in
      let distance = Double(abs(n)) / Double(half + 1)
      let fade = distance <= 0.5 ? 1 : 0.5 * (1 + Math.cosPi(2 * (distance - 0.5)))
      return real[n < 0 ? n + real.count : n] * scale * fade
    }
  }

  /// The response of least delay with a magnitude, its first `length` frames.
  static func minimumPhase(_ magnitude: [Double], length: Int) -> [Double] {
    let largest = max(magnitude.max() ?? 0, 1e-300)
    var (real, imaginary) = hermitian(magnitude.map { Math.log(max($0, floor * largest)) })
    DiscreteTransform.forward(&real, &imaginary)
    let count = real.count
    // The cepstrum, folded onto its causal half.
    for n in 0..<count {
      let fold: Double = n == 0 || n == count / 2 ? 1 : n < count / 2 ? 2 : 0
      real[n] *= fold / Double(count)
      imaginary[n] = 0
    }
    DiscreteTransform.forward(&real, &imaginary)
    for n in 0..<count {
      let gain = Math.exp(real[n])
      // Conjugate, so that a further forward transform is the inverse one.
      (real[n], imaginary[n]) = (gain * Math.cos(imaginary[n]), -gain * Math.sin(imaginary[n]))
    }
    DiscreteTransform.forward(&real, &imaginary)
    return (0..<length).map { real[$0] / Double(count) }
  }

  /// The magnitude of a response on a grid of `2 points` frames, at 0, 1, …, `points`.
  static func magnitude(of response: [Double], points: Int) -> [Double] {
    var real = response + [Double](repeating: 0, count: 2 * points - response.count)
    var imaginary = [Double](repeating: 0, count: 2 * points)
    DiscreteTransform.forward(&real, &imaginary)
    return (0...points).map { ComplexNumber(real[$0], imaginary[$0]).squaredMagnitude.squareRoot() }
  }

  /// The smallest power of two that is at least `count`.
  static func powerOfTwo(atLeast count: Int) -> Int {
    var size = 1
    while size < count { size *= 2 }
    return size
  }

  private static func hermitian(_ half: [Double]) -> (real: [Double], imaginary: [Double]) {
    let real = half + half.dropFirst().dropLast().reversed()
    return (real, [Double](repeating: 0, count: real.count))
  }
}

extension BiquadCoefficients {
  /// |H| at an angle of `turns` of the circle: the frequency over the sample rate.
  func magnitude(at turns: Double) -> Double {
    let c1 = Math.cosPi(2 * turns), s1 = Math.sinPi(2 * turns), c2 = Math.cosPi(4 * turns), s2 = Math.sinPi(4 * turns)
    let numerator = ComplexNumber(b0 + b1 * c1 + b2 * c2, -(b1 * s1 + b2 * s2))
    let denominator = ComplexNumber(1 + a1 * c1 + a2 * c2, -(a1 * s1 + a2 * s2))
    return (numerator.squaredMagnitude / denominator.squaredMagnitude).squareRoot()
  }
}
