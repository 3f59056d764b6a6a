import PatchLanguage
import TestSupport
import Testing

@testable import Engine
@testable import Talea

@Suite("threads") struct ThreadTests {
  /// A plan in which every node is given a large random cost, so that it is worth sharing wherever nodes stand side by side.
  private func sharedPlan(_ graph: Graph, threads: Int, block: Int, channels: Int = 2, seed: UInt64) throws -> Plan {
    var options = CompileOptions(defaultInputChannels: channels, maximumFrameCount: block)
    let alone = try compile(graph, catalog: .standard, options: options)
    var random = SeededRandom(seed)
    options.threads = threads
    options.measuredCosts = alone.network.nodes.map { _ in Double.random(in: 1e4...1e6, using: &random) }
    return try compile(graph, catalog: .standard, options: options)
  }

  private func branches(_ count: Int, _ chain: String) -> String {
    (0..<count).map { _ in "in -> \(chain) -> out\n" }.joined()
  }

  @Test func equalBranchesAreSharedEqually() throws {
    let graph = try graph(branches(64, "lowpass 2kHz -> gain -40dB"))
    var options = CompileOptions(maximumFrameCount: 1_024)
    options.threads = 4
    let plan = try compile(graph, catalog: .standard, options: options)
    #expect(plan.threads.count == 4)
    let shares = (0..<4).map { thread in plan.threads.threadOf.count { $0 == thread } }
    #expect(shares.allSatisfy { (30...38).contains($0) }, "\(shares)")
    #expect(plan.threads.predictedGain > 2)
  }

  @Test func whatStandsInALineStaysOnOneThread() throws {
    var options = CompileOptions()
    options.threads = 4
    let plan = try compile(graph("in -> gain 0dB -> lowpass 1kHz -> reverb -> out"), catalog: .standard, options: options)
    #expect(plan.threads.count == 1)
  }

  @Test func aLoopIsNotTornApart() throws {
    let loop = "a = gain 0dB\nb = gain 50%\nin -> a -> out\na -> [64 samples] -> b -> a\n"
    for seed in 1...20 as ClosedRange<UInt64> {
      let plan = try sharedPlan(try graph(loop + branches(3, "lowpass 1kHz")), threads: 3, block: 256, seed: seed)
      let threads = plan.loops[0].map { plan.threads.threadOf[$0] }
      #expect(Set(threads).count == 1)
    }
  }

  @Test(arguments: PatchChecks.subjects)
  func everyPatchGivesTheBytesOfOneThread(_ subject: PatchChecks.Subject) throws {
    let alone = try subject.plan(block: 512)
    let channels = max(1, alone.inputs.map(\.channels).reduce(0, +))
    let input = noise(channels: channels, frames: 6_000, level: 0.5)
    let expected = run(Executor(alone), input, cuts: [512])
    for (threads, cuts) in [(2, [512]), (3, [64]), (5, [7, 500, 1])] {
      let plan = try sharedPlan(alone.graph, threads: threads, block: 512, seed: UInt64(threads))
      #expect(sameBytes(run(Executor(plan), input, cuts: cuts), expected), "\(threads) threads")
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func randomGraphsGiveTheBytesOfOneThread(seed: UInt64) throws {
    let text = RandomLoops(seed: seed, effects: RandomLoops.everySmallEffect, count: 14, tokens: 1...700).text
    let wide = text + "in -> gain -20dB -> delay 20ms -> out\nin -> [100 samples] -> reverb -> gain -6dB -> out\n"
    let graph = try graph(wide)
    let input = noise(channels: 2, frames: 5_000, seed: seed, level: 0.5)
    let expected = run(
      Executor(try compile(graph, catalog: .standard, options: CompileOptions(maximumFrameCount: 512))), input, cuts: [512])
    for threads in 2...4 {
      let executor = Executor(try sharedPlan(graph, threads: threads, block: 512, seed: seed))
      #expect(sameBytes(run(executor, input, cuts: randomCuts(seed, largest: 512)), expected))
      executor.reset()
      #expect(sameBytes(run(executor, input, cuts: [512]), expected), "after a reset")
    }
  }

  @Test func changesTakeEffectOnEveryThreadAndTheirPlacesComeBack() throws {
    let graph = try graph((0..<6).map { "g\($0) = gain 0dB\nin -> lowpass 3kHz -> g\($0) -> out\n" }.joined())
    let input = noise(channels: 1, frames: 40_000, level: 0.1)
    let actors = graph.actors.indices.filter { graph.actors[$0].address.hasPrefix("g") }
    #expect(actors.count == 6)
    func render(_ executor: Executor) -> [[Float]] {
      run(executor, input, cuts: [64]) { position in
        // More in all than may wait at once.
        for actor in actors {
          for n in 0..<4 {
            let isTaken = executor.schedule(
              actor: actor, parameter: 0, value: -Double((position / 64 + n + actor) % 30), at: position + 16 * n)
            #expect(isTaken)
          }
        }
      }
    }
    let alone = Executor(
      try compile(graph, catalog: .standard, options: CompileOptions(defaultInputChannels: 1, maximumFrameCount: 64)))
    let expected = render(alone)
    for threads in 2...3 {
      let shared = Executor(try sharedPlan(graph, threads: threads, block: 64, channels: 1, seed: 5))
      #expect(shared.plan.threads.count == threads)
      #expect(sameBytes(render(shared), expected))
    }
  }

  @Test func theFirstFaultIsThatOfOneThread() throws {
    let text = """
      x = gain 20dB
      y = gain 12dB
      in -> lowpass 3kHz -> x -> out
      in -> highpass 3kHz -> y -> out
      """
    var input = noise(channels: 1, frames: 3_000, level: 0.1)
    input[0][2_000] = 3e38
    let graph = try graph(text)
    let alone = Executor(
      try compile(graph, catalog: .standard, options: CompileOptions(defaultInputChannels: 1, maximumFrameCount: 64)))
    let expected = run(alone, input, cuts: [64])
    #expect(alone.fault != nil)
    for seed in 1...6 as ClosedRange<UInt64> {
      let shared = Executor(try sharedPlan(graph, threads: 2, block: 64, channels: 1, seed: seed))
      #expect(sameBytes(run(shared, input, cuts: [64]), expected))
      #expect(shared.fault == alone.fault)
    }
  }

  /// Runs the threads' schedules step by step in a random order: none waits for ever, each unit fires once, after all that
  /// it reads.
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func schedulesNeverLockAndKeepTheOrder(seed: UInt64) throws {
    let text = RandomLoops(seed: seed, effects: ["gain -7dB", "lowpass 900Hz"], count: 20, tokens: 1...3).text
    let plan = try sharedPlan(
      try graph(text + branches(6, "gain -9dB -> lowpass 2kHz")), threads: 2 + Int(seed % 5), block: 64, seed: seed)
    let threads = plan.threads
    let units = plan.program.units
    var unitOf = plan.network.nodes.map { _ in 0 }
    for (unit, range) in units.enumerated() {
      for index in range { if case .fire(let node) = plan.program.instructions[index] { unitOf[node] = unit } }
    }
    var random = SeededRandom(seed)
    var next = threads.schedules.map { _ in 0 }, reached = next
    var fired: Set<Int> = []
    while true {
      let ready = threads.schedules.indices.filter { thread in
        guard next[thread] < threads.schedules[thread].count else { return false }
        if case .await(let other, let milestone) = threads.schedules[thread][next[thread]] { return reached[other] >= milestone }
        // The others start at the first milestone of thread 0.
        return thread == 0 || reached[0] >= 1
      }
      guard let thread = ready.randomElement(using: &random) else { break }
      switch threads.schedules[thread][next[thread]] {
      case .run(let unit):
        #expect(fired.insert(unit).inserted)
        for edge in plan.network.edges where unitOf[edge.to] == unit && unitOf[edge.from] != unit {
          #expect(fired.contains(unitOf[edge.from]))
        }
      case .reach(let milestone):
        #expect(milestone == reached[thread] + 1)
        reached[thread] = milestone
      case .await: break
      }
      next[thread] += 1
    }
    #expect(next == threads.schedules.map(\.count))
    #expect(fired == Set(units.indices))
    #expect(reached == threads.milestones)
  }
}
