@testable import Engine
import Talea
import TestSupport
import Testing

/// Loops whose nodes run ahead of the stream, against the same loops as they are written.
@Suite("retimed loops") struct RetimingTests {
  private func plans(_ text: String, channels: Int = 2, block: Int = 512, threads: Int = 1, taps: [CompileOptions.Tap] = [])
    throws -> (retimed: Plan, written: Plan)
  {
    var options = CompileOptions(defaultInputChannels: channels, maximumFrameCount: block, taps: taps)
    options.threads = threads
    let graph = try graph(text)
    let written = try compile(graph, catalog: .standard, options: options)
    options.retimesLoops = true
    return (try compile(graph, catalog: .standard, options: options), written)
  }

  private func turns(_ plan: Plan) -> [Int] { plan.program.scopes.dropFirst().map(\.step) }

  /// Of 300 samples around the loop no edge holds more than 120.
  private let spread = """
    a = gain -3dB
    b = lowpass 2kHz
    c = highpass 100Hz
    in -> a -> out
    a -> [100 samples] -> b -> [80 samples] -> c -> [120 samples] -> a
    """

  @Test func tokensOfSeveralEdgesCountTogether() throws {
    let (retimed, written) = try plans(spread)
    #expect(turns(written) == [120])
    #expect(turns(retimed) == [300])
    #expect(retimed.longestLead == 180)
    #expect(written.longestLead == 0 && written.prologue.isEmpty)
  }

  @Test func whatHearsTheOutsideKeepsToTheStream() throws {
    let (retimed, _) = try plans(spread + "\nin -> c")
    // `b` alone runs ahead: its 100 samples go on to the edge behind it.
    #expect(turns(retimed) == [180])
    #expect(retimed.longestLead == 100)
    let tapped = try plans(spread, taps: [.init(address: "b"), .init(address: "c")]).retimed
    #expect(tapped.longestLead == 0)
  }

  @Test(arguments: [
    // A control signal in the loop, one edge that holds enough, another rate, an oscillator that ends with the input.
    "a = gain -3dB\nb = lowpass 2kHz\nin -> a -> b -> out\nb -> [600 samples] -> a\nb -> [9 samples] -> a",
    """
    a = gain -3dB
    b = gain -3dB
    up = upsample 2
    down = downsample 2
    in -> a -> out
    a -> [100 samples] -> up -> down -> [80 samples] -> b -> [90 samples] -> a
    """,
  ]) func otherLoopsAreLeftAsTheyAre(text: String) throws {
    let (retimed, written) = try plans(text)
    #expect(retimed.longestLead == 0 && turns(retimed) == turns(written))
  }

  /// Rings of random effects, tokens anywhere, some nodes fed from outside and some heard there, chords across.
  private func randomRing(_ seed: UInt64) -> String {
    var random = SeededRandom(seed)
    let effects = [
      "gain -3dB", "lowpass 2kHz", "drive 3dB", "peak 1kHz -3dB q=1", "delay 3ms mix=40%", "invert", "freeverb wet=20% dry=40%",
      "limiter -3dB",
    ]
    let count = Int.random(in: 3...8, using: &random)
    var lines = (0..<count).map { "n\($0) = \(effects.randomElement(using: &random)!)" }
    func edge(_ tokens: Int) -> String { tokens == 0 ? " -> " : " -> [\(tokens) samples] -> " }
    lines.append("trim = gain -6dB")
    lines.append("in -> n0 -> out")
    for index in 0..<count {
      let tokens = Bool.random(using: &random) ? Int.random(in: 20...160, using: &random) : index == count - 1 ? 33 : 0
      let next = index == count - 1 ? "trim -> n0" : "n\(index + 1)"
      lines.append("n\(index)\(edge(tokens))\(next)")
      if Int.random(in: 0..<5, using: &random) == 0 { lines.append("in -> n\(index)") }
      if Int.random(in: 0..<3, using: &random) == 0 { lines.append("n\(index) -> out") }
    }
    if Bool.random(using: &random) {
      let from = Int.random(in: 1..<count, using: &random)
      lines.append(
        "n\(from) -> [\(Int.random(in: 15...200, using: &random)) samples] -> n\(Int.random(in: 1...from, using: &random))")
    }
    return lines.joined(separator: "\n")
  }

  @Test func noByteChangesWhateverRunsAhead() throws {
    var retimedCount = 0
    for seed in 1...60 as ClosedRange<UInt64> {
      let text = randomRing(seed)
      let (retimed, written) = try plans(text, threads: seed % 3 == 0 ? 2 : 1)
      if retimed.longestLead > 0 { retimedCount += 1 }
      #expect(retimed.tail == written.tail && retimed.outputLatency == written.outputLatency)
      let input = noise(channels: 2, frames: 3_000, seed: seed, level: 0.25)
      let reference = run(Executor(written), input, cuts: [512])
      for cuts in [[512], [1], [37], randomCuts(seed, largest: 300)] {
        let executor = Executor(retimed)
        #expect(sameBytes(run(executor, input, cuts: cuts), reference), "cuts \(cuts.prefix(3)) of\n\(text)")
        executor.reset()
        #expect(sameBytes(run(executor, input, cuts: cuts), reference), "after a reset, of\n\(text)")
      }
    }
    #expect(retimedCount >= 20)
  }

  /// Every actor counts control ticks on its own frames, and hears of a change before it gets there.
  @Test func timedChangesTakeEffectAtTheSameFrames() throws {
    let text = """
      control cut = 2kHz in 200Hz..8kHz log
      control back = -6dB in -30dB..-1dB
      a = gain -3dB
      b = lowpass $cut
      c = gain $back
      in -> a -> out
      a -> [100 samples] -> b -> [80 samples] -> c -> [120 samples] -> a
      """
    let (retimed, written) = try plans(text)
    #expect(retimed.longestLead == 180)
    let input = noise(channels: 2, frames: 20_000, level: 0.25)
    let changes = (0..<60).map { index -> Automation.Change in
      let value = index % 2 == 0 ? 300 + 100 * Double(index) : -1 - Double(index % 20)
      return Automation.Change(
        frame: index * 311, target: .control(index % 2), value: value, rampFrames: index % 3 == 0 ? 500 : nil)
    }
    func moving(_ plan: Plan, _ cuts: [Int]) -> [[Float]] {
      let executor = Executor(plan)
      var automation = Automation(plan.graph, changes: changes)
      var turn = 0
      return run(executor, input, cuts: cuts) { position in
        automation.schedule(until: position + min(cuts[turn % cuts.count], 20_000 - position), on: executor)
        turn += 1
      }
    }
    let reference = moving(written, [512])
    for cuts in [[512], [1], [64], randomCuts(5, largest: 400)] { #expect(sameBytes(moving(retimed, cuts), reference)) }
  }

  /// Each loop is looked at by itself: what that costs grows with the loops, not with their square.
  @Test func manyLoopsAreLookedAtInTheTimeThatCompilingTakes() throws {
    let combs = (0..<1_500).map { n in
      "c\(n) = gain -60dB\nr\(n) = gain 50%\nin -> c\(n) -> out\nc\(n) -> [\(200 + n) samples] -> r\(n) -> c\(n)"
    }
    let graph = try graph(combs.joined(separator: "\n"))
    var options = CompileOptions(maximumFrameCount: 1_024)
    let clock = ContinuousClock()
    let written = try clock.measure { _ = try compile(graph, catalog: .standard, options: options) }
    options.retimesLoops = true
    let retimed = try clock.measure { _ = try compile(graph, catalog: .standard, options: options) }
    #expect(retimed < written * 3 + .milliseconds(50))
  }

  /// What is rendered to files runs ahead.
  @Test func renderingRetimes() throws {
    let plan = try compileOffline(graph(spread), catalog: .standard)
    #expect(plan.longestLead == 180)
    #expect("\(Explanation(plan, measuring: false))".contains("runs 300 frames at a time, as b runs 100 and c runs 180 ahead\n"))
    let live = try compile(graph(spread), catalog: .standard)
    #expect(live.longestLead == 0)
  }
}
