import Foundation
import Signal

/// A sine of known frequency found in a signal by least squares, and what is left without it.
struct SineFit {
  var amplitude: Double
  /// At index 0, in radians: the signal is `amplitude * sin(2 pi f n / rate + phase)`.
  var phase: Double
  /// RMS of the rest over RMS of the sine, in dB: THD+N.
  var residualDecibels: Double

  /// - Parameter offset: what the index of the first frame counts as.
  init(_ signal: some RandomAccessCollection<Float>, frequency: Double, sampleRate: Double, offset: Int = 0) {
    let turns = signal.indices.map {
      2 * frequency * Double(signal.distance(from: signal.startIndex, to: $0) + offset) / sampleRate
    }
    let basis = turns.map { (Math.sinPi($0), Math.cosPi($0)) }
    var ss = 0.0, sc = 0.0, cc = 0.0, xs = 0.0, xc = 0.0
    for (x, (s, c)) in zip(signal, basis) {
      ss += s * s
      sc += s * c
      cc += c * c
      xs += Double(x) * s
      xc += Double(x) * c
    }
    let determinant = ss * cc - sc * sc
    let a = (xs * cc - xc * sc) / determinant, b = (xc * ss - xs * sc) / determinant
    var rest = 0.0
    for (x, (s, c)) in zip(signal, basis) {
      let error = Double(x) - a * s - b * c
      rest += error * error
    }
    amplitude = (a * a + b * b).squareRoot()
    phase = atan2(b, a)
    let count = Double(signal.count)
    residualDecibels = Math.decibels(amplitude: (rest / count).squareRoot() / (amplitude / 2.0.squareRoot()))
  }
}

/// Sums that tests measure with.
enum Measure {
  /// Gain in dB of an impulse response at a frequency.
  static func gain(_ response: some Sequence<Float>, at frequency: Double, sampleRate: Double) -> Double {
    Math.decibels(amplitude: magnitude(response, at: frequency, sampleRate: sampleRate))
  }

  /// The same as a factor.
  static func magnitude(_ response: some Sequence<Float>, at frequency: Double, sampleRate: Double) -> Double {
    var real = 0.0, imaginary = 0.0
    for (n, x) in response.enumerated() {
      let turns = 2 * frequency * Double(n) / sampleRate
      real += Double(x) * Math.cosPi(turns)
      imaginary += Double(x) * Math.sinPi(turns)
    }
    return (real * real + imaginary * imaginary).squareRoot()
  }

  static func rms(_ signal: some Collection<Float>) -> Double {
    (signal.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(signal.count, 1))).squareRoot()
  }

  static func peak(_ signal: some Sequence<Float>) -> Float { signal.reduce(0) { max($0, abs($1)) } }
}
