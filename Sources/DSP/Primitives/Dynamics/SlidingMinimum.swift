import Signal

/// The least of the newest values, in three comparisons a value: of the block that is being filled the least so far, of the
/// block before it the least from each place on.
///
/// Source: M. van Herk, Pattern Recognition Letters 13, 1992; J. Gil and M. Werman, IEEE PAMI 15(5), 1993.
struct SlidingMinimum: ~Copyable {
  /// Up to `index` the newest values; from there on the least of the block before, from each place to its end.
  private let block: OwnedBuffer<Int64>
  private var index = 0
  /// Of the newest values, since the block began.
  private var least = Int64.max

  /// - Parameter length: how many values count, the newest included.
  init(length: Int, memory: MemoryMeter) {
    block = OwnedBuffer(count: length, memory: memory)
    reset()
  }

  /// Takes a value and gives the least of the newest `length`.
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(_ value: Int64) -> Int64 {
    block[index] = value
    least = min(least, value)
    index += 1
    if index == block.count { return endBlock() }
    return min(least, block[index])
  }

  @inline(never) @_noAllocation @_noLocks
  private mutating func endBlock() -> Int64 {
    let result = least
    var least = Int64.max
    for n in stride(from: block.count - 1, through: 0, by: -1) {
      least = min(least, block[n])
      block[n] = least
    }
    self.least = Int64.max
    index = 0
    return result
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    for n in 0..<block.count { block[n] = Int64.max }
    index = 0
    least = Int64.max
  }
}

/// The sum of the newest values, exact: whole numbers do not drift.
struct SlidingSum: ~Copyable {
  private let ring: OwnedBuffer<Int64>
  private var index = 0
  private var sum: Int64 = 0

  init(length: Int, memory: MemoryMeter) { ring = OwnedBuffer(count: length, memory: memory) }

  @inline(__always) @_noAllocation @_noLocks
  mutating func next(_ value: Int64) -> Int64 {
    sum &+= value &- ring[index]
    ring[index] = value
    index = index &+ 1 == ring.count ? 0 : index &+ 1
    return sum
  }

  /// As if all values so far had been `value`.
  @_noAllocation @_noLocks
  mutating func fill(_ value: Int64) {
    for n in 0..<ring.count { ring[n] = value }
    index = 0
    sum = value &* Int64(ring.count)
  }
}
