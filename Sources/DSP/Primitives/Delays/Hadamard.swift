import CRealtime
import Signal

/// Two stages of butterflies of a Hadamard matrix: four vectors become their sums with signs.
@inline(__always) @_noAllocation @_noLocks
func mixHadamard(_ a: inout SIMD8<Float>, _ b: inout SIMD8<Float>, _ c: inout SIMD8<Float>, _ d: inout SIMD8<Float>) {
  let ab = talea_add(a, b), ba = talea_subtract(a, b), cd = talea_add(c, d), dc = talea_subtract(c, d)
  a = talea_add(ab, cd)
  b = talea_add(ba, dc)
  c = talea_subtract(ab, cd)
  d = talea_subtract(ba, dc)
}
