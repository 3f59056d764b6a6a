import Foundation
import Signal
import Testing

@Suite("multiply-adds of vectors") struct MultiplyAddTests {
  /// Every form of one vector type against the C library's, lane by lane; sums that cancel show a second rounding.
  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func eachLaneIsRoundedOnce(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    func number() -> Double { Double.random(in: -2...2, using: &random) }
    let (a, b) = (SIMD4<Double>(number(), number(), number(), number()), SIMD4<Double>(number(), number(), number(), number()))
    let z = -(a * b)
    let (a8, b8) = (SIMD8<Float>(lowHalf: .init(a), highHalf: .init(b)), SIMD8<Float>(lowHalf: .init(b), highHalf: .init(a * b)))
    let z8 = -(a8 * b8)
    for lane in 0..<4 {
      #expect(z.addingProduct(a, b)[lane] == fma(a[lane], b[lane], z[lane]))
      #expect(z.addingProduct(a[0], b)[lane] == fma(a[0], b[lane], z[lane]))
      #expect(z.addingProduct(a, b[0])[lane] == fma(a[lane], b[0], z[lane]))
      #expect(z8.lowHalf.addingProduct(a8.lowHalf, b8.lowHalf)[lane] == fmaf(a8[lane], b8[lane], z8[lane]))
      #expect(z8.lowHalf.addingProduct(a8[5], b8.lowHalf)[lane] == fmaf(a8[5], b8[lane], z8[lane]))
    }
    for lane in 0..<2 { #expect(z.lowHalf.addingProduct(a.lowHalf, b.highHalf)[lane] == fma(a[lane], b[lane + 2], z[lane])) }
    var sum = z8
    sum.addProduct(a8, b8)
    for lane in 0..<8 {
      #expect(sum[lane] == fmaf(a8[lane], b8[lane], z8[lane]))
      #expect(z8.addingProduct(a8, b8[3])[lane] == fmaf(a8[lane], b8[3], z8[lane]))
    }
  }
}
