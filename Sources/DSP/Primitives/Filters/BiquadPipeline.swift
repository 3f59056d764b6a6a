/// Two sections for two channels: coefficients and memory. Lanes 0 and 1 hold the channels of one section, lanes 2 and 3
/// those of the section that comes as many later as there are groups in the pipeline.
struct BiquadGroup: BitwiseCopyable {
  var b0 = SIMD4<Double>(repeating: 1)
  var b1 = SIMD4<Double>()
  var b2 = SIMD4<Double>()
  /// Negated, so that every product is added.
  var a1 = SIMD4<Double>()
  var a2 = SIMD4<Double>()
  /// The last input, the last output, and what the past adds to the next frame but for the last output.
  var x1 = SIMD4<Double>()
  var y1 = SIMD4<Double>()
  var rest = SIMD4<Double>()

  /// One frame: `y = b0 x + rest - a1 y1`, then `rest = b1 x + b2 x1 - a2 y1` for the next. The transposed form has every
  /// frame wait for two multiply-adds of the one before; here it is one and a half. Every path computes in this order.
  @_transparent @_noAllocation @_noLocks
  mutating func step(_ x: SIMD4<Double>) {
    let y = rest.addingProduct(b0, x).addingProduct(a1, y1)
    rest = (b2 * x1).addingProduct(b1, x).addingProduct(a2, y1)
    x1 = x
    y1 = y
  }

  /// One frame in those lanes that are due; the others keep their memory.
  @_transparent @_noAllocation @_noLocks
  mutating func step(_ x: SIMD4<Double>, where isDue: SIMDMask<SIMD4<Int64>>) {
    let former = self
    step(x)
    x1 = former.x1.replacing(with: x1, where: isDue)
    y1 = former.y1.replacing(with: y1, where: isDue)
    rest = former.rest.replacing(with: rest, where: isDue)
  }
}

/// 4, 6 or 8 sections, run over interleaved pairs of channels as a skewed pipeline.
///
/// Group v of V holds the sections v and v + V; at step t, section s works on frame t - s. Each group therefore reads what
/// the one before it wrote a step earlier, and all are independent within a step. The pipeline fills and drains within one
/// call, with the lanes that are not due masked: no latency, and the bits of the plain cascade.
enum BiquadPipeline {
  static var fewestGroups: Int { @_transparent @_noAllocation @_noLocks get { 2 } }
  /// With five, states no longer fit the registers beside the sums: ten sections as eight and two take a seventh less time.
  static var mostGroups: Int { @_transparent @_noAllocation @_noLocks get { 4 } }

  /// Filters `frameCount` pairs in place.
  ///
  /// - Precondition: `frameCount` is at least 10.
  @_noAllocation @_noLocks
  static func run(
    _ groups: UnsafeMutablePointer<BiquadGroup>, _ groupCount: Int, _ frames: UnsafeMutablePointer<SIMD2<Double>>,
    _ frameCount: Int
  ) {
    let skew = 2 * groupCount - 1
    fill(groups, groupCount, frames)
    switch groupCount {
    case 2: run2(groups, frames, skew..<frameCount)
    case 3: run3(groups, frames, skew..<frameCount)
    default: run4(groups, frames, skew..<frameCount)
    }
    drain(groups, groupCount, frames, frameCount)
  }

  /// The first steps: section s begins at step s.
  @_noAllocation @_noLocks
  private static func fill(
    _ groups: UnsafeMutablePointer<BiquadGroup>, _ groupCount: Int, _ frames: UnsafeMutablePointer<SIMD2<Double>>
  ) {
    let lower = SIMD4<Int64>(-1, -1, 0, 0) .< 0
    for t in 0..<2 * groupCount - 1 {
      let carried = groups[groupCount - 1].y1.lowHalf
      for v in stride(from: min(t, groupCount - 1), through: 0, by: -1) {
        let input = v > 0 ? groups[v - 1].y1 : SIMD4(lowHalf: frames[t], highHalf: carried)
        if v + groupCount <= t { groups[v].step(input) } else { groups[v].step(input, where: lower) }
      }
    }
  }

  /// The last steps: section s has had its last frame at step `frameCount` - 1 + s.
  @_noAllocation @_noLocks
  private static func drain(
    _ groups: UnsafeMutablePointer<BiquadGroup>, _ groupCount: Int, _ frames: UnsafeMutablePointer<SIMD2<Double>>,
    _ frameCount: Int
  ) {
    let upper = SIMD4<Int64>(0, 0, -1, -1) .< 0
    let skew = 2 * groupCount - 1
    for ended in 0..<skew {
      let carried = groups[groupCount - 1].y1.lowHalf
      for v in stride(from: groupCount - 1, through: max(0, ended - groupCount + 1), by: -1) {
        let input = v > 0 ? groups[v - 1].y1 : SIMD4(lowHalf: SIMD2(), highHalf: carried)
        if v > ended { groups[v].step(input) } else { groups[v].step(input, where: upper) }
      }
      frames[frameCount + ended - skew] = groups[groupCount - 1].y1.highHalf
    }
  }

  @_noAllocation @_noLocks
  private static func run2(
    _ groups: UnsafeMutablePointer<BiquadGroup>, _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ steps: Range<Int>
  ) {
    var g0 = groups[0], g1 = groups[1]
    for t in steps {
      let input = SIMD4(lowHalf: frames[t], highHalf: g1.y1.lowHalf)
      g1.step(g0.y1)
      g0.step(input)
      frames[t - 3] = g1.y1.highHalf
    }
    groups[0] = g0
    groups[1] = g1
  }

  @_noAllocation @_noLocks
  private static func run3(
    _ groups: UnsafeMutablePointer<BiquadGroup>, _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ steps: Range<Int>
  ) {
    var g0 = groups[0], g1 = groups[1], g2 = groups[2]
    for t in steps {
      let input = SIMD4(lowHalf: frames[t], highHalf: g2.y1.lowHalf)
      g2.step(g1.y1)
      g1.step(g0.y1)
      g0.step(input)
      frames[t - 5] = g2.y1.highHalf
    }
    groups[0] = g0
    groups[1] = g1
    groups[2] = g2
  }

  @_noAllocation @_noLocks
  private static func run4(
    _ groups: UnsafeMutablePointer<BiquadGroup>, _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ steps: Range<Int>
  ) {
    var g0 = groups[0], g1 = groups[1], g2 = groups[2], g3 = groups[3]
    for t in steps {
      let input = SIMD4(lowHalf: frames[t], highHalf: g3.y1.lowHalf)
      g3.step(g2.y1)
      g2.step(g1.y1)
      g1.step(g0.y1)
      g0.step(input)
      frames[t - 7] = g3.y1.highHalf
    }
    groups[0] = g0
    groups[1] = g1
    groups[2] = g2
    groups[3] = g3
  }
}
