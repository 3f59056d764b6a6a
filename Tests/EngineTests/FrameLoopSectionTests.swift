@testable import Engine
import Foundation
import Talea
import TestSupport
import Testing

/// Filters of frame loops, stepped together, against the same loops run with every check, node by node, as profiling runs them.
@Suite("second-order sections in loops of a few tokens") struct FrameLoopSectionTests {
  static let filters: [@Sendable (UInt64) -> String] = [
    { "lowpass \(300 + 37 * $0 % 8_000)Hz order=1" }, { "highpass \(40 + 3 * $0 % 400)Hz order=1" },
    { "lowpass \(300 + 37 * $0 % 8_000)Hz order=2" }, { "highpass \(40 + 3 * $0 % 400)Hz order=2" },
    { "lowpass \(300 + 37 * $0 % 8_000)Hz order=3" }, { "highpass \(40 + 3 * $0 % 400)Hz order=3" },
    { "lowpass \(300 + 37 * $0 % 8_000)Hz order=4" }, { "butterworth \(300 + 37 * $0 % 8_000)Hz order=7" },
    { "peak \(100 + 11 * $0 % 5_000)Hz -\(1 + $0 % 9)dB" }, { "tilt -\(1 + $0 % 3)dB" }, { _ in "dcblock" },
    { _ in "riaa record" },
    { "eq { peak 500Hz -3dB; highshelf 4kHz -\(1 + $0 % 5)dB; peak 2kHz -1dB; notch 50Hz; bandpass 1kHz q=0.5 }" },
    { "allpass \(100 + 11 * $0 % 5_000)Hz" },
  ]

  /// Filters, each between two gains, that hear each other through few tokens or, forwards, none; channels may cross.
  private func network(seed: UInt64, nodes: Int, channels: Int) -> String {
    var random = SeededRandom(seed)
    var text = ""
    var mono: Set<Int> = []
    for node in 0..<nodes {
      text += "n\(node) = \(Self.filters.randomElement(using: &random)!(random.next() % 10_000))\n"
      // Some of one channel among those of two.
      if channels == 2 && Int.random(in: 0..<3, using: &random) == 0 { mono.insert(node) }
      let before = mono.contains(node) ? "mono" : "gain -\(Int.random(in: 6...12, using: &random))dB"
      text += "g\(node) = \(before)\ng\(node) -> n\(node)\n"
      text += "h\(node) = gain -\(Int.random(in: 9...15, using: &random))dB\nn\(node) -> h\(node)\n"
    }
    for node in 0..<nodes {
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let source = Int.random(in: 0..<nodes, using: &random)
        let entry = Bool.random(using: &random) && !mono.contains(node) ? "n" : "g"
        let isPlain = source < node && Int.random(in: 0..<4, using: &random) == 0
        let tokens = isPlain ? "" : "[\(Int.random(in: 1...5, using: &random)) samples] -> "
        text += "h\(source) -> \(tokens)\(entry)\(node)\n"
      }
      text += "\(mono.contains(node) ? "h" : "n")\((node + 1) % nodes) -> [1 sample] -> g\(node)\n"
      let isCrossed = channels == 2 && Int.random(in: 0..<3, using: &random) == 0
      if isCrossed && mono.isEmpty {
        text += "h\((node + 1) % nodes):right -> [2 samples] -> n\(node)\n"
      }
    }
    return text + "in -> g0\nin -> g\(nodes / 2)\nn0 -> out\nn\(nodes / 2) -> out\n"
  }

  private struct Change {
    var frame: Int
    var actor: Int
    var parameter: Int
    var value: Double
    var ramp: Int?
  }

  private func changes(_ plan: Plan, seed: UInt64, count: Int) -> [Change] {
    var random = SeededRandom(seed)
    let movable = plan.graph.actors.indices.filter { !plan.graph.actors[$0].parameters.isEmpty }
    return (0..<count).map { index in
      let actor = movable.randomElement(using: &random)!
      let parameter = plan.graph.actors[actor].parameters.indices.randomElement(using: &random)!
      let range = plan.graph.actors[actor].parameters[parameter].spec.range
      let wanted =
        range.upperBound > 1_000
        ? 50...9_000 : range.lowerBound < 0 ? -24 ... -9 : max(range.lowerBound, 0.3)...min(range.upperBound, 3)
      return Change(
        frame: 100 + index * 131, actor: actor, parameter: parameter, value: Double.random(in: wanted, using: &random),
        ramp: index % 3 == 0 ? 700 : nil)
    }
  }

  /// What an executor gives, and the first fault with the number of them.
  private func rendered(
    _ plan: Plan, _ input: [[Float]], cuts: [Int], isCareful: Bool, _ changes: [Change]
  ) -> (frames: [[Float]], fault: String?) {
    let executor = Executor(plan)
    executor.setProfiling(isCareful)
    var next = 0
    let frames = run(executor, input, cuts: cuts) { position in
      while next < changes.count, changes[next].frame < position + 1_024 {
        let change = changes[next]
        _ = executor.schedule(
          actor: change.actor, parameter: change.parameter, value: change.value, at: change.frame, rampFrames: change.ramp)
        next += 1
      }
    }
    return (frames, executor.fault.map { "\($0.address) \($0.position) \($0.count)" })
  }

  private func expectSame(_ text: String, _ input: [[Float]], changes count: Int = 0, seed: UInt64 = 1, isFaulty: Bool = false)
    throws
  {
    let plan = try plan(text, channels: input.count, block: 1_024)
    let executor = Executor(plan)
    #expect(
      executor.machine.pointee.scopes.contains { ($0.frameLoop?.pointee.sections.count ?? 0) > 0 }, "\(text) steps no sections")
    let changes = changes(plan, seed: seed, count: count)
    let careful = rendered(plan, input, cuts: [1_024], isCareful: true, changes)
    #expect(careful.frames.contains { $0.contains { $0 != 0 } })
    if isFaulty { #expect(careful.fault != nil) }
    for cuts in [[1_024], [64], [1], [5, 6, 7, 8], randomCuts(9, largest: 500)] {
      let quick = rendered(plan, input, cuts: cuts, isCareful: false, changes)
      #expect(sameBytes(quick.frames, careful.frames), "cuts \(cuts.prefix(4)) of \(text)")
      let alike = rendered(plan, input, cuts: cuts, isCareful: true, changes)
      #expect(quick.fault == alike.fault, "cuts \(cuts.prefix(4)) of \(text)")
    }
    if count > 0 {
      #expect(!sameBytes(careful.frames, rendered(plan, input, cuts: [1_024], isCareful: true, []).frames))
    }
  }

  @Test(arguments: 1...3, [1, 2, 3, 5, 9, 30])
  func aNetworkOfFiltersGivesTheBytesOfEachFiringAlone(channels: Int, nodes: Int) throws {
    let seed = UInt64(channels * 100 + nodes)
    try expectSame(network(seed: seed, nodes: nodes, channels: channels), noise(channels: channels, frames: 3_000, level: 0.25))
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func filtersThatMoveFireMeanwhile(seed: UInt64) throws {
    let channels = 1 + Int(seed % 3)
    try expectSame(
      network(seed: seed, nodes: 4 + Int(seed), channels: channels), noise(channels: channels, frames: 5_000, level: 0.25),
      changes: 30, seed: seed)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func samplesThatAreNotFiniteSilenceTheSameNodes(seed: UInt64) throws {
    let channels = 1 + Int(seed % 3)
    var input = noise(channels: channels, frames: 6_000, level: 0.1)
    // Large enough to overflow where sums or resonances meet, and one that is no number at all.
    for (index, place) in [700, 1_030, 2_500, 3_700, 4_400].enumerated() { input[index % channels][place] = 3.3e38 }
    input[0][3_300] = .nan
    try expectSame(
      "hot = peak 1kHz 18dB q=0.5\nin -> hot\nhot -> g0\nhot -> [1 sample] -> n0\nn0 -> [1 sample] -> hot\n"
        + network(seed: seed, nodes: 8, channels: channels), input, changes: seed % 2 == 0 ? 12 : 0, seed: seed, isFaulty: true)
  }

  /// The last vector of `b` is wider than its two channels; `e` fired before, lies behind, and is heard after it.
  @Test func aFilterOfTwoChannelsBesideOneOfOneLeavesItsNeighbourAlone() throws {
    try expectSame(
      """
      e = gain -6dB
      a = lowpass 900Hz order=1
      b = lowpass 2kHz order=1
      c = gain -9dB
      m = mono
      in -> e -> c -> out
      a -> c
      b -> c -> m -> [1 sample] -> a
      c -> [1 sample] -> b
      c -> [3 samples] -> e
      a -> [2 samples] -> e
      b -> [2 samples] -> e
      """, noise(channels: 2, frames: 2_000, level: 0.25))
  }

  /// What a network of first-order filters gives follows from its difference equations alone: y = b0 x + b1 x1 - a1 y1.
  @Test func aRingOfOnePolesFollowsItsDifferenceEquations() throws {
    let cutoffs = [500.0, 1_700, 3_100, 6_900], level = Float(0.5)
    var text = ""
    for (index, cutoff) in cutoffs.enumerated() {
      text += "n\(index) = lowpass \(Int(cutoff))Hz order=1\ng\(index) = gain 50%\ng\(index) -> n\(index)\n"
      text += "n\((index + 3) % 4) -> [1 sample] -> g\(index)\n"
    }
    let input = noise(channels: 1, frames: 2_000, level: 0.25)[0]
    let output = try render(text + "in -> g0\nn3 -> out\n", [input])[0]
    var y = [Double](repeating: 0, count: 4), x1 = y, held = [Float](repeating: 0, count: 4)
    for n in input.indices {
      let before = held
      for index in 0..<4 {
        let x = Double((before[(index + 3) % 4] + (index == 0 ? input[n] : 0)) * level)
        let k = tan(Double.pi * cutoffs[index] / 48_000)
        y[index] = (k * (x + x1[index]) + (1 - k) * y[index]) / (1 + k)
        x1[index] = x
        held[index] = Float(y[index])
      }
      #expect(abs(output[n] - held[3]) < 1e-6, "frame \(n)")
    }
  }
}
