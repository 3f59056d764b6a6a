import Talea
import TestSupport
import Testing

/// Frames in memory as a source and a sink.
final class MemorySource: FrameSource {
  let samples: [[Float]]
  private var position = 0

  init(_ samples: [[Float]]) { self.samples = samples }

  var channelCount: Int { samples.count }

  func read(_ channels: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) -> Int {
    let count = min(frameCount, samples[0].count - position)
    for channel in samples.indices {
      for n in 0..<count { channels[channel][n] = samples[channel][position + n] }
    }
    position += count
    return count
  }
}

final class MemorySink: FrameSink {
  var samples: [[Float]] = []

  func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    guard frameCount > 0 else { return }
    while samples.count < 1 { samples.append([]) }
    samples[0].append(contentsOf: UnsafeBufferPointer(start: channels[0], count: frameCount))
  }
}

@Suite("offline rendering") struct OfflineTests {
  private func render(
    _ text: String, frames: Int, block: Int = 512, tail: TailOptions = TailOptions(), keepsLatency: Bool = false,
    outputRate: Int? = nil, input: [Float]? = nil
  ) throws -> (samples: [Float], report: RenderReport) {
    let plan = try compile(
      graph(text), catalog: .standard,
      options: CompileOptions(defaultInputChannels: 1, maximumFrameCount: block, outputSampleRate: outputRate))
    let sink = MemorySink()
    let source = MemorySource([input ?? noise(channels: 1, frames: frames, level: 0.5)[0]])
    let renderer = OfflineRenderer(Executor(plan), sources: [source], sink: sink)
    renderer.tail = tail
    renderer.keepsLatency = keepsLatency
    let report = try renderer.run()
    return (sink.samples.first ?? [], report)
  }

  @Test(arguments: [0, 1, 511, 512, 513, 5_000])
  func aGainGivesAsManyFramesAsItTakes(frames: Int) throws {
    let (samples, report) = try render("in -> gain -6dB -> out", frames: frames)
    #expect(samples.count == frames)
    #expect(report.outputFrames == frames && report.tailFrames == 0 && report.inputFrames == frames)
  }

  @Test func latencyIsRemovedFromTheFront() throws {
    let input = impulse(channels: 1, frames: 2_000, at: 500)[0]
    let (samples, _) = try render(
      "in -> oversample 4x { gain 0dB } -> out", frames: 2_000, tail: TailOptions(length: .none), input: input)
    #expect(samples.count == 2_000)
    #expect(samples.indices.max { abs(samples[$0]) < abs(samples[$1]) } == 500)
    let (kept, _) = try render(
      "in -> oversample 4x { gain 0dB } -> out", frames: 2_000, tail: TailOptions(length: .none), keepsLatency: true, input: input
    )
    #expect(kept.count > 2_000)
  }

  @Test(arguments: [1, 64, 480, 4_096])
  func aLoopRingsUntilASecondOfSilenceForEveryBlock(block: Int) throws {
    let text = "a = gain 0dB\nb = gain 50%\nin -> a -> out\na -> [100 samples] -> b -> a"
    let (samples, report) = try render(text, frames: 1_000, block: block)
    // The last frame at or above -100 dBFS, and one second of silence after it.
    let last = try #require(samples.lastIndex { abs($0) >= 1e-5 })
    #expect(samples.count == last + 1 + 48_000)
    #expect(!report.isTailCut)
  }

  @Test func aTailWithoutEndIsFadedAtItsLimit() throws {
    let text = "a = gain 0dB\nb = gain 99.99%\nin -> a -> out\na -> [100 samples] -> b -> a"
    let (samples, report) = try render(text, frames: 1_000, tail: TailOptions(limitSeconds: 0.5))
    #expect(report.isTailCut)
    #expect(samples.count == 1_000 + 24_000)
    #expect(samples.last == 0)
    #expect(abs(samples[samples.count - 481]) > 0)
  }

  @Test func aTailOfAGivenLengthIsExact() throws {
    let (samples, _) = try render("in -> gain 0dB -> out", frames: 1_000, tail: TailOptions(length: .seconds(0.25)))
    #expect(samples.count == 13_000)
    #expect(samples[1_000...].allSatisfy { $0 == 0 })
  }

  @Test func anotherOutputRateGivesTheRoundedUpLength() throws {
    for frames in [1, 479, 4_800, 10_001] {
      let (samples, _) = try render(
        "in -> gain 0dB -> out", frames: frames, tail: TailOptions(length: .none), outputRate: 44_100)
      #expect(samples.count == (frames * 44_100 + 47_999) / 48_000)
    }
  }

  @Test func generatorsStopWithTheInput() throws {
    let (samples, _) = try render("noise level=-6dB -> out\nin -> gain 0% -> out", frames: 1_000)
    #expect(samples.count == 1_000)
    let (ringing, _) = try render(
      "noise level=-6dB -> out\nin -> gain 0% -> out", frames: 1_000, tail: TailOptions(length: .seconds(0.1)))
    #expect(ringing[1_000...].allSatisfy { $0 == 0 })
    #expect(ringing[999] != 0)
  }

  @Test func automationDoesNotDependOnTheBlock() throws {
    func automated(block: Int) throws -> [Float] {
      let graph = try graph("control level = 0dB in -60dB..0dB\nin -> gain ($level - 3dB) -> out")
      let plan = try compile(
        graph, catalog: .standard, options: CompileOptions(defaultInputChannels: 1, maximumFrameCount: block))
      let sink = MemorySink()
      let renderer = OfflineRenderer(
        Executor(plan), sources: [MemorySource([[Float](repeating: 1, count: 20_000)])], sink: sink)
      renderer.automation = Automation(
        graph,
        changes: [
          Automation.Change(frame: 3_000, target: .control(0), value: -40, rampFrames: 6_000),
          Automation.Change(frame: 12_345, target: .control(0), value: 0),
        ])
      _ = try renderer.run()
      return sink.samples[0]
    }
    let reference = try automated(block: 4_096)
    #expect(reference.min()! < 0.008)
    for block in [1, 7, 64, 480] { #expect(sameBytes([try automated(block: block)], [reference]), "block \(block)") }
  }
}
