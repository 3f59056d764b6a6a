import CRealtime
import Signal

/// One doubling or halving of the sample rate by a linear-phase half-band filter, in single precision.
///
/// Every second coefficient of such a filter is 0 but for the middle one, so that half of the frames of a doubled stream
/// are input frames as they are, and the others take one multiplication for two input frames. Frames are computed in
/// vectors over time: each lane sums its own frame from the outermost taps to the innermost, so that it does not matter which
/// frames are computed together.
///
/// It points to memory that a `HalfBandCascade` owns.
struct HalfBandStage: BitwiseCopyable {
  /// Frames that are computed in one turn of the inner loop.
  static var tile: Int { @_transparent @_noAllocation @_noLocks get { 32 } }

  /// The coefficients on one side of the middle, every second one, innermost first. They add up to 1/2 for doubling and
  /// to 1/4 for halving.
  let coefficients: UnsafePointer<Float>
  let sideTaps: Int
  /// In frames of the lower rate.
  let delay: Int
  /// One window of the past for each channel, and for halving, one of its even frames and then one of its odd ones.
  private let memory: UnsafeMutablePointer<Float>
  private let windowCount: Int
  private let capacity: Int
  private let retained: Int
  /// Position in the windows' own count of the first frame in memory.
  private var origin = 0
  private var isSilent = true

  /// Frames of one window: as much again as is retained, so that moving it down costs at most one copy per frame.
  static func capacity(sideTaps: Int, delay: Int, longest: Int) -> Int {
    2 * retained(sideTaps, delay) + longest + 2 * tile + 8
  }
  private static func retained(_ sideTaps: Int, _ delay: Int) -> Int { sideTaps + delay + 2 }

  init(
    coefficients: UnsafePointer<Float>, sideTaps: Int, delay: Int, memory: UnsafeMutablePointer<Float>, windowCount: Int,
    longest: Int
  ) {
    self.coefficients = coefficients
    self.sideTaps = sideTaps
    self.delay = delay
    self.memory = memory
    self.windowCount = windowCount
    capacity = Self.capacity(sideTaps: sideTaps, delay: delay, longest: longest)
    retained = Self.retained(sideTaps, delay)
  }

  @_transparent @_noAllocation @_noLocks
  private func window(_ index: Int) -> UnsafeMutablePointer<Float> { memory + index &* capacity }

  /// Where the frame at a position of a window's own count lies.
  @_transparent @_noAllocation @_noLocks
  func place(_ index: Int, _ position: Int) -> UnsafeMutablePointer<Float> { window(index) + (position &- origin) }

  /// Makes room for the frames of positions `begin ..< end` in each window; they are then written to `place`. What precedes
  /// the first ones after `clear` is silence.
  @_noAllocation @_noLocks
  mutating func makeRoom(_ begin: Int, _ end: Int) {
    if isSilent {
      isSilent = false
      origin = begin - retained
    }
    guard end - origin > capacity - 2 * Self.tile - 8 else { return }
    let dropped = begin - retained - origin
    // One more: of the frames that are halved, the even one of `begin` may have come before the odd one.
    for index in 0..<windowCount {
      talea_move(window(index), window(index) + dropped, (retained + 1) * MemoryLayout<Float>.stride)
    }
    origin += dropped
  }

  @_noAllocation @_noLocks
  mutating func clear() {
    talea_zero(memory, windowCount * capacity * MemoryLayout<Float>.stride)
    isSilent = true
  }

  // MARK: Doubling

  /// Computes the frames of positions `begin ..< end` of the doubled stream.
  @_noAllocation @_noLocks
  func double(_ channel: Int, _ begin: Int, _ end: Int, into output: UnsafeMutablePointer<Float>) {
    var position = begin
    while position < end {
      let pair = position >> 1
      let x = UnsafePointer(place(channel, pair &- delay))
      let target = output + (position &- begin)
      if position & 1 == 0, end &- position >= 2 &* Self.tile {
        let sums = tileSums(x + 1, x)
        interleave(eight(x), sums.0, target)
        interleave(eight(x + 8), sums.1, target + 16)
        interleave(eight(x + 16), sums.2, target + 32)
        interleave(eight(x + 24), sums.3, target + 48)
        position &+= 2 &* Self.tile
      } else {
        let direct = eight(x), between = sum(x + 1, x)
        let early = SIMD8(
          direct[0], between[0], direct[1], between[1], direct[2], between[2], direct[3], between[3])
        let late = SIMD8(
          direct[4], between[4], direct[5], between[5], direct[6], between[6], direct[7], between[7])
        let first = position & 1
        let count = min(16 &- first, end &- position)
        if first == 0, count == 16 {
          put(early, target)
          put(late, target + 8)
        } else {
          for n in 0..<count { target[n] = first &+ n < 8 ? early[first &+ n] : late[(first &+ n) & 7] }
        }
        position &+= count
      }
    }
  }

  // MARK: Halving

  /// Stores frames of the stream that is halved, the first of which is at `position`, in the windows of a channel.
  @_noAllocation @_noLocks
  func append(_ channel: Int, _ frames: UnsafePointer<Float>, _ count: Int, at position: Int) {
    var n = 0
    if position & 1 == 1, count > 0 {
      place(2 &* channel &+ 1, position >> 1).pointee = frames[0]
      n = 1
    }
    let even = place(2 &* channel, (position &+ n) >> 1), odd = place(2 &* channel &+ 1, (position &+ n) >> 1)
    var pair = 0
    while n &+ 16 <= count {
      let a = eight(frames + n), b = eight(frames + n + 8)
      put(SIMD8(a[0], a[2], a[4], a[6], b[0], b[2], b[4], b[6]), even + pair)
      put(SIMD8(a[1], a[3], a[5], a[7], b[1], b[3], b[5], b[7]), odd + pair)
      n &+= 16
      pair &+= 8
    }
    while n < count {
      even[pair] = frames[n]
      if n &+ 1 < count { odd[pair] = frames[n &+ 1] }
      n &+= 2
      pair &+= 1
    }
  }

  /// Computes the frames of positions `begin ..< end` of the halved stream.
  @_noAllocation @_noLocks
  func halve(_ channel: Int, _ begin: Int, _ end: Int, into output: UnsafeMutablePointer<Float>) {
    var position = begin
    while position < end {
      let even = UnsafePointer(place(2 &* channel, position &- delay))
      let odd = UnsafePointer(place(2 &* channel &+ 1, position &- delay))
      let target = output + (position &- begin)
      if end &- position >= Self.tile {
        let sums = tileSums(odd, odd - 1)
        put(sums.0.addingProduct(eight(even), 0.5), target)
        put(sums.1.addingProduct(eight(even + 8), 0.5), target + 8)
        put(sums.2.addingProduct(eight(even + 16), 0.5), target + 16)
        put(sums.3.addingProduct(eight(even + 24), 0.5), target + 24)
        position &+= Self.tile
      } else {
        let count = min(8, end &- position)
        store(sum(odd, odd - 1).addingProduct(eight(even), 0.5), target, count)
        position &+= count
      }
    }
  }

  // MARK: Sums

  /// Eight frames: coefficient j times the sum of `after[j]` and `before[-j]`.
  @inline(__always) @_noAllocation @_noLocks
  private func sum(_ after: UnsafePointer<Float>, _ before: UnsafePointer<Float>) -> SIMD8<Float> {
    var j = sideTaps &- 1
    var total = (eight(after + j) + eight(before - j)) * coefficients[j]
    while j > 0 {
      j &-= 1
      total.addProduct(eight(after + j) + eight(before - j), coefficients[j])
    }
    return total
  }

  /// The same for four vectors that follow each other: as many sums as hide the time of a multiply-add.
  @inline(__always) @_noAllocation @_noLocks
  private func tileSums(
    _ after: UnsafePointer<Float>, _ before: UnsafePointer<Float>
  ) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    var j = sideTaps &- 1
    let c = coefficients[j]
    var a = (eight(after + j) + eight(before - j)) * c
    var b = (eight(after + j + 8) + eight(before - j + 8)) * c
    var d = (eight(after + j + 16) + eight(before - j + 16)) * c
    var e = (eight(after + j + 24) + eight(before - j + 24)) * c
    while j > 0 {
      j &-= 1
      let c = SIMD8(repeating: coefficients[j])
      let x = after + j, y = before - j
      a.addProduct(eight(x) + eight(y), c)
      b.addProduct(eight(x + 8) + eight(y + 8), c)
      d.addProduct(eight(x + 16) + eight(y + 16), c)
      e.addProduct(eight(x + 24) + eight(y + 24), c)
    }
    return (a, b, d, e)
  }

  /// Frames in turn from two vectors.
  @inline(__always) @_noAllocation @_noLocks
  private func interleave(_ a: SIMD8<Float>, _ b: SIMD8<Float>, _ target: UnsafeMutablePointer<Float>) {
    put(SIMD8(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]), target)
    put(SIMD8(a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7]), target + 8)
  }

  @_transparent @_noAllocation @_noLocks
  private func eight(_ frames: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(frames).loadUnaligned(as: SIMD8<Float>.self)
  }

  @_transparent @_noAllocation @_noLocks
  private func put(_ vector: SIMD8<Float>, _ frames: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(frames).storeBytes(of: vector, as: SIMD8<Float>.self)
  }
}
