import Dataflow
import Signal
import Testing

@testable import DSP

/// The vectors of the half-band filters against the same sums, written frame by frame.
@Suite("half-band cascades") struct HalfBandTests {
  private func harness(_ type: EffectType, _ factor: Int, channels: Int) throws -> KernelHarness {
    let isUp = type == Upsample.self
    return try KernelHarness(
      type, channels: [channels], structural: ["factor": .integer(factor)], sampleRate: Rational(isUp ? 48_000 : 48_000 * factor),
      patchSampleRate: 48_000, maximumFrameCount: 1 << 16)
  }

  /// Outermost taps first, one multiply-add after the other.
  private func sum(_ x: [Float], _ after: Int, _ coefficients: [Float]) -> Float {
    func frame(_ n: Int) -> Float { x.indices.contains(n) ? x[n] : 0 }
    var total: Float = 0
    for j in coefficients.indices.reversed() {
      let pair = frame(after + j) + frame(after - 1 - j)
      total = j == coefficients.count - 1 ? pair * coefficients[j] : total.addingProduct(coefficients[j], pair)
    }
    return total
  }

  private func doubled(_ x: [Float], _ stage: HalfBandCascade.Plan.Stage) -> [Float] {
    let coefficients = stage.coefficients(sum: 0.5)
    return x.indices.flatMap { n -> [Float] in
      let middle = n - stage.delay
      return [middle < 0 ? 0 : x[middle], sum(x, middle + 1, coefficients)]
    }
  }

  private func halved(_ x: [Float], _ stage: HalfBandCascade.Plan.Stage) -> [Float] {
    let coefficients = stage.coefficients(sum: 0.25)
    let odd = stride(from: 1, to: x.count, by: 2).map { x[$0] }
    return (0..<(x.count + 1) / 2).map { m in
      let middle = m - stage.delay
      return sum(odd, middle, coefficients).addingProduct(middle < 0 ? 0 : x[2 * middle], 0.5)
    }
  }

  @Test(arguments: [2, 4, 8, 16, 32], [1, 2, 3, 5, 8])
  func vectorsGiveTheBitsOfThePlainSums(factor: Int, channels: Int) throws {
    // As in the kernels: numbers below the smallest normal ones are 0.
    let denormals = DenormalGuard()
    defer { withExtendedLifetime(denormals) {} }
    var random = SeededRandom(seed: UInt64(factor * 100 + channels))
    let up = try harness(Upsample.self, factor, channels: channels),
      down = try harness(Downsample.self, factor, channels: channels)
    let plan = try #require(HalfBandCascade.Plan(up.context, factor: factor))
    for _ in 0..<3 {
      let count = Int.random(in: 1...700, using: &random)
      let input = (0..<channels).map { _ in (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
      let cuts: [Cuts] = [.whole, .random(seed: random.next())]
      let raised = input.map { plan.stages.reduce($0, doubled) }
      let lowered = raised.map { plan.stages.reversed().reduce($0, halved) }
      for cut in cuts {
        up.reset()
        down.reset()
        #expect(up.run(input, cuts: cut) == raised)
        #expect(down.run(raised, cuts: cut) == lowered)
      }
    }
  }

  @Test func ratesWithoutAWholeLatencyAreLeftToTheOtherFilter() throws {
    let nested = try KernelHarness(
      Upsample.self, channels: [1], structural: ["factor": .integer(2)], sampleRate: 44_100, patchSampleRate: 48_000)
    #expect(HalfBandCascade.Plan(nested.context, factor: 2) == nil)
    #expect(HalfBandCascade.Plan(nested.context, factor: 3) == nil)
  }
}
