import CAllocationCounter
import Foundation
import Talea
import TestSupport
import Testing

@testable import Engine

@Suite("exchange of plans") struct ExchangeTests {
  /// Runs a patch and exchanges it for others at given frames, stage by stage as a live session does.
  struct Player {
    var executor: Executor
    /// What waits to follow, and when it may.
    var stages: [Transition.Stage] = []
    var earliest = 0
    var kinds: [Transition.Stage.Kind] = []
    var position = 0
    var output: [[Float]]
    private let input: [[Float]]

    init(_ plan: Plan, _ input: [[Float]]) {
      executor = Executor(plan)
      self.input = input
      output = Array(repeating: [], count: plan.outputChannels)
    }

    mutating func play(until end: Int, cuts: [Int]) {
      let inputs = PlanarBuffer(channels: input.count, frames: 512)
      let outputs = PlanarBuffer(channels: output.count, frames: 512)
      var turn = 0
      while position < end {
        let count = min(cuts[turn % cuts.count], end - position)
        turn += 1
        for channel in input.indices {
          for n in 0..<count { inputs.mutable[channel][n] = input[channel][position + n] }
        }
        executor.process(inputs: inputs.constant, outputs: outputs.mutable, frameCount: count)
        for channel in output.indices {
          output[channel].append(contentsOf: UnsafeBufferPointer(start: outputs.mutable[channel], count: count))
        }
        position += count
      }
    }

    mutating func change(to target: Plan) throws {
      stages = try Transition(from: executor.plan, to: target).stages
      next()
    }

    mutating func next() {
      guard !stages.isEmpty else { return }
      let stage = stages.removeFirst()
      let exchange = Exchange(from: executor, to: stage)
      talea_count_allocations()
      exchange.run()
      let allocations = talea_counted_allocations()
      #expect(allocations == 0)
      executor = exchange.executor
      kinds.append(stage.kind)
      earliest = position + stage.frames
    }
  }

  private static func plan(_ graph: Graph, channels: Int = 2) throws -> Plan {
    var options = CompileOptions(defaultInputChannels: channels, maximumFrameCount: 512)
    options.isExchangeable = true
    return try compile(graph, catalog: .standard, options: options)
  }
  private static func plan(_ text: String, channels: Int = 2) throws -> Plan { try plan(graph(text), channels: channels) }

  @Test func aChangeOfCommentsIsNone() throws {
    let a = try Self.plan("# one\na = gain -3dB\nin -> a -> [10 samples] -> out\n")
    let b = try Self.plan(
      "\na   = gain -3dB # two\n\nin -> a -> [10 samples] \n -> out\n".replacingOccurrences(of: " \n", with: " "))
    #expect(try Transition(from: a, to: b).stages.isEmpty)
    let c = try Self.plan("a = gain -4dB\nin -> a -> [10 samples] -> out\n")
    #expect(try Transition(from: a, to: c).stages.isEmpty, "a value is moved, nothing is exchanged")
    let d = try Self.plan("a = gain -3dB\nin -> a -> [11 samples] -> out\n")
    #expect(try Transition(from: a, to: d).stages.map(\.kind) == [.fading, .settled])
  }

  /// What goes on hands over all of its state: a silent branch comes and goes, and every byte is as if it had not.
  @Test(arguments: PatchChecks.subjects)
  func aSilentBranchChangesNoByte(_ subject: PatchChecks.Subject) throws {
    let plain = try subject.plan(block: 512).graph
    let channels = max(1, try subject.plan(block: 512).inputs.map(\.channels).reduce(0, +))
    try silentBranch(plain, channels: channels)
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func aSilentBranchChangesNoByteOfRandomLoops(seed: UInt64) throws {
    for tokens in [1...1, 1...5, 1...700] {
      try silentBranch(
        try graph(RandomLoops(seed: seed, effects: RandomLoops.everySmallEffect, count: 10, tokens: tokens).text), channels: 2)
    }
  }

  private func silentBranch(_ plain: Graph, channels: Int) throws {
    let a = try Self.plan(plain, channels: channels)
    guard let output = plain.actors.firstIndex(where: { if case .output = $0.kind { true } else { false } }) else { return }
    var wide = plain
    let hush = try graph("in -> gain 0% -> out").actors.first { if case .effect = $0.kind { true } else { false } }!
    wide.actors.append(hush)
    wide.actors[wide.actors.count - 1].address = "hush"
    let source = plain.edges.first { $0.to == output }!.from
    wide.edges.append(Graph.Edge(from: source, to: wide.actors.count - 1))
    wide.edges.append(Graph.Edge(from: wide.actors.count - 1, to: output))
    let b = try Self.plan(wide, channels: channels)
    guard b.outputChannels == a.outputChannels else { return }
    let input = noise(channels: channels, frames: 12_000, level: 0.5)
    let expected = run(Executor(a), input, cuts: [512])
    var player = Player(a, input)
    player.play(until: 1_003, cuts: [64, 7, 500])
    try player.change(to: b)
    #expect(player.kinds == [.fading])
    player.play(until: 2_500, cuts: [1, 30, 128])
    player.next()
    #expect(player.kinds == [.fading, .settled])
    player.play(until: 6_001, cuts: [480])
    try player.change(to: a)
    player.play(until: 8_000, cuts: [512])
    while !player.stages.isEmpty { player.next() }
    player.play(until: 12_000, cuts: [300])
    let first = zip(player.output, expected).flatMap { a, b in a.indices.filter { a[$0] != b[$0] } }.min()
    #expect(sameBytes(player.output, expected), "first at \(first ?? -1)")
  }

  /// 997 Hz beside a branch that comes: the residual after the best sine stays below -90 dBFS in every 10 ms.
  @Test func aBranchFadesIn() throws {
    let text = "s = oscillator 997Hz level=-6dB\nin -> gain 0% -> out\ns -> out\n"
    let a = try Self.plan(text, channels: 1)
    let b = try Self.plan(text + "t = oscillator 997Hz level=-6dB phase=90deg\nt -> out\n", channels: 1)
    var player = Player(a, noise(channels: 1, frames: 9_600))
    player.play(until: 4_800, cuts: [64])
    try player.change(to: b)
    player.play(until: 5_760, cuts: [64])
    player.next()
    player.play(until: 9_600, cuts: [64])
    let level = pow(10, -6.0 / 20)
    var worst = 0.0
    for n in 0..<9_600 {
      let share = min(max(Double(n - 4_800) / 960, 0), 1)
      func sine(_ frame: Int) -> Double { level * sin(2 * Double.pi * 997 * Double(frame) / 48_000) }
      // What comes begins at the start of its turn.
      let coming = share * level * cos(2 * Double.pi * 997 * Double(n - 4_800) / 48_000)
      worst = max(worst, abs(Double(player.output[0][n]) - sine(n) - coming))
    }
    #expect(worst < 1e-6, "\(worst)")
  }

  /// What two wirings together would lock is taken apart: two actors change places.
  @Test func actorsChangePlaces() throws {
    let a = try Self.plan("x = gain -6dB\ny = lowpass 1kHz\nin -> x -> y -> out\n")
    let b = try Self.plan("x = gain -6dB\ny = lowpass 1kHz\nin -> y -> x -> out\n")
    var player = Player(a, [Array(repeating: 1, count: 20_000), Array(repeating: -1, count: 20_000)])
    player.play(until: 5_000, cuts: [64])
    try player.change(to: b)
    player.play(until: 6_000, cuts: [64])
    while !player.stages.isEmpty { player.next() }
    player.play(until: 20_000, cuts: [64])
    let gain = Float(pow(10, -6.0 / 20))
    #expect(abs(player.output[0][4_999] - gain) < 1e-3 && abs(player.output[1][19_999] + gain) < 1e-3)
    for n in 4_999..<20_000 { #expect(player.output[0][n] > 0 && player.output[0][n] < 1) }
  }

  /// The echo of what went in before an edit sounds on when the delay is gone.
  @Test func aRemovedTailRingsOut() throws {
    let a = try Self.plan("e = delay 200ms\nin -> out\nin -> e -> out\n", channels: 1)
    let b = try Self.plan("in -> out\n", channels: 1)
    var input = [Float](repeating: 0, count: 48_000)
    input[100] = 1
    for n in 12_000..<13_000 { input[n] = 0.5 }
    var player = Player(a, [input])
    player.play(until: 4_800, cuts: [64])
    try player.change(to: b)
    player.play(until: 5_800, cuts: [64])
    player.next()
    #expect(player.kinds == [.fading, .remaining])
    player.play(until: 30_000, cuts: [64])
    #expect(player.executor.isRungOut)
    player.next()
    #expect(player.kinds == [.fading, .remaining, .settled])
    player.play(until: 48_000, cuts: [64])
    #expect(player.output[0][9_700] == 1)
    #expect(player.output[0][13_500..<30_000].allSatisfy { $0 == 0 }, "what came after the edit has no echo")
  }

  /// Two remainders at most: the third edit fades the first out.
  @Test func theOldestOfThreeRemaindersFades() throws {
    func patch(_ number: Int) -> String { "e\(number) = delay 900ms\nin -> e\(number) -> out\n" }
    var player = Player(try Self.plan(patch(0), channels: 1), [[1] + [Float](repeating: 0, count: 95_999)])
    player.play(until: 2_000, cuts: [64])
    for number in 1...3 {
      try player.change(to: try Self.plan(patch(number), channels: 1))
      player.play(until: player.earliest, cuts: [64])
      player.next()
      #expect(player.kinds.last == .remaining)
      let names = player.executor.plan.network.nodes.map(\.address).filter { $0.hasPrefix("remainder e") }
      #expect(names.count == min(number, 2), "\(names)")
    }
    player.play(until: 96_000, cuts: [64])
    #expect(player.output[0].allSatisfy { $0 == 0 }, "the impulse went into the first")
    #expect(player.executor.isRungOut)
  }

  /// Random patches turn into each other at random places: whatever the blocks are, the bytes are the same, and finite.
  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func anyPatchTurnsIntoAnyOther(seed: UInt64) throws {
    var random = SeededRandom(seed)
    let plans = try (0..<5).map { index in
      let tokens = [1...1, 1...4, 1...90, 100...900][Int.random(in: 0..<4, using: &random)]
      var text = RandomLoops(
        seed: seed &* 7 &+ UInt64(index / 2), effects: RandomLoops.everySmallEffect, count: 6 + index, tokens: tokens
      ).text
      if index % 2 == 1 {
        text += "e = delay 30ms\nl = lfo 3Hz from=300Hz to=2kHz\nf = lowpass\nin -> e -> f -> out\nl -> f.cutoff\n"
      }
      // Some end in one channel, which then goes to both.
      return try #require(try Self.plan(text).withOutputChannels(2))
    }
    let input = noise(channels: 2, frames: 40_000, seed: seed, level: 0.1)
    let places = (1..<5).map { $0 * 7_000 + Int.random(in: 0..<500, using: &random) }
    func play(_ cuts: [Int]) throws -> [[Float]] {
      var player = Player(plans[0], input)
      for (index, place) in places.enumerated() {
        player.play(until: place, cuts: cuts)
        try player.change(to: plans[index + 1])
        player.play(until: player.earliest, cuts: cuts)
        if !player.stages.isEmpty { player.next() }
        if seed % 2 == 0 {
          player.play(until: place + 6_000, cuts: cuts)
          player.executor.endRemainders()
          player.play(until: place + 6_970, cuts: cuts)
          #expect(player.executor.isRungOut)
          while !player.stages.isEmpty { player.next() }
        }
      }
      player.play(until: 40_000, cuts: cuts)
      return player.output
    }
    let once = try play([512])
    #expect(once.allSatisfy { $0.allSatisfy { $0.isFinite && abs($0) < 4 } })
    #expect(sameBytes(try play(randomCuts(seed, largest: 512)), once))
  }
}
