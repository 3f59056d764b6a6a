@testable import Engine
import Talea
import TestSupport
import Testing

/// Rows of sums and gains that are fired as one, against the same fired one by one, as a profile asks for.
@Suite("rows of sums and gains") struct MixRowTests {
  /// A random network of gains and sums: rows, terms from outside on either port, feedback over tens of samples, lines that take
  /// one channel of several.
  private func network(_ seed: UInt64, channels: Int) -> String {
    var random = SeededRandom(seed &+ 77)
    let count = Int.random(in: 2...24, using: &random)
    var text = "a = gain 0dB\nb = lowpass 2kHz\nin -> a\nin -> b\n"
    for node in 0..<count {
      let level = ["0dB", "-3dB", "6dB", "0%", "97.3%", "20dB", "-17dB", "-1dB"].randomElement(using: &random)!
      let former = node == 0 ? "a" : "n\(node - 1)"
      var terms = ["\(former) -> n\(node)"]
      switch Int.random(in: 0..<6, using: &random) {
      case 0: terms.insert("b -> n\(node)", at: Int.random(in: 0...1, using: &random))
      case 1: terms += ["a -> n\(node)", "b -> n\(node)"]
      case 2:
        let later = Int.random(in: node..<count, using: &random), time = Int.random(in: 20...90, using: &random)
        terms.append("n\(later) -> [\(time) samples] -> back\(node)\nback\(node) = gain -40dB\nback\(node) -> n\(node)")
      case 3 where channels > 1:
        let channel = Int.random(in: 1...channels, using: &random)
        terms.append("\(former):\(channel) -> [33 samples] -> side\(node)\nside\(node) = gain -9dB\nside\(node) -> n\(node)")
      default: break
      }
      text += "n\(node) = gain \(level)\n" + terms.joined(separator: "\n") + "\n"
    }
    return text + "n\(count - 1) -> out\n"
  }

  private func rendered(
    _ plan: Plan, _ input: [[Float]], cuts: [Int], isProfiled: Bool, moving: Bool = false
  ) -> (output: [[Float]], fault: Executor.Fault?) {
    let executor = Executor(plan)
    executor.setProfiling(isProfiled)
    let gain = plan.graph.actors.firstIndex { $0.address == "n1" } ?? 0
    var next = 0
    let output = run(executor, input, cuts: cuts) { position in
      while moving, next < 6, next * 500 < position + 512 {
        let level = [-3.0, -40, -1, 6, -12, -2][next]
        #expect(executor.schedule(actor: gain, parameter: 0, value: level, at: next * 500 + 333, rampFrames: nil))
        next += 1
      }
    }
    return (output, executor.fault)
  }

  private func rows(_ plan: Plan) -> [Int] {
    let executor = Executor(plan)
    // Steps are memory of the executor's.
    return withExtendedLifetime(executor) {
      executor.machine.pointee.steps.compactMap { if case .mix(let row) = $0 { row.pointee.members.count } else { nil } }
    }
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func theBytesAndFaultsAreThoseOfFiringOneByOne(seed: UInt64) throws {
    let channels = seed % 10 == 0 ? 16 : 1 + Int(seed % 5)
    let plan = try plan(network(seed, channels: channels), channels: channels)
    #expect(!rows(plan).isEmpty)
    let sound = noise(channels: channels, frames: 4_000, seed: seed, level: 0.25)
    var hot = sound
    for (place, value) in [(700, 2.5e38), (1_030, Float.nan), (1_031, -3.3e38), (2_040, 3.3e38), (2_047, 3.3e38), (3_333, 1e38)]
      as [(Int, Float)]
    {
      hot[place % channels][place] = value
    }
    for (input, moving) in [(sound, false), (sound, true), (hot, false), (hot, true)] {
      for cuts in [[512], [1], [7], [64, 3], randomCuts(seed, largest: 512)] {
        let apart = rendered(plan, input, cuts: cuts, isProfiled: true, moving: moving)
        let joined = rendered(plan, input, cuts: cuts, isProfiled: false, moving: moving)
        #expect(sameBytes(joined.output, apart.output), "cuts \(cuts.prefix(3)), moving \(moving)")
        #expect(joined.fault == apart.fault, "cuts \(cuts.prefix(3)), moving \(moving)")
        #expect(joined.fault != nil || input == sound)
      }
    }
  }

  /// Numbers that only in the middle of a row are too large, and would be finite again at its end if they could.
  @Test(arguments: 1...5) func anOverflowInTheMiddleOfARowIsItsOwnGainsFault(channels: Int) throws {
    let plan = try plan("in -> gain -6dB -> hot -> gain -40dB -> out\nhot = gain 20dB", channels: channels)
    #expect(rows(plan) == [3])
    for place in [0, 8, 333, 508, 511, 1_023] {
      var input = noise(channels: channels, frames: 3_000)
      input[place % channels][place] = 3e38
      let apart = rendered(plan, input, cuts: [512], isProfiled: true)
      let joined = rendered(plan, input, cuts: [512], isProfiled: false)
      #expect(joined.fault == Executor.Fault(address: "hot", position: place, count: 1) && joined.fault == apart.fault)
      #expect(sameBytes(joined.output, apart.output))
      #expect(joined.output.allSatisfy { $0[place..<1_024].allSatisfy { $0 == 0 } && $0[1_024] != 0 })
    }
  }

  /// A gain that reads a delay line where it wraps, and writes where the line's frames would be brought together.
  @Test(arguments: [3, 20, 37, 45]) func anOverflowBehindADelayLine(place: Int) throws {
    let text = """
      all = gain 0dB
      hot = gain 20dB
      cold = gain -40dB
      in -> all -> [50 samples] -> hot -> cold -> all
      hot -> out
      """
    let plan = try plan(text, channels: 1)
    var input = noise(channels: 1, frames: 3_000)
    for turn in 0..<6 { input[0][turn * 150 + place] = 2e38 }
    for cuts in [[512], [1_000, 24, 13], [7]] {
      let apart = rendered(plan, input, cuts: cuts.map { min($0, 512) }, isProfiled: true)
      let joined = rendered(plan, input, cuts: cuts.map { min($0, 512) }, isProfiled: false)
      #expect(joined.fault == apart.fault && joined.fault?.address == "hot")
      #expect(sameBytes(joined.output, apart.output))
    }
  }

  @Test func neighboursThatAloneHearEachOtherMakeARow() throws {
    let sources = "a = lowpass 2kHz\nb = highpass 2kHz\nin -> a\nin -> b\nm = gain -6dB\nn = gain -7dB\n"
    #expect(rows(try plan(sources + "a -> m\nb -> m\nm -> n -> out")) == [3])
    // Heard by two; the second of them with the sum behind both.
    #expect(rows(try plan(sources + "a -> m\nb -> m\nm -> n\nm -> out\nn -> out")) == [2, 2])
    #expect(rows(try plan(sources + "a -> m\nb -> m\nm -> [100 samples] -> n -> out")) == [2, 1])
    // Mono into more channels, and channels that change places.
    #expect(rows(try plan("in -> mono -> gain -6dB -> n -> out\nn = gain 0dB\nin -> n")).max() == 2)
    #expect(rows(try plan("in -> m\nm:1 -> n:2\nm:2 -> n:1\nn -> out\nm = gain 0dB\nn = gain 0dB")) == [1, 2])
    #expect(rows(try plan("in -> lowpass 3kHz -> highpass 20Hz -> out")).isEmpty)
    #expect(rows(try plan("in -> gain -3dB -> gain -6dB -> out", channels: 17)).isEmpty)
  }
}
