import CRealtime
import Signal

/// A lowpass of analogue electronics with its edge at 1 rad/s: what every filter of a family is transformed from.
struct AnalogPrototype {
  /// A pole of the upper half-plane, which stands for itself and its mirror image, or a real pole.
  struct Pole: BitwiseCopyable {
    var pole: ComplexNumber
    /// Where on the imaginary axis the gain is zero, above and below; infinite where it is nowhere.
    var zero = Double.infinity

    var isReal: Bool { @_noAllocation @_noLocks get { pole.imaginary == 0 } }
  }

  /// Broadest first, so that no section before the last overshoots more than it must.
  var poles: [Pole]
  /// The gain at a frequency of 0.
  var gain: Double

  init(_ poles: [Pole], gain: Double = 1) {
    self.poles = poles.sorted { $0.pole.imaginary / $0.pole.real > $1.pole.imaginary / $1.pole.real }
    self.gain = gain
  }

  /// Half turns from the imaginary axis to pole `index` of a circle of `order` poles.
  fileprivate static func angle(_ index: Int, _ order: Int) -> Double { Double(2 * index + 1) / Double(2 * order) }

  fileprivate static func sinh(_ x: Double) -> Double { 0.5 * (Math.exp(x) - Math.exp(-x)) }
  fileprivate static func cosh(_ x: Double) -> Double { 0.5 * (Math.exp(x) + Math.exp(-x)) }
  static func asinh(_ x: Double) -> Double { Math.log(x + talea_sqrt(1.0.addingProduct(x, x))) }

  /// 10^(decibels/10) - 1, the square of what a filter's polynomial is multiplied by.
  static func excess(_ decibels: Double) -> Double { Math.exp(decibels * 0.23025850929940458) - 1 }
}

extension AnalogPrototype {
  /// Flattest at 0: -3.01 dB at 1 rad/s. S. Butterworth, "On the theory of filter amplifiers", 1930.
  static func butterworth(_ order: Int) -> Self {
    Self(
      (0..<(order + 1) / 2).map { index in
        let turn = angle(index, order)
        let isReal = 2 * index + 1 == order
        return Pole(pole: isReal ? ComplexNumber(-1) : ComplexNumber(-Math.sinPi(turn), Math.cosPi(turn)))
      })
  }

  /// Two Butterworth filters of half the order after each other: -6.02 dB at 1 rad/s. S. Linkwitz, "Active crossover
  /// networks for noncoincident drivers", JAES 24(1), 1976.
  static func linkwitzRiley(_ order: Int) -> Self {
    let half = butterworth(order / 2)
    return Self(half.poles + half.poles)
  }

  /// Ripples of equal height up to 1 rad/s, where it leaves them.
  static func chebyshev1(_ order: Int, ripple: Double) -> Self {
    let excess = excess(ripple)
    let b = asinh(1 / talea_sqrt(excess)) / Double(order)
    let (s, c) = (sinh(b), cosh(b))
    return Self(
      (0..<(order + 1) / 2).map { index in
        let turn = angle(index, order)
        let isReal = 2 * index + 1 == order
        return Pole(pole: isReal ? ComplexNumber(-s) : ComplexNumber(-s * Math.sinPi(turn), c * Math.cosPi(turn)))
      }, gain: order % 2 == 0 ? 1 / talea_sqrt(1 + excess) : 1)
  }

  /// Flattest at 0, ripples of equal height from 1 rad/s on, where `attenuation` is reached.
  static func chebyshev2(_ order: Int, attenuation: Double) -> Self {
    let b = asinh(talea_sqrt(excess(attenuation))) / Double(order)
    let (s, c) = (sinh(b), cosh(b))
    return Self(
      (0..<(order + 1) / 2).map { index in
        let turn = angle(index, order)
        if 2 * index + 1 == order { return Pole(pole: ComplexNumber(-1 / s)) }
        // 1 over the pole of the first kind lies in the lower half-plane; its mirror image stands for both.
        let pole = ComplexNumber(1) / ComplexNumber(-s * Math.sinPi(turn), -c * Math.cosPi(turn))
        return Pole(pole: pole, zero: 1 / Math.cosPi(turn))
      })
  }
}
