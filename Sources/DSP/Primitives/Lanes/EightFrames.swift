import CRealtime
import Signal

/// Eight frames in double precision: two vectors of four.
struct EightFrames: BitwiseCopyable {
  var early: SIMD4<Double>
  var late: SIMD4<Double>

  @_transparent @_noAllocation @_noLocks
  init(_ early: SIMD4<Double>, _ late: SIMD4<Double>) {
    self.early = early
    self.late = late
  }

  @_transparent @_noAllocation @_noLocks
  init(_ frames: SIMD8<Float>) { self.init(talea_widen_low(frames), talea_widen_high(frames)) }

  /// Rounded to single precision.
  var narrow: SIMD8<Float> {
    @_transparent @_noAllocation @_noLocks get { talea_narrow_both(early, late) }
  }
}

extension LinearRamp {
  /// The values of the next eight frames; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  mutating func nextFrames(_ count: Int) -> EightFrames {
    if !isMoving { return EightFrames(SIMD4(repeating: target), SIMD4(repeating: target)) }
    let early = min(count, 4), first = next(four: early)
    return EightFrames(first, next(four: count - early))
  }
}

extension Turning {
  /// The turns of the next eight frames; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  mutating func nextFrames(_ count: Int) -> EightFrames {
    let early = min(count, 4), first = next(four: early)
    return EightFrames(first, next(four: count - early))
  }
}
