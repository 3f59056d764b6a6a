import CRealtime
import Signal

/// The room behind `reverb`: how long its lines are, what is lost in them, and where its first reflections fall.
struct ReverbRoom: BitwiseCopyable {
  /// Lengths of the lines, in frames; different primes, so that no two share a multiple for long.
  let lengths: SIMD32<Int32>
  /// 8, 16 or 32.
  let lineCount: Int
  let framesPerSecond: Double
  /// The middle of the lengths, in seconds: 10 to 55 ms.
  let meanSeconds: Double

  /// Where the decay time holds, and where the damping shortens it, in Hz.
  static var middleFrequency: Double { @_transparent @_noAllocation @_noLocks get { 440 } }
  static var highFrequency: Double { @_transparent @_noAllocation @_noLocks get { 5_000 } }
  /// How much of the wet sound's power comes from the first reflections.
  let earlyPower: Double

  /// - Parameters:
  ///   - size, early: 0...1.
  ///   - lines: 8, 16 or 32.
  init(size: Double, early: Double, lines: Int, framesPerSecond: Double) {
    lineCount = lines
    earlyPower = early
    self.framesPerSecond = framesPerSecond
    meanSeconds = 0.01 * Math.pow(5.5, size)
    var lengths = SIMD32<Int32>()
    var taken: Set<Int> = []
    for place in 0..<lines {
      let line = lines == 16 ? Self.order[place] : place * (lines == 8 ? 5 : 13) % lines
      let seconds = meanSeconds * 0.5 * Math.pow(3.2, Double(place) / Double(lines - 1))
      var frames = max(64, Int((seconds * framesPerSecond).rounded()))
      while taken.contains(frames) || !Self.isPrime(frames) { frames += 1 }
      taken.insert(frames)
      lengths[line] = Int32(frames)
    }
    self.lengths = lengths
  }

  /// The line of each length, from the shortest to the longest, of sixteen. With the signs of `FeedbackDelayNetwork` it was
  /// chosen among some thousand random ones as that whose decay times come closest to what is asked for, at decays of 0.5 to
  /// 2 s, every size and rates of 44.1 to 192 kHz: few modes fall into a low octave of a short decay, and where they fall is
  /// chance.
  private static let order = [6, 4, 13, 9, 0, 5, 1, 3, 14, 15, 7, 10, 12, 2, 8, 11]

  private static func isPrime(_ n: Int) -> Bool {
    var divisor = 2
    while divisor * divisor <= n {
      if n % divisor == 0 { return false }
      divisor += 1
    }
    return true
  }

  /// Losses for a decay of 60 dB in `decay` seconds, with the factor that the mixing needs.
  ///
  /// At 440 Hz a line loses what its length asks for, exactly; at 5 kHz the decay is `1 - 0.9 damping` times as long,
  /// unless the pole that this takes would let the lowest frequencies ring more than 4/3 of `decay`: then it is held there.
  ///
  /// Source: J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial reverberators", AES 90th, 1991.
  @_noAllocation @_noLocks
  func damping(decay: Double, damping: Double) -> DampedLines.Damping {
    var result = DampedLines.Damping(gain: SIMD32(), pole: SIMD32())
    let middle = Math.cosPi(2 * Self.middleFrequency / framesPerSecond)
    let high = Math.cosPi(min(2 * Self.highFrequency / framesPerSecond, 0.8))
    let mixing = talea_sqrt(Double(lineCount))
    let shortening = 1 / (1 - 0.9 * damping) - 1
    for line in 0..<lineCount {
      // Of one passage, in dB.
      let loss = 60 * Double(lengths[line]) / (framesPerSecond * decay)
      // |H|^2 at 5 kHz over |H|^2 at 440 Hz gives a quadratic in the pole, which is the smaller root.
      let ratio = Math.exp2(loss * shortening * -Self.logarithmPerDecibel)
      let wanted = Self.root((middle - ratio * high) / (1 - ratio))
      // The pole with which the loss at 0 Hz is 3/4 of that at 440 Hz.
      let limit = Self.root(1 + (1 - middle) / (Math.exp2(loss * 0.25 * Self.logarithmPerDecibel) - 1))
      let pole = min(wanted, limit)
      let gain = Math.amplitude(decibels: -loss) * talea_sqrt(1 - 2 * pole * middle + pole * pole)
      result.pole[line] = Float(pole)
      result.gain[line] = Float(gain / mixing)
    }
    return result
  }

  /// log2(10) / 10: binary exponent of a power ratio of 1 dB.
  private static var logarithmPerDecibel: Double { @_transparent @_noAllocation @_noLocks get { 0.332_192_809_488_736_2 } }

  /// The root below 1 of `a^2 - 2 k a + 1`; 0 where `k` is infinite, about 1 where no one-pole falls steeply enough.
  @_noAllocation @_noLocks
  private static func root(_ k: Double) -> Double { 1 / (k + talea_sqrt(max(0, k * k - 1))) }

  /// What the network's input is multiplied by so that, undamped, the wet sound is as loud as the input whatever the decay.
  ///
  /// Noise of unit power in two channels, spread over N lines that keep `g^2` of it per passage, builds up until each
  /// output carries `2 g^2 / (N (1 - g^2))`.
  @_noAllocation @_noLocks
  func inputGain(decay: Double) -> Double {
    var kept = 0.0
    for line in 0..<lineCount {
      kept += Math.amplitude(decibels: -120 * Double(lengths[line]) / (framesPerSecond * decay)) / Double(lineCount)
    }
    return talea_sqrt((1 - earlyPower) * Double(lineCount / 2) * (1 - kept) / kept)
  }
}
