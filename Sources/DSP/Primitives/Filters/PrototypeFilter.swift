import CRealtime
import Signal

/// What a prototype becomes: the part of the spectrum that passes.
enum PassBand: String, CaseIterable, BitwiseCopyable, Sendable {
  case lowpass, highpass, bandpass, bandstop

  var hasTwoEdges: Bool { @_noAllocation @_noLocks get { self == .bandpass || self == .bandstop } }
}

/// An analogue prototype transformed to the edges wanted and to a sampled filter, as sections in double precision.
///
/// The prototype is found when the filter is built; moving its edges takes a few operations for each section.
struct PrototypeFilter: ~Copyable {
  private let poles: OwnedBuffer<AnalogPrototype.Pole>
  private let sections: OwnedBuffer<BiquadCoefficients>
  private let gain: Double
  private let band: PassBand
  private let framesPerSecond: Double
  let sectionCount: Int

  init(_ prototype: AnalogPrototype, _ band: PassBand, framesPerSecond: Double, memory: MemoryMeter) {
    poles = OwnedBuffer(count: prototype.poles.count, memory: memory)
    for (index, pole) in prototype.poles.enumerated() { poles[index] = pole }
    gain = prototype.gain
    self.band = band
    self.framesPerSecond = framesPerSecond
    sectionCount = prototype.poles.reduce(0) { $0 + (band.hasTwoEdges && !$1.isReal ? 2 : 1) }
    sections = OwnedBuffer(count: sectionCount, memory: memory)
  }

  /// The section as last derived.
  subscript(index: Int) -> BiquadCoefficients { @_noAllocation @_noLocks get { sections[index] } }

  /// Derives all sections: `lower` is the edge, or the lower one of two. Edges beyond what is possible are held there.
  @_noAllocation @_noLocks
  func derive(lower: Double, upper: Double) {
    let highest = 0.4999
    let first = min(lower / framesPerSecond, highest)
    if band.hasTwoEdges {
      let second = min(max(upper / framesPerSecond, first * 1.001), highest)
      let (w1, w2) = (Self.warped(min(first, second / 1.001)), Self.warped(second))
      deriveBand(width: w2 - w1, squaredCentre: w1 * w2)
    } else {
      deriveSide(Self.warped(first))
    }
    sections.base[0].b0 *= gain
    sections.base[0].b1 *= gain
    sections.base[0].b2 *= gain
  }

  /// The analogue frequency that the bilinear transform puts at `turn` of the sample rate.
  @_noAllocation @_noLocks
  private static func warped(_ turn: Double) -> Double { Math.sinPi(turn) / Math.cosPi(turn) }

  @_noAllocation @_noLocks
  private func deriveSide(_ edge: Double) {
    for index in 0..<poles.count {
      let (pole, zero) = (poles[index].pole, poles[index].zero)
      if poles[index].isReal {
        sections[index] =
          band == .lowpass
          ? .bilinear(0, 0, -edge * pole.real, 0, 1, -edge * pole.real) : .bilinear(0, 1, 0, 0, 1, -edge / pole.real)
        continue
      }
      let square = pole.squaredMagnitude
      if band == .lowpass {
        // Unity at 0.
        let (a1, a0) = (-2 * edge * pole.real, edge * edge * square)
        let b2 = zero.isFinite ? square / (zero * zero) : 0
        sections[index] = .bilinear(b2, 0, a0, 1, a1, a0)
      } else {
        let (a1, a0) = (-2 * edge * pole.real / square, edge * edge / square)
        let b0 = zero.isFinite ? edge * edge / (zero * zero) : 0
        sections[index] = .bilinear(1, 0, b0, 1, a1, a0)
      }
    }
  }

  /// Every pole of the prototype becomes two, one on each side of the centre, and so does every zero.
  @_noAllocation @_noLocks
  private func deriveBand(width: Double, squaredCentre: Double) {
    var index = 0
    for place in 0..<poles.count {
      let isStop = band == .bandstop
      let pole = isStop ? ComplexNumber(1) / poles[place].pole : poles[place].pole
      let zero = isStop ? 1 / poles[place].zero : poles[place].zero
      if poles[place].isReal {
        let a1 = -width * pole.real
        sections[index] =
          isStop ? .bilinear(1, 0, squaredCentre, 1, a1, squaredCentre) : .bilinear(0, a1, 0, 1, a1, squaredCentre)
        index += 1
        continue
      }
      let half = 0.5 * width * pole
      let root = (half * half - ComplexNumber(squaredCentre)).squareRoot
      let outer = half + root, inner = half - root
      let large = outer.squaredMagnitude > inner.squaredMagnitude ? outer : inner
      // Their product is the squared centre: the smaller one follows without a difference.
      let near = ComplexNumber(squaredCentre) / large
      let high = (-2 * large.real, large.squaredMagnitude), low = (-2 * near.real, near.squaredMagnitude)
      if isStop ? zero != 0 : zero.isFinite {
        let halfZero = 0.5 * width * zero
        let far = halfZero + talea_sqrt(halfZero * halfZero + squaredCentre)
        let close = squaredCentre / far
        // The zero beyond the band belongs to the poles of its side: the peak before it is theirs.
        let scale = isStop ? 1 : pole.squaredMagnitude / (zero * zero)
        sections[index] = .bilinear(scale, 0, scale * far * far, 1, high.0, high.1)
        sections[index + 1] = .bilinear(1, 0, close * close, 1, low.0, low.1)
      } else if isStop {
        sections[index] = .bilinear(1, 0, squaredCentre, 1, high.0, high.1)
        sections[index + 1] = .bilinear(1, 0, squaredCentre, 1, low.0, low.1)
      } else {
        // The gain at the centre is that of the prototype at 0, shared by both.
        let share = width * talea_sqrt(pole.squaredMagnitude)
        sections[index] = .bilinear(0, share, 0, 1, high.0, high.1)
        sections[index + 1] = .bilinear(0, share, 0, 1, low.0, low.1)
      }
      index += 2
    }
  }
}

extension BiquadCoefficients {
  /// `(b2 s^2 + b1 s + b0) / (a2 s^2 + a1 s + a0)` at `s = (1 - 1/z) / (1 + 1/z)`; of first order where both squares are 0.
  @_noAllocation @_noLocks
  static func bilinear(_ b2: Double, _ b1: Double, _ b0: Double, _ a2: Double, _ a1: Double, _ a0: Double) -> Self {
    if a2 == 0 && b2 == 0 { return Self(b1 + b0, b0 - b1, 0, over: a1 + a0, a0 - a1, 0) }
    return Self(
      b2 + b1 + b0, 2 * (b0 - b2), b2 - b1 + b0, over: a2 + a1 + a0, 2 * (a0 - a2), a2 - a1 + a0)
  }
}
