import CRealtime

/// The larger of each two lanes; `a` where `b` is NaN. The library's `pointwiseMax` is a call for each.
@_transparent @_noAllocation @_noLocks
func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a.replacing(with: b, where: b .> a) }

/// The largest magnitude of some frames. NaN is passed over.
func largest(_ frames: UnsafePointer<Float>, _ count: Int) -> Float {
  var peak = SIMD8<Float>()
  var n = 0
  while n + 8 <= count {
    peak = larger(peak, magnitude(UnsafeRawPointer(frames + n).loadUnaligned(as: SIMD8<Float>.self)))
    n += 8
  }
  var largest = talea_largest(peak)
  while n < count {
    if abs(frames[n]) > largest { largest = abs(frames[n]) }
    n += 1
  }
  return largest
}

/// The lowest and the highest of some frames; infinities where there are none. NaN is passed over.
func extremes(_ frames: UnsafePointer<Float>, _ count: Int) -> (low: Float, high: Float) {
  // The lowest is the highest of the frames turned over.
  var high = SIMD8<Float>(repeating: -.infinity), turned = high
  var n = 0
  while n + 8 <= count {
    let x = UnsafeRawPointer(frames + n).loadUnaligned(as: SIMD8<Float>.self)
    high = larger(high, x)
    turned = larger(turned, -x)
    n += 8
  }
  var ends = (low: -talea_largest(turned), high: talea_largest(high))
  while n < count {
    if frames[n] < ends.low { ends.low = frames[n] }
    if frames[n] > ends.high { ends.high = frames[n] }
    n += 1
  }
  return ends
}
