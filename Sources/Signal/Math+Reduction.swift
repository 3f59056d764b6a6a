// Reduction of angles to a quarter turn.

extension Math {
  /// Radians. Up to 2^30 by three constants (Cody and Waite, with fused products); beyond by Payne and Hanek.
  @_transparent @_noAllocation @_noLocks
  static func reduced(_ x: SIMD4<Double>) -> Angle {
    let shifted = SIMD4<Double>(repeating: roundingShift).addingProduct(x, SIMD4(repeating: 0x1.45f306dc9c883p-1))
    let n = shifted - roundingShift
    // The first difference is exact: a multiple of 2^-53 below 1 in magnitude.
    let coarse = x.addingProduct(-n, SIMD4(repeating: 0x1.921fb54442d18p+0))
    let middle = SIMD4<Double>(repeating: 0x1.1a62633145c07p-54)
    let product = n * middle
    let productLow = (-product).addingProduct(n, middle).addingProduct(n, SIMD4(repeating: -0x1.f1976b7ed8fbcp-110))
    // Two-sum (Knuth): either operand may be the larger.
    let high = coarse - product
    let virtual = high - coarse
    let rounding = (coarse - (high - virtual)) - (product + virtual)
    var angle = Angle(quarter: bits(shifted), high: high, low: rounding - productLow)
    let isLarge = magnitude(x) .> 0x1p30
    if any(isLarge) {
      for lane in 0..<4 where isLarge[lane] {
        let rest = reducedHuge(x[lane])
        angle.quarter[lane] = rest.quarter
        angle.high[lane] = rest.high
        angle.low[lane] = rest.low
      }
    }
    return angle
  }

  /// Half turns: the reduction is exact.
  @_transparent @_noAllocation @_noLocks
  static func reducedHalfTurns(_ x: SIMD4<Double>) -> Angle {
    // From 2^53 on every number is even: no rest. Below, multiples of 2^31 are whole turns.
    let bounded = x.replacing(with: 0, where: magnitude(x) .>= 0x1p53)
    let folded = bounded.addingProduct(-round(bounded * 0x1p-31), SIMD4(repeating: 0x1p31))
    let shifted = SIMD4<Double>(repeating: roundingShift).addingProduct(folded, SIMD4(repeating: 2))
    let f = folded.addingProduct(-(shifted - roundingShift), SIMD4(repeating: 0.5))
    let pi = SIMD4<Double>(repeating: Double.pi)
    let high = f * pi
    let low = (-high).addingProduct(f, pi).addingProduct(f, SIMD4(repeating: 0x1.1a62633145c07p-53))
    return Angle(quarter: bits(shifted), high: high.replacing(with: .nan, where: .!(magnitude(x) .< .infinity)), low: low)
  }

  /// Payne and Hanek: the product of the 53-bit integer in `x` with those bits of 2/pi that decide the angle modulo a turn.
  ///
  /// 192 bits are kept, two of them before the point. No double lies closer than 2^-62 to a multiple of pi/2, so the rest
  /// keeps at least 75 right bits.
  @_noAllocation @_noLocks
  static func reducedHuge(_ x: Double) -> (quarter: Int64, high: Double, low: Double) {
    if !(x.magnitude < .infinity) { return (0, .nan, .nan) }
    let pattern = x.bitPattern
    let exponent = Int((pattern >> 52) & 0x7ff) - 1_075
    let integer = (pattern & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000
    // The table starts 64 bits before the point; weight 2^1 after scaling by 2^exponent comes first.
    let start = 64 + exponent - 2
    let word = start >> 6, shift = UInt64(start & 63)
    let a = joined(twoOverPi(word), twoOverPi(word + 1), shift)
    let b = joined(twoOverPi(word + 1), twoOverPi(word + 2), shift)
    let c = joined(twoOverPi(word + 2), twoOverPi(word + 3), shift)
    let low = c.multipliedFullWidth(by: integer)
    let middle = b.multipliedFullWidth(by: integer)
    let w0 = low.low
    let (w1, carry) = middle.low.addingReportingOverflow(low.high)
    var w2 = a &* integer &+ middle.high &+ (carry ? 1 : 0)
    var w1n = w1, w0n = w0
    var quarter = Int64(w2 >> 62)
    w2 &= 0x3fff_ffff_ffff_ffff
    let isPastHalf = w2 >= 0x2000_0000_0000_0000
    if isPastHalf {
      quarter += 1
      // 1 - fraction, in 190 bits.
      w0n = 0 &- w0n
      let borrow0: UInt64 = w0n != 0 ? 1 : 0
      w1n = 0 &- w1n &- borrow0
      let borrow1: UInt64 = w1 != 0 || borrow0 != 0 ? 1 : 0
      w2 = 0x4000_0000_0000_0000 &- w2 &- borrow1
    }
    // Each word to two exact halves, summed from the small end: a double-double of the fraction.
    let top = Double(w2 >> 32) * 0x1p-30
    let rest = Double(w2 & 0xffff_ffff) * 0x1p-62
    let next = Double(w1n >> 32) * 0x1p-94
    let last = Double(w1n & 0xffff_ffff) * 0x1p-126 + Double(w0n >> 11) * 0x1p-179
    let tail = next + last
    let tailLow = (next - tail) + last
    let mid = rest + tail
    let midLow = ((rest - mid) + tail) + tailLow
    let f = top + mid
    let fLow = ((top - f) + mid) + midLow
    let high = f * 0x1.921fb54442d18p+0
    let highLow = (-high).addingProduct(f, 0x1.921fb54442d18p+0).addingProduct(f, 0x1.1a62633145c07p-54)
      .addingProduct(fLow, 0x1.921fb54442d18p+0)
    let isNegative = (x.sign == .minus) != isPastHalf
    if x.sign == .minus { quarter = 0 &- quarter }
    return (quarter & 3, isNegative ? -high : high, isNegative ? -highLow : highLow)
  }

  /// 64 bits that start `shift` bits into the 128 of `high`, `low`.
  @_transparent @_noAllocation @_noLocks
  private static func joined(_ high: UInt64, _ low: UInt64, _ shift: UInt64) -> UInt64 {
    shift == 0 ? high : (high << shift) | (low >> (64 - shift))
  }

  /// Word `index` of 2/pi, which starts with 64 zero bits before the point.
  @_noAllocation @_noLocks
  private static func twoOverPi(_ index: Int) -> UInt64 {
    switch index {
    case 1: 0xa2f9_836e_4e44_1529
    case 2: 0xfc27_57d1_f534_ddc0
    case 3: 0xdb62_9599_3c43_9041
    case 4: 0xfe51_63ab_debb_c561
    case 5: 0xb724_6e3a_424d_d2e0
    case 6: 0x0649_2eea_09d1_921c
    case 7: 0xfe1d_eb1c_b129_a73e
    case 8: 0xe882_35f5_2ebb_4484
    case 9: 0xe99c_7026_b45f_7e41
    case 10: 0x3991_d639_8353_39f4
    case 11: 0x9c84_5f8b_bdf9_283b
    case 12: 0x1ff8_97ff_de05_980f
    case 13: 0xef2f_118b_5a0a_6d1f
    case 14: 0x6d36_7ecf_27cb_09b7
    case 15: 0x4f46_3f66_9e5f_ea2d
    case 16: 0x7527_bac7_ebe5_f17b
    case 17: 0x3d07_39f7_8a52_92ea
    case 18: 0x6bfb_5fb1_1f8d_5d08
    case 19: 0x5603_3046_fc7b_6bab
    case 20: 0xf0cf_bc20_9af4_361d
    case 21: 0xa9e3_9161_5ee6_1b08
    default: 0
    }
  }
}
