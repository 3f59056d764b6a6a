/// A linear congruential generator, so that every run of a test sees the same numbers.
public struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  public init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  public mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// Uniform in -1..<1.
  public mutating func sample() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) * 0x1p-31 }
}

/// White noise in -1..<1, each channel its own.
public func noise(channels: Int, frames: Int, seed: UInt64 = 1, level: Float = 1) -> [[Float]] {
  var random = SeededRandom(seed)
  return (0..<channels).map { _ in (0..<frames).map { _ in random.sample() * level } }
}

/// One sample at full scale, then silence, on every channel.
public func impulse(channels: Int, frames: Int, at position: Int = 0, level: Float = 1) -> [[Float]] {
  let channel = (0..<frames).map { $0 == position ? level : 0 }
  return Array(repeating: channel, count: channels)
}

/// Random block sizes, small ones often.
public func randomCuts(_ seed: UInt64, largest: Int, count: Int = 37) -> [Int] {
  var random = SeededRandom(seed)
  return (0..<count).map { _ in
    Bool.random(using: &random)
      ? Int.random(in: 1...largest, using: &random) : Int.random(in: 1...min(9, largest), using: &random)
  }
}
