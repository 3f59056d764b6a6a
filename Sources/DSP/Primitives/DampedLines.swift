import Signal

/// Sixteen delay lines, each with a one-pole lowpass at its end: the body of a reverberator.
///
/// Up to eight frames are handled at a time, one vector per line. Only the lowpasses need the frames one after the other:
/// for them the vectors are turned so that a vector holds eight lines. Which frames are handled together changes nothing,
/// because nothing is summed over frames.
struct DampedLines: ~Copyable {
  /// `y[n] = gain x[n] + pole y[n-1]`, for each line.
  struct Damping: BitwiseCopyable {
    var gain: SIMD16<Float>
    var pole: SIMD16<Float>

    @_noAllocation @_noLocks
    init(gain: SIMD16<Float>, pole: SIMD16<Float>) {
      self.gain = gain
      self.pole = pole
    }
  }

  static var count: Int { @_transparent @_noAllocation @_noLocks get { 16 } }

  /// What the lines contain. Whoever uses them feeds and advances it.
  var rings: RingBank
  /// One vector of frames for each line, between the stages.
  let frames: OwnedBuffer<SIMD8<Float>>

  private let delays: OwnedBuffer<Int>
  private var target: Damping
  private var step = Damping(gain: SIMD16(), pole: SIMD16())
  private var remaining = 0
  private var state = SIMD16<Float>()

  /// - Parameters:
  ///   - delays: 16 lengths in frames, each at least `RingBank.batch`.
  ///   - reach: frames beyond a line's length that are read too.
  init(delays: [Int], reach: Int = 0, damping: Damping, memory: MemoryMeter) {
    precondition(delays.count == Self.count && delays.allSatisfy { $0 >= RingBank.batch })
    rings = RingBank(lines: Self.count, reach: delays.max()! + reach, memory: memory)
    frames = OwnedBuffer(count: Self.count, memory: memory)
    self.delays = OwnedBuffer(count: Self.count, memory: memory)
    for (line, delay) in delays.enumerated() { self.delays[line] = delay }
    target = damping
  }

  /// The length of a line.
  @_transparent @_noAllocation @_noLocks
  func delay(_ line: Int) -> Int { delays[line] }

  /// Fetches the end of each line into `frames`.
  @inline(__always) @_noAllocation @_noLocks
  func fetch() {
    for line in 0..<Self.count { frames[line] = rings.frames(line, delays[line]) }
  }

  /// Passes the first `count` of the fetched frames through the lowpasses.
  @inline(__always) @_noAllocation @_noLocks
  mutating func damp(_ count: Int) {
    transpose(frames.base)
    transpose(frames.base + 8)
    if remaining > 0 {
      for n in 0..<count {
        let damping = damping(before: max(remaining - n, 0))
        filter(n, damping.gain, damping.pole)
      }
      remaining = max(remaining - count, 0)
    } else if count == RingBank.batch {
      for n in 0..<RingBank.batch { filter(n, target.gain, target.pole) }
    } else {
      for n in 0..<count { filter(n, target.gain, target.pole) }
    }
    transpose(frames.base)
    transpose(frames.base + 8)
  }

  /// One frame of all lines, while a vector holds lines.
  @_transparent @_noAllocation @_noLocks
  private mutating func filter(_ n: Int, _ gain: SIMD16<Float>, _ pole: SIMD16<Float>) {
    let low = (gain.lowHalf * frames[n]).addingProduct(pole.lowHalf, state.lowHalf)
    let high = (gain.highHalf * frames[n + 8]).addingProduct(pole.highHalf, state.highHalf)
    frames[n] = low
    frames[n + 8] = high
    state = SIMD16(lowHalf: low, highHalf: high)
  }

  /// The coefficients `left` frames before the target is reached.
  @_transparent @_noAllocation @_noLocks
  private func damping(before left: Int) -> Damping {
    let left = SIMD16(repeating: -Float(left))
    return Damping(gain: target.gain.addingProduct(step.gain, left), pole: target.pole.addingProduct(step.pole, left))
  }

  /// Reaches other coefficients `frames` frames from now, each along a straight line.
  @_noAllocation @_noLocks
  mutating func retarget(_ damping: Damping, over frames: Int) {
    let now = self.damping(before: remaining)
    target = damping
    remaining = frames
    guard frames > 0 else { return }
    step.gain = (damping.gain - now.gain) / Float(frames)
    step.pole = (damping.pole - now.pole) / Float(frames)
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    rings.reset()
    remaining = 0
    state = SIMD16()
  }
}
