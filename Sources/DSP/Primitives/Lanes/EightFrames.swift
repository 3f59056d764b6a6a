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
