import CRealtime
import Signal

/// Eight vectors of eight lanes, kept in registers: eight frames of eight lines.
struct EightVectors: BitwiseCopyable {
  var v0, v1, v2, v3, v4, v5, v6, v7: SIMD8<Float>

  @_transparent @_noAllocation @_noLocks
  init(
    _ v0: SIMD8<Float>, _ v1: SIMD8<Float>, _ v2: SIMD8<Float>, _ v3: SIMD8<Float>, _ v4: SIMD8<Float>, _ v5: SIMD8<Float>,
    _ v6: SIMD8<Float>, _ v7: SIMD8<Float>
  ) {
    (self.v0, self.v1, self.v2, self.v3, self.v4, self.v5, self.v6, self.v7) = (v0, v1, v2, v3, v4, v5, v6, v7)
  }

  /// Turned by the diagonal: lane `j` of vector `i` becomes lane `i` of vector `j`.
  var transposed: EightVectors {
    @inline(__always) @_noAllocation @_noLocks get {
      // Halves first: eight blends and inserts, which any of the vector ports takes; then two rounds of shuffles that stay
      // within the halves.
      let h0 = talea_low_halves(v0, v4), h4 = talea_high_halves(v0, v4)
      let h1 = talea_low_halves(v1, v5), h5 = talea_high_halves(v1, v5)
      let h2 = talea_low_halves(v2, v6), h6 = talea_high_halves(v2, v6)
      let h3 = talea_low_halves(v3, v7), h7 = talea_high_halves(v3, v7)
      let a0 = talea_interleave_low(h0, h1), a1 = talea_interleave_high(h0, h1)
      let a2 = talea_interleave_low(h2, h3), a3 = talea_interleave_high(h2, h3)
      let b0 = talea_interleave_low(h4, h5), b1 = talea_interleave_high(h4, h5)
      let b2 = talea_interleave_low(h6, h7), b3 = talea_interleave_high(h6, h7)
      return EightVectors(
        talea_pairs_low(a0, a2), talea_pairs_high(a0, a2), talea_pairs_low(a1, a3), talea_pairs_high(a1, a3),
        talea_pairs_low(b0, b2), talea_pairs_high(b0, b2), talea_pairs_low(b1, b3), talea_pairs_high(b1, b3))
    }
  }

  @_transparent @_noAllocation @_noLocks
  init(from frames: UnsafePointer<SIMD8<Float>>) {
    self.init(frames[0], frames[1], frames[2], frames[3], frames[4], frames[5], frames[6], frames[7])
  }

  @_transparent @_noAllocation @_noLocks
  func store(to frames: UnsafeMutablePointer<SIMD8<Float>>) {
    frames[0] = v0
    frames[1] = v1
    frames[2] = v2
    frames[3] = v3
    frames[4] = v4
    frames[5] = v5
    frames[6] = v6
    frames[7] = v7
  }
}
