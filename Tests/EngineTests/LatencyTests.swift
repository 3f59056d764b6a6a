import Talea
import TestSupport
import Testing

@Suite("latency and delay") struct LatencyTests {
  /// Where the largest sample is.
  private func peak(_ samples: [Float]) -> Int {
    samples.indices.max { abs(samples[$0]) < abs(samples[$1]) } ?? 0
  }

  @Test(arguments: [
    "in -> out", "in -> [100 samples] -> out", "in -> oversample 2x { gain 0dB } -> out",
    "in -> oversample 4x { gain 0dB } -> [7 samples] -> out", "in -> delay 5ms mix=100% -> out",
    "in -> oversample 2x { oversample 2x { gain 0dB } } -> out",
    "in -> resample 44.1kHz -> resample 48kHz -> out", "in -> [3ms] -> downsample 2 -> upsample 2 -> out",
  ])
  func anImpulseArrivesAtLatencyPlusDelay(text: String) throws {
    let plan = try plan(text, channels: 1)
    let path = try #require(Explanation(plan, measuring: false).paths.first)
    let frames = 4_096
    let output = run(Executor(plan), impulse(channels: 1, frames: frames, at: 64), cuts: [512])[0]
    #expect(peak(output) == 64 + (path.latency + path.delay).rounded)
    #expect(path.latency.rounded == plan.outputLatency)
  }

  @Test func parallelPathsThatMeetAreAligned() throws {
    let text = "in -> oversample 4x { gain 0dB } -> out\nin -> gain 0dB -> out"
    let plan = try plan(text, channels: 1)
    let explanation = Explanation(plan, measuring: false)
    #expect(explanation.alignments.count == 1)
    #expect(explanation.alignments[0].frames == plan.outputLatency)
    let output = run(Executor(plan), impulse(channels: 1, frames: 1_000), cuts: [512])[0]
    #expect(peak(output) == plan.outputLatency)
    #expect(output[plan.outputLatency] > 1.8)
  }

  @Test func anUnalignedEdgeDoesNotWait() throws {
    let text = "in -> oversample 4x { gain 0dB } -> out\nin -> gain 0dB -> [unaligned] -> out"
    let plan = try plan(text, channels: 1)
    #expect(Explanation(plan, measuring: false).alignments.isEmpty)
    let output = run(Executor(plan), impulse(channels: 1, frames: 1_000), cuts: [512])[0]
    #expect(output[0] == 1)
  }

  @Test func anUnalignedPatchAlignsNothing() throws {
    let text = "patch \"x\" unaligned\nin -> oversample 4x { gain 0dB } -> out\nin -> gain 0dB -> out"
    #expect(Explanation(try plan(text), measuring: false).alignments.isEmpty)
  }
}
