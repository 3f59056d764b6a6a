import Talea
import TestSupport
import Testing

@Suite("control grid") struct ControlTickTests {
  private let ones = [[Float](repeating: 1, count: 4_000)]

  /// The level of a gain jumps at a frame; returns the gain's output.
  private func jump(at frame: Int, cuts: [Int], rampFrames: Int? = nil) throws -> [Float] {
    let executor = Executor(try plan("g = gain 0dB\nin -> g -> out", channels: 1, block: cuts.max()!))
    let actor = executor.plan.graph.actors.firstIndex { $0.address == "g" }!
    var isScheduled = false
    return run(executor, ones, cuts: cuts) { position in
      guard !isScheduled, position + (cuts.max() ?? 0) > frame else { return }
      isScheduled = true
      #expect(executor.schedule(actor: actor, parameter: 0, value: -.infinity, at: frame, rampFrames: rampFrames))
    }[0]
  }

  @Test(arguments: [0, 1, 31, 32, 33, 1_000])
  func aChangeStartsAtTheFirstTickAtOrAfterItsFrame(frame: Int) throws {
    let output = try jump(at: frame, cuts: [4_000])
    let tick = (frame + 31) / 32 * 32
    #expect(output[..<(tick + 1)].allSatisfy { $0 == 1 })
    #expect(output[tick + 1] < 1)
  }

  @Test func aJumpMovesInAStraightLineOverTheSmoothingTime() throws {
    let output = try jump(at: 320, cuts: [64])
    // 20 ms are 30 ticks of 32 frames at 48 kHz.
    let length = 30 * 32
    for n in 0...length {
      #expect(abs(output[320 + n] - (1 - Float(n) / Float(length))) < 2e-4)
    }
    #expect(output[(320 + length)...].allSatisfy { $0 == 0 })
  }

  @Test func blockBordersDoNotMoveAChange() throws {
    let reference = try jump(at: 1_000, cuts: [4_000])
    for cuts in [[1], [7], [64], [480], randomCuts(9, largest: 900)] {
      #expect(sameBytes([try jump(at: 1_000, cuts: cuts)], [reference]))
    }
  }

  @Test func aTimedRampIsStraightInTheUnit() throws {
    let executor = Executor(try plan("g = gain 0dB\nin -> g -> out", channels: 1, block: 64))
    #expect(executor.schedule(actor: 1, parameter: 0, value: -24, at: 0, rampFrames: 960))
    let output = run(executor, ones, cuts: [64])[0]
    for tick in 1...30 {
      let level = Math.decibels(amplitude: Double(output[tick * 32]))
      #expect(abs(level + 24 * Double(tick) / 30) < 0.001, "tick \(tick)")
    }
  }

  @Test func aChangeBehindLatencyArrivesWithItsSound() throws {
    let text = "in -> oversample 2x { gain 0dB } -> g -> out\ng = gain 0dB"
    let graph = try graph(text)
    let plan = try compile(graph, catalog: .standard, options: CompileOptions(defaultInputChannels: 1, maximumFrameCount: 64))
    let executor = Executor(plan)
    let actor = graph.actors.firstIndex { $0.address == "g" }!
    #expect(executor.schedule(actor: actor, parameter: 0, value: -.infinity, at: 1_024))
    let output = run(executor, ones, cuts: [64])[0]
    let start = (1_024 + plan.outputLatency + 31) / 32 * 32
    #expect(output[start] > 0.99)
    #expect(output[start + 33] < 0.99)
  }

  @Test func aSignalDrivesAParameterAtTheTicksOwnFrame() throws {
    let text = "g = gain\nin -> g -> out\nin.level -> g.level"
    let plan = try plan(text, channels: 1)
    // The level steps down by 1 dB every 100 frames; the gain reads it every 32.
    let level = (0..<4_000).map { -Float($0 / 100) }
    let output = run(Executor(plan), [ones[0], level], cuts: [480])[0]
    for tick in 1..<120 {
      let expected = Math.amplitude(decibels: Double(level[(tick - 1) * 32]))
      #expect(abs(Double(output[tick * 32]) - expected) < 1e-6, "tick \(tick)")
    }
  }

  @Test func anLFOThatOnlyDrivesRunsOncePerControlPeriod() throws {
    let plan = try plan("s = lfo 2Hz from=-20dB to=0dB\ng = gain\ns -> g.level\nin -> g -> out", channels: 1)
    let actor = Explanation(plan, measuring: false).actors.first { $0.address == "s" }!
    #expect(actor.rate == Rational(48_000, 32))
  }
}
