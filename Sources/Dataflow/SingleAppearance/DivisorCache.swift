/// Greatest common divisors of pairs that come up again and again: a division takes longer than all else in a small window.
struct DivisorCache {
  private var entries = [(a: Int, b: Int, divisor: Int)](repeating: (1, 1, 1), count: 1_024)

  mutating func common(_ a: Int, _ b: Int) -> Int {
    if a == b { return a }
    let slot = Int(
      truncatingIfNeeded: (UInt64(bitPattern: Int64(a)) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: Int64(b))
        &* 0xC2B2_AE3D_27D4_EB4F) >> 54)
    let entry = entries[slot]
    if entry.a == a, entry.b == b { return entry.divisor }
    let divisor = greatestCommonDivisor(a, b)
    entries[slot] = (a, b, divisor)
    return divisor
  }
}
