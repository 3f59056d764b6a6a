import Signal

/// White noise as a function of seed, channel and position alone, so that no cut of the stream can change it.
///
/// A finaliser in the manner of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over a Weyl sequence. Real-time safe.
struct CounterNoise: BitwiseCopyable {
  private let key: UInt64

  init(seed: Int, stream: Int) {
    key = Self.scrambled(UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95 &+ UInt64(truncatingIfNeeded: stream) &+ 1)
  }

  /// Uniform in -1..<1, with 24 bits.
  @inline(__always) @_noAllocation @_noLocks
  func sample(_ position: Int) -> Float {
    let bits = Self.scrambled(key &+ UInt64(truncatingIfNeeded: position) &* 0x9E37_79B9_7F4A_7C15)
    return Float(Int32(truncatingIfNeeded: Int64(bitPattern: bits) >> 40)) * 0x1p-23
  }

  @inline(__always) @_noAllocation @_noLocks
  private static func scrambled(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
