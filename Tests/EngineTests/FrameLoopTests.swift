@testable import Engine
import Talea
import TestSupport
import Testing

/// Loops that run frame by frame against the same loops fired in blocks.
@Suite("loops of a few tokens") struct FrameLoopTests {
  /// A plan with and without frame loops.
  private func plans(_ text: String, channels: Int = 1, rate: Int = 48_000, block: Int = 512, taps: [CompileOptions.Tap] = [])
    throws -> (byFrame: Plan, general: Plan)
  {
    var options = CompileOptions(
      sampleRate: rate, defaultInputChannels: channels, maximumFrameCount: block, taps: taps)
    let graph = try graph(text)
    let byFrame = try compile(graph, catalog: .standard, options: options)
    options.usesFrameLoops = false
    let general = try compile(graph, catalog: .standard, options: options)
    #expect(general.program.scopes.allSatisfy { !$0.runsByFrame })
    return (byFrame, general)
  }

  /// Renders both and compares, for several cuts.
  private func expectSame(_ text: String, channels: Int = 1, rate: Int = 48_000, frames: Int = 3_000, input: [[Float]]? = nil)
    throws
  {
    let (byFrame, general) = try plans(text, channels: channels, rate: rate)
    #expect(byFrame.program.scopes.contains { $0.runsByFrame }, "\(text)")
    let input = input ?? noise(channels: channels, frames: frames, level: 0.25)
    let reference = run(Executor(general), input, cuts: [512])
    #expect(reference.contains { $0.contains { $0 != 0 } })
    for cuts in [[512], [1], [7], randomCuts(11, largest: 300)] {
      #expect(sameBytes(run(Executor(byFrame), input, cuts: cuts), reference), "cuts \(cuts.prefix(3)) of \(text)")
    }
  }

  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func aRandomNetworkGivesTheBytesOfFiringInBlocks(seed: UInt64) throws {
    try expectSame(RandomLoops(seed: seed, effects: RandomLoops.everySmallEffect).text, channels: seed % 2 == 0 ? 1 : 2)
  }

  @Test(arguments: [44_100, 48_000, 96_000])
  func tokensInTimeFollowTheRate(rate: Int) throws {
    try expectSame(
      """
      a = gain -3dB
      b = lowpass 2kHz
      c = gain -6dB
      in -> a -> b -> out
      b -> [0.02ms] -> c -> a
      c -> [0.08ms] -> a
      """, rate: rate)
  }

  @Test(arguments: [1, 2, 3, 5, 8])
  func aLoopThatFeedsItselfAndChannelsThatCross(tokens: Int) throws {
    try expectSame(
      """
      a = mix { -1dB; -6dB }
      b = gain -2dB
      in -> a.1
      a -> [\(tokens) samples] -> a.2
      a -> b -> out
      b:left -> [1 sample] -> a.1
      b:right -> [\(tokens) samples] -> b
      """, channels: 2)
  }

  /// A network of gains in which every edge has tokens, so that all of them mix at once.
  private func tokensEverywhere(nodes: Int, seed: UInt64, loudest: Int = -7) -> String {
    var random = SeededRandom(seed)
    var text = ""
    for node in 0..<nodes { text += "n\(node) = gain \(loudest - Int.random(in: 0..<9, using: &random))dB\n" }
    for node in 0..<nodes {
      for source in [(node + 1) % nodes]
        + (0..<Int.random(in: 0..<3, using: &random)).map({ _ in Int.random(in: 0..<nodes, using: &random) })
      {
        text += "n\(source) -> [\(Int.random(in: 1...5, using: &random)) samples] -> n\(node)\n"
      }
    }
    return text + "in -> n0\nn0 -> out\nn\(nodes / 2) -> out\n"
  }

  @Test(arguments: 1...4, [1, 2, 7, 30])
  func networksWithTokensOnEveryEdge(channels: Int, nodes: Int) throws {
    try expectSame(tokensEverywhere(nodes: nodes, seed: UInt64(channels * 100 + nodes)), channels: channels)
  }

  @Test(arguments: 1...3)
  func whatOverflowsInAMixIsSilencedAlike(channels: Int) throws {
    let text = tokensEverywhere(nodes: 12, seed: UInt64(channels), loudest: 12)
    let input = noise(channels: channels, frames: 9_000, level: 0.1)
    let (byFrame, general) = try plans(text, channels: channels)
    let first = Executor(general)
    let reference = run(first, input, cuts: [512])
    #expect(first.fault != nil && first.fault!.count > 3)
    for cuts in [[512], [1], randomCuts(8, largest: 512)] {
      let executor = Executor(byFrame)
      #expect(sameBytes(run(executor, input, cuts: cuts), reference), "cuts \(cuts.prefix(3))")
      #expect(executor.fault?.position == first.fault?.position)
    }
  }

  @Test func aLoopOfOneTokenTakesEveryEffectOfOneRate() throws {
    try expectSame(
      """
      a = gain -6dB
      b = drive 6dB
      c = delay 11.5 samples mix=50%
      d = reverb mix=30%
      e = gain -6dB
      w = noise level=-30dB
      in -> a -> b -> c -> d -> out
      d -> [1 sample] -> e -> a
      w -> b
      """, channels: 2)
  }

  @Test func nestedAndTouchingLoopsRunAsOneWhereTheirTokensAreFew() throws {
    try expectSame(
      """
      a = gain -2dB
      b = lowpass 3kHz order=1
      c = gain -9dB
      d = gain -9dB
      e = gain -9dB
      long = gain -9dB
      in -> a -> b -> out
      b -> [3 samples] -> c -> a
      b -> [1 sample] -> d -> b
      a -> [2 samples] -> e -> a
      b -> [700 samples] -> long -> a
      """)
  }

  @Test func aLoopInAnOversampledRegionRunsOnItsOwnClock() throws {
    try expectSame(
      """
      in -> oversample 2x { a = gain -3dB; b = lowpass 9kHz order=1; in -> a -> b -> out; b -> [1 sample] -> a } -> out
      """)
  }

  @Test(arguments: [1, 2, 4] as [UInt64])
  func valuesThatMoveAndAreSetGiveTheSameBytes(seed: UInt64) throws {
    let (byFrame, general) = try plans(RandomLoops(seed: seed, effects: RandomLoops.everySmallEffect).text)
    let input = noise(channels: 1, frames: 6_000, level: 0.25)
    func moving(_ plan: Plan, cuts: [Int]) -> [[Float]] {
      let executor = Executor(plan)
      var random = SeededRandom(seed)
      let changes = (0..<40).map { index -> (frame: Int, actor: Int, parameter: Int, value: Double, ramp: Int?) in
        let movable = plan.graph.actors.indices.filter { !plan.graph.actors[$0].parameters.isEmpty }
        let actor = movable.randomElement(using: &random)!
        let parameter = plan.graph.actors[actor].parameters.indices.randomElement(using: &random)!
        let range = plan.graph.actors[actor].parameters[parameter].spec.range
        let value = Double.random(in: max(range.lowerBound, -60)...min(range.upperBound, 100), using: &random)
        return (index * 150, actor, parameter, min(value, range.upperBound), index % 3 == 0 ? 500 : nil)
      }
      var next = 0
      return run(executor, input, cuts: cuts) { position in
        while next < changes.count, changes[next].frame < position + 512 {
          let change = changes[next]
          #expect(
            executor.schedule(
              actor: change.actor, parameter: change.parameter, value: change.value, at: change.frame, rampFrames: change.ramp))
          next += 1
        }
      }
    }
    let reference = moving(general, cuts: [512])
    let still = run(Executor(general), input, cuts: [512])
    #expect(!sameBytes(reference, still))
    for cuts in [[512], [1], [7], randomCuts(5, largest: 400)] {
      #expect(sameBytes(moving(byFrame, cuts: cuts), reference), "cuts \(cuts.prefix(3))")
    }
  }

  @Test func drivenParametersMoveOnTheirTicks() throws {
    try expectSame(
      """
      sweep = lfo 9Hz from=200Hz to=8kHz
      level = lfo 3Hz from=-30dB to=-3dB
      a = gain
      b = lowpass
      in -> a -> b -> out
      b -> [1 sample] -> a
      sweep -> b.cutoff
      level -> a.level
      in -> dcblock -> b.q
      """)
  }

  @Test func samplesThatAreNotFiniteSilenceTheSameFrames() throws {
    let text = """
      hot = gain 30dB
      a = gain -3dB
      b = lowpass 2kHz
      c = gain -6dB
      in -> hot -> a -> b -> out
      b -> [2 samples] -> c -> a
      c -> [1 sample] -> b
      """
    var input = noise(channels: 1, frames: 6_000, level: 0.1)
    input[0][700] = 3e37
    input[0][1_030] = .nan
    input[0][2_500] = 1e37
    input[0][4_000] = -3e37
    let (byFrame, general) = try plans(text)
    let first = Executor(general)
    let reference = run(first, input, cuts: [512])
    #expect(first.fault != nil)
    #expect(reference[0].allSatisfy { $0.isFinite })
    #expect(reference[0][5_500...].contains { $0 != 0 })
    for cuts in [[512], [1], [7], [1_024], randomCuts(8, largest: 512)] {
      let executor = Executor(try recompiled(byFrame, block: cuts.max()!))
      #expect(sameBytes(run(executor, input, cuts: cuts), reference), "cuts \(cuts.prefix(3))")
      #expect(executor.fault?.address == first.fault?.address && executor.fault?.position == first.fault?.position)
    }
  }

  @Test func anActorOfTheLoopThatOverflowsIsSilencedAlike() throws {
    let text = """
      a = gain 12dB
      b = lowpass 2kHz
      in -> a -> b -> out
      b -> [1 sample] -> a
      """
    let input = noise(channels: 1, frames: 9_000, level: 0.1)
    let (byFrame, general) = try plans(text)
    let reference = run(Executor(general), input, cuts: [512])
    let executor = Executor(byFrame)
    #expect(sameBytes(run(executor, input, cuts: [512]), reference))
    #expect(executor.fault != nil && executor.fault!.count > 3)
    #expect(executor.fault?.address == "a" || executor.fault?.address == "b" || executor.fault?.address == "a sum")
    executor.reset()
    #expect(sameBytes(run(executor, input, cuts: [100]), reference))
  }

  private func recompiled(_ plan: Plan, block: Int) throws -> Plan {
    var options = plan.options
    options.maximumFrameCount = block
    return try compile(plan.graph, catalog: .standard, options: options)
  }

  @Test(arguments: [
    RandomLoops(seed: 3, effects: RandomLoops.everySmallEffect).text,
    """
    a = gain -2dB
    b = lowpass 3kHz order=1
    d = gain -9dB
    long = gain -9dB
    in -> a -> b -> out
    b -> [1 sample] -> d -> b
    b -> [100 samples] -> long -> a
    """,
  ])
  func tapsInsideTheLoopShowWhatLeavesThePort(text: String) throws {
    let names = try graph(text).actors.map(\.address).filter { $0 != "in" && $0 != "out" }
    let (byFrame, general) = try plans(text, taps: names.map { CompileOptions.Tap(address: $0) })
    let input = noise(channels: 1, frames: 2_000, level: 0.25)
    func tapped(_ plan: Plan, cuts: [Int]) -> [[Float]] {
      let executor = Executor(plan)
      var frames = [[Float]](repeating: [], count: names.count)
      func collect() {
        for tap in names.indices {
          let (channels, count) = executor.tapFrames(tap)
          frames[tap].append(contentsOf: UnsafeBufferPointer(start: channels[0], count: count))
        }
      }
      _ = run(executor, input, cuts: cuts) { if $0 > 0 { collect() } }
      collect()
      return frames
    }
    let reference = tapped(general, cuts: [512])
    #expect(reference.allSatisfy { $0.count == 2_000 })
    for cuts in [[512], [1], [7]] { #expect(sameBytes(tapped(byFrame, cuts: cuts), reference)) }
  }

  @Test func generatorsInTheLoopStopWithTheInput() throws {
    let text = """
      a = gain -3dB
      n = noise level=-20dB
      m = mix { 0dB; -6dB }
      in -> a -> m.1
      m -> [1 sample] -> a
      n -> m.2
      m -> out
      """
    let (byFrame, general) = try plans(text)
    func stopped(_ plan: Plan) -> [[Float]] {
      let executor = Executor(plan)
      executor.stopGenerators(at: 777)
      return run(executor, noise(channels: 1, frames: 2_000, level: 0.25), cuts: [512])
    }
    #expect(sameBytes(stopped(byFrame), stopped(general)))
  }

  @Test func profilesCountEveryFrame() throws {
    let executor = Executor(try plans("a = gain -3dB\nin -> a -> out\na -> [1 sample] -> a").byFrame)
    executor.setProfiling(true)
    _ = run(executor, noise(channels: 1, frames: 1_000), cuts: [512])
    let profile = executor.profile.first { $0.address == "a" }!
    #expect(profile.firings == 1_000 && profile.frames == 1_000 && profile.nanoseconds > 0)
  }

  @Test func longLoopsAndSlowEffectsKeepTheirBlocks() throws {
    func scopes(_ tokens: Int, _ effect: String) throws -> [Bool] {
      try plans("a = \(effect)\nin -> a -> out\na -> [\(tokens) samples] -> a").byFrame.program.scopes.map(\.runsByFrame)
    }
    #expect(try scopes(1, "reverb") == [false, true])
    #expect(try scopes(4, "reverb") == [false, false])
    #expect(try scopes(4, "gain 0dB") == [false, true])
    #expect(try scopes(64, "gain 0dB") == [false, false])
  }
}
