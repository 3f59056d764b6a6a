import Signal

/// T60 by ISO 3382: the impulse response in an octave band, integrated backwards (Schroeder), a line through the part
/// between -5 and -35 dB, extrapolated to -60.
func reverberationTime(_ response: [Float], octave: Double, sampleRate: Double) -> Double {
  var signal = response.map(Double.init)
  // Butterworth highpass and lowpass of order 4 at the octave's edges.
  for (cutoff, isHighpass) in [(octave / 2.0.squareRoot(), true), (octave * 2.0.squareRoot(), false)] {
    for q in [0.541_196_100_146_197, 1.306_562_964_876_377] {
      filter(&signal, cutoff: cutoff / sampleRate, q: q, isHighpass: isHighpass)
    }
  }
  var energy = 0.0
  var decay = [Double](repeating: 0, count: signal.count)
  for n in signal.indices.reversed() {
    energy += signal[n] * signal[n]
    decay[n] = energy
  }
  var (st, sd, stt, std, count) = (0.0, 0.0, 0.0, 0.0, 0.0)
  for n in decay.indices {
    let level = 0.5 * Math.decibels(amplitude: decay[n] / energy)
    guard level <= -5, level >= -35 else { continue }
    let time = Double(n) / sampleRate
    st += time
    sd += level
    stt += time * time
    std += time * level
    count += 1
  }
  return -60 * (count * stt - st * st) / (count * std - st * sd)
}

/// A biquad of the Audio EQ Cookbook, in double precision.
private func filter(_ signal: inout [Double], cutoff: Double, q: Double, isHighpass: Bool) {
  let cosine = Math.cosPi(2 * cutoff), alpha = Math.sinPi(2 * cutoff) / (2 * q)
  let side = (isHighpass ? 1 + cosine : 1 - cosine) / 2 / (1 + alpha), middle = isHighpass ? -2 * side : 2 * side
  let a1 = -2 * cosine / (1 + alpha), a2 = (1 - alpha) / (1 + alpha)
  var s1 = 0.0, s2 = 0.0
  for n in signal.indices {
    let x = signal[n], y = side * x + s1
    s1 = middle * x - a1 * y + s2
    s2 = side * x - a2 * y
    signal[n] = y
  }
}
