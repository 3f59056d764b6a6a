import CRealtime
import Signal

/// Two allpass chains whose outputs are a quarter turn apart over nearly all of the spectrum.
///
/// The two branches of an elliptic half-band filter, turned by a quarter of the sample rate: every section in `z^-2` becomes
/// `(z^-2 - a) / (1 - a z^-2)`. Double precision; no latency, but both outputs have their phase turned alike.
///
/// Source: R. A. Valenzuela and A. G. Constantinides, "Digital signal processing schemes for efficient interpolation and
/// decimation", IEE Proceedings G 130(6), 1983; the nome's series after L. Gazsi, IEEE Trans. CAS 32(2), 1985.
struct PhaseSplitter: BitwiseCopyable {
  /// Sections of each chain; the second has one frame of delay too.
  static let sectionCount = 8

  /// Coefficients of both chains: lane 0 the first, lane 1 the second.
  struct Design: BitwiseCopyable {
    var sections:
      (
        SIMD2<Double>, SIMD2<Double>, SIMD2<Double>, SIMD2<Double>, SIMD2<Double>, SIMD2<Double>, SIMD2<Double>, SIMD2<Double>
      )

    /// - Parameter lowest: where the quarter turn begins to hold, as a share of the sample rate; it ends as far below half of it.
    init(lowest: Double) {
      let a = Self.coefficients(count: 2 * PhaseSplitter.sectionCount, transition: lowest)
      func pair(_ n: Int) -> SIMD2<Double> { SIMD2(a[2 * n], a[2 * n + 1]) }
      sections = (pair(0), pair(1), pair(2), pair(3), pair(4), pair(5), pair(6), pair(7))
    }

    /// Frames until the slowest pole, the square root of the last coefficient, has fallen by 260 dB.
    var decayFrameCount: Int { Int(-2 * 13 * Math.log(10) / Math.log(max(sections.7[0], sections.7[1]))) }

    /// The allpass coefficients of an elliptic half-band filter of order `2 count + 1`, rising.
    ///
    /// - Parameter transition: from the edge of its pass band to a quarter of the rate, in units of half the rate.
    private static func coefficients(count: Int, transition: Double) -> [Double] {
      let t = Math.tan(Double.pi * (0.25 - transition))
      let k = t * t
      let root = talea_sqrt(talea_sqrt(1 - k * k))
      let e = 0.5 * (1 - root) / (1 + root), e4 = e * e * e * e
      let q = e * (1 + e4 * (2 + e4 * (15 + 150 * e4)))
      let order = Double(2 * count + 1)
      return (1...count).map { index in
        let angle = Double(index) / order
        var numerator = 0.0, denominator = 0.5
        for j in 0..<12 {
          let sign: Double = j % 2 == 0 ? 1 : -1
          numerator += sign * Math.pow(q, Double(j * (j + 1))) * Math.sinPi(Double(2 * j + 1) * angle)
          if j > 0 { denominator += sign * Math.pow(q, Double(j * j)) * Math.cosPi(Double(2 * j) * angle) }
        }
        let w = Math.pow(q, 0.25) * numerator / denominator, square = w * w
        let x = talea_sqrt((1 - square * k) * (1 - square / k)) / (1 + square)
        return (1 - x) / (1 + x)
      }
    }
  }

  /// Of one section in both chains: input and output, one and two frames ago.
  private struct Memory: BitwiseCopyable {
    var x1 = SIMD2<Double>()
    var x2 = SIMD2<Double>()
    var y1 = SIMD2<Double>()
    var y2 = SIMD2<Double>()

    @_noAllocation @_noLocks
    init() {}

    @_transparent @_noAllocation @_noLocks
    mutating func step(_ x: SIMD2<Double>, _ a: SIMD2<Double>) -> SIMD2<Double> {
      let y = x2 - a * (x - y2)
      x2 = x1
      x1 = x
      y2 = y1
      y1 = y
      return y
    }
  }

  private var m0 = Memory()
  private var m1 = Memory()
  private var m2 = Memory()
  private var m3 = Memory()
  private var m4 = Memory()
  private var m5 = Memory()
  private var m6 = Memory()
  private var m7 = Memory()
  private var last = 0.0

  @_noAllocation @_noLocks
  init() {}

  /// The frame turned by some phase, and by that and a quarter turn more (later).
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(_ x: Double, _ design: Design) -> (real: Double, imaginary: Double) {
    let a = design.sections
    var y = SIMD2(x, last)
    last = x
    y = m0.step(y, a.0)
    y = m1.step(y, a.1)
    y = m2.step(y, a.2)
    y = m3.step(y, a.3)
    y = m4.step(y, a.4)
    y = m5.step(y, a.5)
    y = m6.step(y, a.6)
    y = m7.step(y, a.7)
    return (y[0], y[1])
  }
}
