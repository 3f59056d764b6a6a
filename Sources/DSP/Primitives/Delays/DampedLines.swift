import CRealtime
import Signal

/// Eight, sixteen or thirty-two delay lines, each with a one-pole lowpass at its end: the body of a reverberator.
///
/// Up to eight frames are handled at a time, one vector per line. Only the lowpasses need the frames one after the other:
/// for them the vectors of eight lines are turned so that a vector holds the lines. Which frames are handled together
/// changes nothing, because nothing is summed over frames.
struct DampedLines: ~Copyable {
  /// `y[n] = gain x[n] + pole y[n-1]`, for each line.
  struct Damping: BitwiseCopyable {
    var gain: SIMD32<Float>
    var pole: SIMD32<Float>

    @_noAllocation @_noLocks
    init(gain: SIMD32<Float>, pole: SIMD32<Float>) {
      self.gain = gain
      self.pole = pole
    }
  }

  /// The lowpasses of eight lines. Not private: debug builds of a client fail on a private element of a buffer.
  struct Lowpasses: BitwiseCopyable {
    var gain = SIMD8<Float>(), pole = SIMD8<Float>()
    var gainStep = SIMD8<Float>(), poleStep = SIMD8<Float>()
    /// The last frame.
    var state = SIMD8<Float>()

    @_transparent @_noAllocation @_noLocks
    mutating func filter(_ x: inout SIMD8<Float>) {
      x = talea_multiply(gain, x).addingProduct(pole, state)
      state = x
    }

    /// One frame, `left` frames before the coefficients arrive.
    @_noAllocation @_noLocks
    mutating func filter(_ x: inout SIMD8<Float>, before left: Int) {
      let left = -Float(left)
      x = talea_multiply(gain.addingProduct(gainStep, left), x).addingProduct(pole.addingProduct(poleStep, left), state)
      state = x
    }
  }

  let count: Int
  /// What the lines contain. Whoever uses them feeds and advances it.
  var rings: RingBank

  private let delays: OwnedBuffer<Int>
  private let lowpasses: OwnedBuffer<Lowpasses>
  /// Frames until the coefficients arrive.
  private var remaining = 0

  /// - Parameters:
  ///   - delays: 8, 16 or 32 lengths in frames, each at least `RingBank.batch`.
  ///   - reach: frames beyond a line's length that are read too.
  init(delays: [Int], reach: Int = 0, damping: Damping, memory: MemoryMeter) {
    precondition([8, 16, 32].contains(delays.count) && delays.allSatisfy { $0 >= RingBank.batch })
    count = delays.count
    rings = RingBank(lines: delays.count, reach: delays.max()! + reach, memory: memory)
    self.delays = OwnedBuffer(count: delays.count, memory: memory)
    for (line, delay) in delays.enumerated() { self.delays[line] = delay }
    lowpasses = OwnedBuffer(count: delays.count / 8, memory: memory)
    for group in 0..<lowpasses.count { lowpasses[group] = Lowpasses() }
    retarget(damping, over: 0)
  }

  /// The length of a line.
  @_transparent @_noAllocation @_noLocks
  func delay(_ line: Int) -> Int { delays[line] }

  /// The ends of eight lines.
  @inline(__always) @_noAllocation @_noLocks
  func ends(_ group: Int) -> EightVectors {
    let line = 8 &* group
    return EightVectors(
      rings.frames(line, delays[line]), rings.frames(line &+ 1, delays[line &+ 1]),
      rings.frames(line &+ 2, delays[line &+ 2]), rings.frames(line &+ 3, delays[line &+ 3]),
      rings.frames(line &+ 4, delays[line &+ 4]), rings.frames(line &+ 5, delays[line &+ 5]),
      rings.frames(line &+ 6, delays[line &+ 6]), rings.frames(line &+ 7, delays[line &+ 7]))
  }

  /// Passes the first `count` frames of eight lines through their lowpasses; what follows them is of no use.
  @inline(__always) @_noAllocation @_noLocks
  func damp(_ group: Int, _ ends: EightVectors, _ count: Int) -> EightVectors {
    guard remaining == 0 && count == RingBank.batch else { return dampInPart(group, ends, count) }
    var x = ends.transposed
    var lowpasses = self.lowpasses[group]
    lowpasses.filter(&x.v0)
    lowpasses.filter(&x.v1)
    lowpasses.filter(&x.v2)
    lowpasses.filter(&x.v3)
    lowpasses.filter(&x.v4)
    lowpasses.filter(&x.v5)
    lowpasses.filter(&x.v6)
    lowpasses.filter(&x.v7)
    self.lowpasses.base[group].state = lowpasses.state
    return x.transposed
  }

  @inline(never) @_noAllocation @_noLocks
  private func dampInPart(_ group: Int, _ ends: EightVectors, _ count: Int) -> EightVectors {
    let lowpasses = self.lowpasses.base + group
    var x = ends.transposed
    for n in 0..<count {
      let left = remaining - n
      switch n {
      case 0: filter(lowpasses, &x.v0, left)
      case 1: filter(lowpasses, &x.v1, left)
      case 2: filter(lowpasses, &x.v2, left)
      case 3: filter(lowpasses, &x.v3, left)
      case 4: filter(lowpasses, &x.v4, left)
      case 5: filter(lowpasses, &x.v5, left)
      case 6: filter(lowpasses, &x.v6, left)
      default: filter(lowpasses, &x.v7, left)
      }
    }
    return x.transposed
  }

  @inline(__always) @_noAllocation @_noLocks
  private func filter(_ lowpasses: UnsafeMutablePointer<Lowpasses>, _ x: inout SIMD8<Float>, _ left: Int) {
    if left > 0 { lowpasses.pointee.filter(&x, before: left) } else { lowpasses.pointee.filter(&x) }
  }

  /// Goes on by `count` frames, when all lines have been damped and fed.
  @inline(__always) @_noAllocation @_noLocks
  mutating func advance(_ count: Int) {
    rings.advance(count)
    remaining = max(0, remaining &- count)
  }

  /// Reaches other coefficients `frames` frames from now, each along a straight line.
  @_noAllocation @_noLocks
  mutating func retarget(_ damping: Damping, over frames: Int) {
    for group in 0..<lowpasses.count {
      let (gain, pole) = (Self.eight(damping.gain, group), Self.eight(damping.pole, group))
      let former = lowpasses[group], left = -Float(remaining)
      if frames > 0 {
        lowpasses.base[group].gainStep = (gain - former.gain.addingProduct(former.gainStep, left)) / Float(frames)
        lowpasses.base[group].poleStep = (pole - former.pole.addingProduct(former.poleStep, left)) / Float(frames)
      }
      lowpasses.base[group].gain = gain
      lowpasses.base[group].pole = pole
    }
    remaining = frames
  }

  @_noAllocation @_noLocks
  private static func eight(_ x: SIMD32<Float>, _ group: Int) -> SIMD8<Float> {
    let half = group < 2 ? x.lowHalf : x.highHalf
    return group & 1 == 0 ? half.lowHalf : half.highHalf
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    rings.reset()
    remaining = 0
    for group in 0..<lowpasses.count { lowpasses.base[group].state = SIMD8() }
  }
}
