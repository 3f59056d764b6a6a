import Dataflow
import Signal
import Testing

@testable import DSP

@Suite("upsample and downsample") struct OversamplingTests {
  private func up(_ factor: Int, rate: Int = 48_000) throws -> KernelHarness {
    try KernelHarness(
      Upsample.self, channels: [1], structural: ["factor": .integer(factor)], sampleRate: Rational(rate),
      maximumFrameCount: 2_000_000)
  }
  private func down(_ factor: Int, rate: Int = 48_000) throws -> KernelHarness {
    try KernelHarness(
      Downsample.self, channels: [1], structural: ["factor": .integer(factor)], sampleRate: Rational(rate * factor),
      patchSampleRate: Rational(rate), maximumFrameCount: 2_000_000)
  }
  private func latency(_ harness: KernelHarness) -> Int { harness.type.latency(harness.context).numerator }

  @Test(arguments: [2, 3, 4, 5, 7, 8, 16, 32])
  func everyInputSampleReappearsExactlyAfterTheLatency(factor: Int) throws {
    let harness = try up(factor)
    let input = TestSignal.noise(500)
    let output = harness.run([input])[0]
    let latency = latency(harness)
    for n in latency..<500 { #expect(output[n * factor] == input[n - latency]) }
  }

  @Test(arguments: [2, 3, 4, 5, 8, 32])
  func upAndDownAgainIsFlatTo20kHzAndDelaysByTheSumOfTheLatencies(factor: Int) throws {
    let (up, down) = (try up(factor), try down(factor))
    let output = down.run(up.run([TestSignal.impulse(256)]))[0]
    let latency = latency(up) + latency(down)
    #expect(output.firstIndex { $0 > 0.7 } == latency)
    for frequency in stride(from: 0.0, through: 20_000, by: 500) {
      #expect(abs(Measure.gain(output, at: frequency, sampleRate: 48_000)) < 0.001)
    }
    // Linear phase: the response is the same before and after its middle.
    for n in 1...latency { #expect(abs(output[latency - n] - output[latency + n]) < 1e-7) }
  }

  @Test(arguments: [2, 4, 8])
  func whatWouldFoldBelow20kHzIs100dBDown(factor: Int) throws {
    for alias in [500.0, 12_000, 20_000] {
      for multiple in 1...(factor / 2) {
        let frequency = Double(multiple) * 48_000 - alias
        let harness = try down(factor)
        let output = harness.run([TestSignal.sine(4_000 * factor, frequency: frequency, sampleRate: 48_000 * Double(factor))])[0]
        #expect(Measure.peak(output[2_000...]) < 1e-5)
      }
    }
  }

  @Test(arguments: [2, 4, 8])
  func imagesOfWhatLiesBelow20kHzAre100dBDown(factor: Int) throws {
    for frequency in [500.0, 12_000, 20_000] {
      let rate = 48_000 * Double(factor)
      let output = try up(factor).run([TestSignal.sine(6_000, frequency: frequency)])[0]
      #expect(SineFit(output[(1_000 * factor)...], frequency: frequency, sampleRate: rate).residualDecibels < -100)
    }
  }

  @Test(arguments: [8_000, 44_100, 48_000, 96_000, 192_000])
  func theBandReaches20kHzOr907ThousandthsOfNyquist(rate: Int) throws {
    let edge = min(0.907 * Double(rate) / 2, rate >= 48_000 ? Double(rate) * 5 / 12 : 20_000)
    let output = try down(4, rate: rate).run(try up(4, rate: rate).run([TestSignal.impulse(400)]))[0]
    #expect(abs(Measure.gain(output, at: edge, sampleRate: Double(rate))) < 0.001)
  }

  @Test func latencyIsAsDocumented() throws {
    for (factor, frames) in [(2, 20), (3, 21), (4, 24), (5, 21), (8, 26), (16, 26), (32, 26)] {
      #expect(try latency(up(factor)) == frames)
      #expect(try latency(down(factor)) == frames)
    }
  }

  @Test func aRegionInsideAnotherRateHasAWholeLatencyOfThePatch() throws {
    // 147/160 of the patch's rate comes in: the filter's middle lies between input frames and still on a patch frame.
    let harness = try KernelHarness(
      Upsample.self, channels: [1], structural: ["factor": .integer(2)], sampleRate: 44_100, patchSampleRate: 48_000)
    let output = harness.run([TestSignal.sine(8_000, frequency: 1_000, sampleRate: 44_100)], frames: 8_000)[0]
    let fit = SineFit(output[2_000...], frequency: 1_000, sampleRate: 88_200, offset: 2_000)
    let turns = fit.phase / (2 * .pi) + 1_000 * Double(latency(harness)) / 48_000
    #expect(abs(turns - turns.rounded()) < 1e-7)
  }

  @Test func blocksOfAnySizeGiveTheSameBits() throws {
    for factor in [2, 3, 4, 5] {
      let input = TestSignal.noise(2_000)
      let whole = try up(factor).run([input], cuts: .whole)
      for cuts in [Cuts.blocks(1), .blocks(7), .random(seed: 3)] {
        #expect(try up(factor).run([input], cuts: cuts) == whole)
        #expect(try down(factor).run(whole, cuts: cuts) == down(factor).run(whole, cuts: .whole))
      }
    }
  }
}
