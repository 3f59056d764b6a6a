import CRealtime
import Signal

/// A phase that runs at a rate that may move, in turns from 0 up to 1.
struct Turning: BitwiseCopyable {
  private var increment: LinearRamp
  /// The turns that there were so many frames ago; while the rate moves that is now.
  private var start = 0.0
  private var frames = 0.0
  private let framesPerSecond: Double

  init(_ rate: Double, framesPerSecond: Double) {
    increment = LinearRamp(rate / framesPerSecond)
    self.framesPerSecond = framesPerSecond
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ rate: Double, over frames: Int) {
    let target = rate / framesPerSecond
    if target != increment.target {
      start = turns
      self.frames = 0
    }
    increment.retarget(target, over: frames)
  }

  /// Of the next frame.
  private var turns: Double {
    @_noAllocation @_noLocks get {
      let x = start.addingProduct(frames, increment.target)
      return x - talea_floor(x)
    }
  }

  @_noAllocation @_noLocks
  private mutating func advance() {
    if increment.isMoving {
      let x = start + increment.next()
      start = x - talea_floor(x)
    } else {
      frames += 1
    }
  }

  /// The turns of the next four frames; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(four count: Int) -> SIMD4<Double> {
    guard !increment.isMoving else { return nextMoving(count) }
    let values = talea_turns(start, increment.target, frames)
    frames += Double(count)
    return values
  }

  @inline(never) @_noAllocation @_noLocks
  private mutating func nextMoving(_ count: Int) -> SIMD4<Double> {
    var values = SIMD4<Double>()
    for n in 0..<4 {
      values[n] = turns
      if n < count { advance() }
    }
    return values
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    increment.snap()
    start = 0
    frames = 0
  }
}
