import Talea

/// The response of a patch to an impulse, measured by playing it.
struct PatchResponse {
  /// Of each output channel, or of each of the nodes that are listened to.
  let channels: [PatchListener.Channel]

  /// Plays an impulse of full scale into every channel of `in`.
  ///
  /// - Parameter seconds: how long to listen at most.
  /// - Throws: `CommandError` where nothing comes out.
  init(_ listener: PatchListener, seconds: Double) throws {
    let impulse = [Float(1)] + [Float](repeating: 0, count: 63)
    channels = try listener.play(impulse, tail: TailOptions(length: .automatic, limitSeconds: seconds))
    guard channels.contains(where: { $0.samples.contains { $0 != 0 } }) else {
      throw CommandError.failed("nothing comes out of the patch for an impulse at `in`")
    }
  }

  /// Magnitude in dB, phase in degrees and group delay in ms at one frequency.
  struct Point {
    var frequency: Double
    var magnitude: Double
    var phase: Double
    var groupDelay: Double
  }

  /// The spectrum of a channel at frequencies in equal steps of pitch: the transform's sum at each of them, so that nothing is
  /// interpolated.
  func spectrum(_ channel: Int, from low: Double, to high: Double, count: Int = 1_200) -> [Point] {
    let samples = channels[channel].samples, sampleRate = channels[channel].sampleRate
    let response = samples[..<((samples.lastIndex { $0 != 0 } ?? -1) + 1)].map(Double.init)
    return stride(from: 0, to: count, by: 4).flatMap { first -> [Point] in
      var frequencies = SIMD4<Double>()
      for lane in 0..<4 {
        frequencies[lane] = low * Math.exp2(Double(first + lane) / Double(count - 1) * Math.log2(high / low))
      }
      let (h, t) = sums(response, frequencies / sampleRate)
      return (0..<min(4, count - first)).map { lane in
        let power = h.0[lane] * h.0[lane] + h.1[lane] * h.1[lane]
        return Point(
          frequency: frequencies[lane], magnitude: 0.5 * Math.decibels(amplitude: power),
          phase: angle(h.1[lane], h.0[lane]) * 180 / .pi,
          groupDelay: power > 0 ? (t.0[lane] * h.0[lane] + t.1[lane] * h.1[lane]) / power / sampleRate * 1_000 : .nan)
      }
    }
  }

  /// The sums of h[n] z^-n and of n h[n] z^-n, real and imaginary, at four frequencies in turns per frame.
  private func sums(
    _ response: [Double], _ turns: SIMD4<Double>
  ) -> (h: (SIMD4<Double>, SIMD4<Double>), t: (SIMD4<Double>, SIMD4<Double>)) {
    let (stepCosine, stepSine) = (Math.cosPi(2 * turns), Math.sinPi(2 * turns))
    var (cosine, sine) = (SIMD4<Double>(repeating: 1), SIMD4<Double>())
    var real = SIMD4<Double>(), imaginary = real, timesReal = real, timesImaginary = real
    for (n, sample) in response.enumerated() {
      let x = SIMD4(repeating: sample), nx = SIMD4(repeating: sample * Double(n))
      real += x * cosine
      imaginary -= x * sine
      timesReal += nx * cosine
      timesImaginary -= nx * sine
      (cosine, sine) = (cosine * stepCosine - sine * stepSine, sine * stepCosine + cosine * stepSine)
    }
    return ((real, imaginary), (timesReal, timesImaginary))
  }

  /// What is left of the energy after each moment, in dB of all of it (Schroeder's integral).
  func decay(_ channel: Int) -> [(seconds: Double, decibels: Double)] {
    let samples = channels[channel].samples, sampleRate = channels[channel].sampleRate
    var left = 0.0
    var curve: [(seconds: Double, decibels: Double)] = []
    for n in samples.indices.reversed() {
      left += Double(samples[n]) * Double(samples[n])
      curve.append((Double(n) / sampleRate, left))
    }
    let total = left
    return curve.reversed().map { ($0.seconds, 0.5 * Math.decibels(amplitude: $0.decibels / total)) }
  }

  /// The reverberation time: 60 dB at the rate at which the decay falls from -5 to -35 dB. nil where it does not.
  func reverberationTime(_ channel: Int) -> Double? {
    let curve = decay(channel).filter { $0.decibels <= -5 && $0.decibels >= -35 }
    guard curve.count > 100, curve.last!.decibels < -34 else { return nil }
    let count = Double(curve.count)
    let time = curve.reduce(0) { $0 + $1.seconds } / count, level = curve.reduce(0) { $0 + $1.decibels } / count
    let slope =
      curve.reduce(0) { $0 + ($1.seconds - time) * ($1.decibels - level) }
      / curve.reduce(0) { $0 + ($1.seconds - time) * ($1.seconds - time) }
    return -60 / slope
  }
}

/// The angle of a vector, in radians: C's atan2 is another on every machine, and a picture's bytes should be one.
private func angle(_ y: Double, _ x: Double) -> Double {
  let (longer, shorter) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
  guard longer > 0 else { return 0 }
  // Newton's steps on tan, from a start that is right to 0.005.
  let ratio = shorter / longer
  var a = ratio * (0.9724 - 0.1919 * ratio * ratio)
  for _ in 0..<3 {
    let t = Math.tan(a)
    a -= (t - ratio) / (1 + t * t)
  }
  if abs(y) > abs(x) { a = .pi / 2 - a }
  if x < 0 { a = .pi - a }
  return y < 0 ? -a : a
}
