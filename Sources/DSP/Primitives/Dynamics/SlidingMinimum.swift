import Signal

/// The least of the newest values: each value enters and leaves a queue of rising candidates once.
struct SlidingMinimum: ~Copyable {
  struct Candidate: BitwiseCopyable {
    var value: Int64
    var expiry: Int
  }

  private let queue: OwnedBuffer<Candidate>
  private let length: Int
  private var first = 0
  private var count = 0
  private var time = 0

  /// - Parameter length: how many values count, the newest included.
  init(length: Int, memory: MemoryMeter) {
    self.length = length
    queue = OwnedBuffer(count: length + 1, memory: memory)
  }

  /// Takes a value and gives the least of the newest `length`.
  @_noAllocation @_noLocks
  mutating func next(_ value: Int64) -> Int64 {
    if count > 0, queue[first].expiry <= time {
      first = first + 1 == queue.count ? 0 : first + 1
      count -= 1
    }
    while count > 0, queue[place(count - 1)].value >= value { count -= 1 }
    queue[place(count)] = Candidate(value: value, expiry: time + length)
    count += 1
    time += 1
    return queue[first].value
  }

  @_transparent @_noAllocation @_noLocks
  private func place(_ index: Int) -> Int {
    let place = first + index
    return place >= queue.count ? place - queue.count : place
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    first = 0
    count = 0
    time = 0
  }
}

/// The sum of the newest values, exact: whole numbers do not drift.
struct SlidingSum: ~Copyable {
  private let ring: OwnedBuffer<Int64>
  private var index = 0
  private var sum: Int64 = 0

  init(length: Int, memory: MemoryMeter) { ring = OwnedBuffer(count: length, memory: memory) }

  @_noAllocation @_noLocks
  mutating func next(_ value: Int64) -> Int64 {
    sum &+= value &- ring[index]
    ring[index] = value
    index = index + 1 == ring.count ? 0 : index + 1
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
