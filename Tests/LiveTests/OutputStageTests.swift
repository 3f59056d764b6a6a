import Testing

@testable import Live

@Suite("output stage") struct OutputStageTests {
  private func run(_ stage: inout OutputStage, _ samples: [Float]) -> [Float] {
    var samples = samples
    samples.withUnsafeMutableBufferPointer { buffer in
      var channel = buffer.baseAddress!
      withUnsafePointer(to: &channel) { stage.process($0, channelCount: 1, frameCount: buffer.count) }
    }
    return samples
  }

  private func settled(limit: Float?) -> OutputStage {
    var stage = OutputStage(limit: limit, fadeSeconds: 0.05, sampleRate: 48_000)
    _ = run(&stage, Array(repeating: 0, count: 2_400))
    return stage
  }

  @Test func soundBelowTheLimitLeavesAsItCame() {
    var stage = settled(limit: 1)
    let samples = (0..<10_000).map { Float($0 % 201 - 100) / 100 }
    #expect(run(&stage, samples) == samples)
    #expect(stage.limitedFrames == 0)
  }

  @Test func nothingLeavesAboveTheLimitAndTheGainComesBackWith100Milliseconds() {
    var stage = settled(limit: 0.5)
    let loud = run(&stage, [2, -4, 3])
    #expect(loud.allSatisfy { $0.magnitude <= 0.5 })
    // Its gain is 1/8 now; after 100 ms the distance to 1 is down to 1/e.
    let after = run(&stage, Array(repeating: 0.1, count: 4_800))
    #expect(abs(Double(after.last! / 0.1) - (1 - 0.875 / 2.718_28)) < 0.001)
    let later = run(&stage, Array(repeating: 0.1, count: 120_000))
    #expect(later.last == 0.1)
  }

  @Test func whatIsNotANumberBecomesSilence() {
    var stage = settled(limit: nil)
    #expect(run(&stage, [.nan, .infinity, 0.25, -.infinity]) == [0, 0, 0.25, 0])
  }

  @Test func fadesAreStraightAndTakeTheirTime() {
    var stage = OutputStage(limit: 1, fadeSeconds: 0.05, sampleRate: 48_000)
    let risen = run(&stage, Array(repeating: 1, count: 3_000))
    #expect(risen[0] == 1.0 / 2_400)
    #expect(risen[1_199] == 0.5)
    #expect(risen[2_399] == 1)
    stage.end()
    let fallen = run(&stage, Array(repeating: 1, count: 2_400))
    #expect(fallen[1_199] == 0.5)
    #expect(fallen.last == 0)
    #expect(stage.isSilent)
  }

  @Test func theLoadMeterKnowsMeanWorstAndThe99thOf100() {
    let figures = LiveFigures()
    for block in 0..<1_000 { figures.addLoad(block < 985 ? 0.105 : 0.805) }
    figures.addLoad(2.5)
    let meter = figures.load
    #expect(meter.worst == 2.5)
    #expect(abs(meter.percentile99 - 0.81) < 0.011)
    #expect(abs(meter.mean - (985 * 0.105 + 15 * 0.805 + 2.5) / 1_001) < 1e-12)
    #expect(LiveFigures().load.percentile99 == 0)
  }
}
