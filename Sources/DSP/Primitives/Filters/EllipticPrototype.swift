import CRealtime
import Signal

// S. J. Orfanidis, "Lecture notes on elliptic filter design", 2006: Landen's transformation for the elliptic functions, the
// nome for the degree equation, so that neither loses digits for stopbands far down.
extension AnalogPrototype {
  /// Ripples of equal height below 1 rad/s and above the stop band's edge: the steepest filter of its order.
  static func elliptic(_ order: Int, ripple: Double, attenuation: Double) -> Self {
    let excess = excess(ripple)
    if order == 1 { return Self([Pole(pole: ComplexNumber(-1 / talea_sqrt(excess)))]) }
    let selectivity = talea_sqrt(excess / Self.excess(attenuation))
    let modulus = modulus(nome: Math.exp(Math.log(nome(selectivity)) / Double(order)))
    let descent = Landen(modulus)
    // Half turns along the imaginary axis: the place of the poles.
    let b = Landen(selectivity).inverseImaginarySine(1 / talea_sqrt(excess)) / Double(order)
    let (s, c) = (0.5 * (Math.exp(b) - Math.exp(-b)), 0.5 * (Math.exp(b) + Math.exp(-b)))
    var poles = (0..<order / 2).map { index in
      let turn = Double(2 * index + 1) / Double(2 * order)
      let (cosine, sine) = (Math.cosPi(turn), Math.sinPi(turn))
      let zero = 1 / (modulus * descent.ascend(ComplexNumber(cosine)).real)
      let w = descent.ascend(ComplexNumber(cosine * c, sine * s))
      return Pole(pole: ComplexNumber(-w.imaginary, w.real), zero: zero)
    }
    if order % 2 == 1 { poles.append(Pole(pole: ComplexNumber(-descent.ascend(ComplexNumber(0, s)).imaginary))) }
    return Self(poles, gain: order % 2 == 0 ? 1 / talea_sqrt(1 + excess) : 1)
  }

  /// exp(-pi K'/K), from the means that K and K' are made of.
  private static func nome(_ modulus: Double) -> Double {
    let complement = talea_sqrt((1 - modulus) * (1 + modulus))
    return Math.exp(-Double.pi * mean(1, complement) / mean(1, modulus))
  }

  /// The arithmetic-geometric mean.
  private static func mean(_ a: Double, _ b: Double) -> Double {
    var (a, b) = (a, b)
    for _ in 0..<40 where (a - b).magnitude > 1e-16 * a { (a, b) = (0.5 * (a + b), talea_sqrt(a * b)) }
    return a
  }

  /// The quotient of theta functions that a nome stands for.
  private static func modulus(nome q: Double) -> Double {
    var (top, bottom) = (1.0, 1.0)
    for m in 1...200 {
      let term = Math.pow(q, Double(m * m))
      top += term * Math.pow(q, Double(m))
      bottom += 2 * term
      if term < 1e-18 { break }
    }
    let ratio = top / bottom
    return 4 * talea_sqrt(q) * ratio * ratio
  }

  /// Moduli, each about a quarter of the square of the one before, down to 0, where elliptic functions are circular ones.
  private struct Landen {
    let moduli: [Double]

    init(_ modulus: Double) {
      var moduli = [modulus]
      while moduli[moduli.count - 1] > 1e-17 && moduli.count < 40 {
        let k = moduli[moduli.count - 1]
        let root = k / (1 + talea_sqrt((1 - k) * (1 + k)))
        moduli.append(root * root)
      }
      self.moduli = moduli
    }

    /// From cos to cd, or from sin to sn.
    func ascend(_ w: ComplexNumber) -> ComplexNumber {
      var w = w
      for k in moduli[1...].reversed() { w = (1 + k) * w / (ComplexNumber(1) + k * (w * w)) }
      return w
    }

    /// v such that sn(j v K 2/pi) = j y.
    func inverseImaginarySine(_ y: Double) -> Double {
      var y = y
      for (k, next) in zip(moduli, moduli[1...]) {
        y = y / (1 + talea_sqrt(1.0.addingProduct(y * k, y * k))) * 2 / (1 + next)
      }
      return asinh(y)
    }
  }
}
