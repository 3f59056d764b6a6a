import Signal

/// The predelay and the first reflections of a room: a few echoes on each side, some of them from the other side.
struct EarlyReflections: ~Copyable {
  /// An echo: which channel it comes from, how much later, how loud.
  struct Tap: BitwiseCopyable {
    var channel = 0
    var delay = 0
    var gain: Float = 0
  }

  private var input: RingBank
  private var predelayed: RingBank
  /// Of the left side, then of the right.
  private let taps: OwnedBuffer<Tap>
  /// In frames.
  private var predelay: LinearRamp
  /// Whether there is any but the predelay.
  private let reflects: Bool

  /// Times as fractions of the room's mean line, with gains; own channel first. The first falls at the predelay's end.
  private static let pattern: [[(own: Bool, time: Double, gain: Double)]] = [
    [
      (true, 0, 1), (true, 0.21, 0.71), (true, 0.38, -0.61), (true, 0.57, 0.52), (true, 0.83, 0.41), (false, 0.13, 0.55),
      (false, 0.47, -0.44), (false, 0.71, 0.35),
    ],
    [
      (true, 0, 1), (true, 0.18, -0.71), (true, 0.41, 0.61), (true, 0.61, 0.52), (true, 0.79, -0.41), (false, 0.15, 0.55),
      (false, 0.44, 0.44), (false, 0.74, -0.35),
    ],
  ]

  /// - Parameters:
  ///   - power: of all reflections together, where that of the input is 1.
  ///   - predelay: in frames, at most `longestPredelay`.
  init(_ room: ReverbRoom, power: Double, predelay: Double, longestPredelay: Double, memory: MemoryMeter) {
    input = RingBank(lines: 2, reach: Int(longestPredelay) + 2 * FractionalRead.reach, memory: memory)
    predelayed = RingBank(lines: 2, reach: Int(room.meanSeconds * room.framesPerSecond) + 1, memory: memory)
    taps = OwnedBuffer(count: 16, memory: memory)
    self.predelay = LinearRamp(predelay)
    reflects = power > 0
    for (side, echoes) in Self.pattern.enumerated() {
      let whole = echoes.reduce(0) { $0 + $1.gain * $1.gain }
      let scale = (power / whole).squareRoot()
      for (index, echo) in echoes.enumerated() {
        taps[8 * side + index] = Tap(
          channel: echo.own ? side : 1 - side, delay: Int((echo.time * room.meanSeconds * room.framesPerSecond).rounded()),
          gain: Float(echo.gain * scale))
      }
    }
  }

  @_transparent @_noAllocation @_noLocks
  func batch(of wanted: Int) -> Int { predelayed.batch(of: input.batch(of: wanted)) }

  /// Returns `count` frames of the predelayed input, and of the reflections.
  @inline(__always) @_noAllocation @_noLocks
  mutating func run(_ left: SIMD8<Float>, _ right: SIMD8<Float>, _ count: Int)
    -> (left: SIMD8<Float>, right: SIMD8<Float>, earlyLeft: SIMD8<Float>, earlyRight: SIMD8<Float>)
  {
    input.feed(0, left)
    input.feed(1, right)
    let late = predelay.isMoving ? moving(count) : resting()
    input.advance(count)
    guard reflects else { return (late.left, late.right, SIMD8(), SIMD8()) }
    predelayed.feed(0, late.left)
    predelayed.feed(1, late.right)
    var early = (left: SIMD8<Float>(), right: SIMD8<Float>())
    for index in 0..<8 {
      let a = taps[index], b = taps[index + 8]
      early.left.addProduct(predelayed.frames(a.channel, a.delay), a.gain)
      early.right.addProduct(predelayed.frames(b.channel, b.delay), b.gain)
    }
    predelayed.advance(count)
    return (late.left, late.right, early.left, early.right)
  }

  @_transparent @_noAllocation @_noLocks
  private func resting() -> (left: SIMD8<Float>, right: SIMD8<Float>) {
    let frames = Int(predelay.target)
    return (input.frames(0, frames), input.frames(1, frames))
  }

  /// On the way to another predelay the input is read faster or slower, like from tape.
  @_noAllocation @_noLocks
  private mutating func moving(_ count: Int) -> (left: SIMD8<Float>, right: SIMD8<Float>) {
    var left = SIMD8<Float>(), right = SIMD8<Float>()
    for n in 0..<count {
      let read = FractionalRead(max(0, predelay.next()))
      let distance = read.whole + FractionalRead.reach
      left[n] = read(input.past(0, distance - n) + distance)
      right[n] = read(input.past(1, distance - n) + distance)
    }
    return (left, right)
  }

  /// Reaches another predelay, a whole number of frames, `frames` frames from now.
  @_noAllocation @_noLocks
  mutating func retarget(_ newPredelay: Double, over frames: Int) { predelay.retarget(newPredelay, over: frames) }

  @_noAllocation @_noLocks
  mutating func reset() {
    input.reset()
    predelayed.reset()
    predelay.snap()
  }
}
