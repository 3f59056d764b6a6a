import CRealtime
import Signal

/// The first `count` of eight frames; the other lanes are 0.
@inline(__always) @_noAllocation @_noLocks
func load(_ frames: UnsafePointer<Float>, _ count: Int) -> SIMD8<Float> {
  talea_load_frames(frames, count)
}

/// Stores the first `count` lanes.
@inline(__always) @_noAllocation @_noLocks
func store(_ vector: SIMD8<Float>, _ frames: UnsafeMutablePointer<Float>, _ count: Int) {
  talea_store_frames(vector, frames, count)
}

extension LinearRamp {
  /// The values of the next eight frames; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(eight count: Int) -> SIMD8<Float> {
    guard isMoving else { return SIMD8(repeating: Float(target)) }
    var values = SIMD8<Float>()
    for n in 0..<8 { values[n] = Float(value(ahead: n)) }
    advance(count)
    return values
  }
}

@_transparent @_noAllocation @_noLocks
func magnitude(_ x: SIMD8<Float>) -> SIMD8<Float> {
  unsafeBitCast(unsafeBitCast(x, to: SIMD8<Int32>.self) & SIMD8(repeating: Int32.max), to: SIMD8<Float>.self)
}
