import Signal

/// Turns eight vectors of eight lanes by the diagonal: lane `j` of vector `i` becomes lane `i` of vector `j`.
@inline(__always) @_noAllocation @_noLocks
func transpose(_ v: UnsafeMutablePointer<SIMD8<Float>>) {
  let a0 = interleavedLow(v[0], v[1]), a1 = interleavedHigh(v[0], v[1])
  let a2 = interleavedLow(v[2], v[3]), a3 = interleavedHigh(v[2], v[3])
  let a4 = interleavedLow(v[4], v[5]), a5 = interleavedHigh(v[4], v[5])
  let a6 = interleavedLow(v[6], v[7]), a7 = interleavedHigh(v[6], v[7])
  let b0 = pairsLow(a0, a2), b1 = pairsHigh(a0, a2), b2 = pairsLow(a1, a3), b3 = pairsHigh(a1, a3)
  let b4 = pairsLow(a4, a6), b5 = pairsHigh(a4, a6), b6 = pairsLow(a5, a7), b7 = pairsHigh(a5, a7)
  v[0] = SIMD8(lowHalf: b0.lowHalf, highHalf: b4.lowHalf)
  v[1] = SIMD8(lowHalf: b1.lowHalf, highHalf: b5.lowHalf)
  v[2] = SIMD8(lowHalf: b2.lowHalf, highHalf: b6.lowHalf)
  v[3] = SIMD8(lowHalf: b3.lowHalf, highHalf: b7.lowHalf)
  v[4] = SIMD8(lowHalf: b0.highHalf, highHalf: b4.highHalf)
  v[5] = SIMD8(lowHalf: b1.highHalf, highHalf: b5.highHalf)
  v[6] = SIMD8(lowHalf: b2.highHalf, highHalf: b6.highHalf)
  v[7] = SIMD8(lowHalf: b3.highHalf, highHalf: b7.highHalf)
}

// Each of the four is one shuffle: they stay within the halves of the vectors.

@_transparent @_noAllocation @_noLocks
private func interleavedLow(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5])
}

@_transparent @_noAllocation @_noLocks
private func interleavedHigh(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7])
}

@_transparent @_noAllocation @_noLocks
private func pairsLow(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8(a[0], a[1], b[0], b[1], a[4], a[5], b[4], b[5])
}

@_transparent @_noAllocation @_noLocks
private func pairsHigh(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8(a[2], a[3], b[2], b[3], a[6], a[7], b[6], b[7])
}
