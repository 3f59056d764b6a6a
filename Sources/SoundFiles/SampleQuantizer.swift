/// Noise added before float samples are rounded to integers.
public enum Dither: Sendable, Equatable {
  case none
  /// Triangular noise of 2 least significant bits peak to peak, which makes the rounding error's mean and power
  /// independent of the signal (Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither", JAES 40, 1992). Each
  /// sample's noise depends on the seed, its frame and its channel alone, never on how the stream is cut.
  /// Only integers of at most 16 bits get it; below that the noise of any source is larger.
  case tpdf(seed: UInt64)
}

/// Rounds float samples to integers: scaled by full scale, ties to even, held at the ends of the range.
///
/// Done here, not in libsndfile, so that it is exact and the same on every machine. The arithmetic is double: a float
/// times a power of two and the sum with 1.5 x 2^52 are exact but for the one rounding that is meant.
struct SampleQuantizer {
  private let scale: Double
  private let lowest: Double
  private let highest: Double
  private let seed: UInt64?
  /// Index of the next sample in the interleaved stream; the dither's clock.
  private var sampleIndex: UInt64 = 0

  init(bits: Int, dither: Dither) {
    scale = Double(1 << (bits - 1))
    lowest = -scale
    highest = scale - 1
    if case .tpdf(let seed) = dither, bits <= 16 { self.seed = seed } else { seed = nil }
  }

  /// Adding it leaves the rounded value in the low 32 bits of the sum.
  private static let roundingShift = 0x1.8p52

  /// Rounds interleaved samples. NaN becomes 0.
  mutating func quantize(_ input: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Int32>) {
    let scale = scale, lowest = lowest, highest = highest
    if let seed {
      for n in 0..<count {
        let x = Double(input[n])
        let dithered = x * scale + Self.triangular(seed: seed, index: sampleIndex &+ UInt64(truncatingIfNeeded: n))
        output[n] = Self.round(x == x ? dithered : 0, lowest, highest)
      }
    } else {
      for n in 0..<count {
        let x = Double(input[n])
        output[n] = Self.round(x == x ? x * scale : 0, lowest, highest)
      }
    }
    sampleIndex &+= UInt64(count)
  }

  @inline(__always)
  private static func round(_ value: Double, _ lowest: Double, _ highest: Double) -> Int32 {
    let above = value > lowest ? value : lowest
    let held = above < highest ? above : highest
    return Int32(truncatingIfNeeded: (held + roundingShift).bitPattern)
  }

  /// The difference of two uniform numbers: triangular in -1..<1 around 0, with a variance of 1/6.
  ///
  /// Counter-based, by the mixing steps of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
  @inline(__always)
  static func triangular(seed: UInt64, index: UInt64) -> Double {
    var z = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(Int64(z & 0xFFFF_FFFF) - Int64(z >> 32)) * 0x1p-32
  }
}
