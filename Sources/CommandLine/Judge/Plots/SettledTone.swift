import Talea

/// What a patch makes of a sine that has played long enough: its level and the harmonics that it gets.
///
/// The last half second is measured, which is a whole number of turns, so that nothing leaks from one harmonic into another.
struct SettledTone {
  /// Of one channel.
  struct Answer {
    /// RMS of what alternates, as the amplitude of a sine: 1 for a sine of full scale.
    var amplitude: Double
    /// Amplitudes of the harmonics, the fundamental first; those at or above half the sample rate are not there.
    var harmonics: [Double]

    /// The root of the sum of squares of harmonics 2 to 10 over the fundamental.
    var distortion: Double {
      let over = harmonics.dropFirst().reduce(0) { $0 + $1 * $1 }
      return over.squareRoot() / harmonics[0]
    }
  }

  /// As IEC 60268-3 leaves it to the one who measures.
  static let highestHarmonic = 10

  let listener: PatchListener
  let sampleRate: Int
  /// How long the tone plays before it is measured.
  let settle: TimeValue

  private var measured: Int { max(sampleRate / 2, 2) }

  /// The frequency nearest to this one that turns a whole number of times, at least twice, in what is measured.
  ///
  /// - Parameter apart: whether harmonics above half the sample rate may not fold onto lower ones: the number of turns and that
  ///   of frames then have no common divisor.
  func nearest(_ frequency: Double, apart: Bool = false) -> Double {
    let step = Double(sampleRate) / Double(measured)
    var turns = max(Int((frequency / step).rounded()), 2)
    while apart, greatestCommonDivisor(turns, measured) > 1 { turns += 1 }
    return Double(turns) * step
  }

  /// Plays a tone into a patch at rest.
  ///
  /// - Parameters:
  ///   - frequency: as `nearest` gives it.
  ///   - amplitude: 1 for a sine of full scale.
  /// - Returns: of each channel.
  func answers(frequency: Double, amplitude: Double) throws -> [(name: String, answer: Answer)] {
    let count = settle.frames(at: sampleRate) + measured
    let turns = frequency / Double(sampleRate)
    let tone = (0..<count).map { Float(amplitude * Math.sinPi(2 * (turns * Double($0)).fraction)) }
    return try listener.play(tone, tail: TailOptions(length: .none)).map { channel in
      let length = min(Int((Double(measured) * channel.sampleRate / Double(sampleRate)).rounded()), channel.samples.count)
      let part = channel.samples.suffix(length).map(Double.init)
      return (channel.name, answer(part, frequency / channel.sampleRate))
    }
  }

  /// - Parameter turns: of the fundamental, per frame.
  private func answer(_ samples: [Double], _ turns: Double) -> Answer {
    let count = Double(samples.count), mean = samples.reduce(0, +) / count
    let power = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let harmonics = (1...Self.highestHarmonic).prefix { Double($0) * turns < 0.5 }.map { k -> Double in
      let stepCosine = Math.cosPi(2 * Double(k) * turns), stepSine = Math.sinPi(2 * Double(k) * turns)
      var real = 0.0, imaginary = 0.0, cosine = 1.0, sine = 0.0
      for sample in samples {
        real += (sample - mean) * cosine
        imaginary += (sample - mean) * sine
        (cosine, sine) = (cosine * stepCosine - sine * stepSine, sine * stepCosine + cosine * stepSine)
      }
      return 2 * (real * real + imaginary * imaginary).squareRoot() / count
    }
    return Answer(amplitude: (2 * power).squareRoot(), harmonics: harmonics.isEmpty ? [0] : harmonics)
  }
}

extension Double {
  /// What is behind the point: sines of large angles are as right as those of small ones.
  fileprivate var fraction: Double { self - rounded(.down) }
}
