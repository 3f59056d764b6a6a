import CRealtime
@testable import Engine
import Talea
import TestSupport
import Testing

/// Rows of second-order sections that are fired as one, against the same fired one by one, as a profile asks for.
@Suite("rows of sections") struct SectionRowTests {
  /// A random series of filters, mostly of one section, now and then with something else between them or a feedback around.
  private func series(_ seed: UInt64) -> String {
    var random = SeededRandom(seed &+ 5)
    let count = Int.random(in: 2...21, using: &random)
    var text = ""
    for node in 0..<count {
      let frequency = Int.random(in: 40...15_000, using: &random)
      let effect =
        switch Int.random(in: 0..<14, using: &random) {
        case 0: "highpass \(frequency)Hz"
        case 1: "lowpass \(frequency)Hz order=1"
        case 2: "lowpass \(frequency)Hz order=4"
        case 3: "lowshelf \(frequency)Hz +3dB"
        case 4: "highshelf \(frequency)Hz -4dB"
        case 5: "notch \(frequency)Hz"
        case 6: "eq { peak \(frequency)Hz +2dB; peak 2kHz -3dB; peak 5kHz +1dB }"
        case 7: "gain -1dB"
        default: "peak \(frequency)Hz \(Bool.random(using: &random) ? "+" : "-")2dB q=1.4"
        }
      text += "n\(node) = \(effect)\n"
      text +=
        node == 0
        ? "in -> n0\n" : "n\(node - 1) -> \(Int.random(in: 0..<9, using: &random) == 0 ? "[70 samples] -> " : "")n\(node)\n"
    }
    text += "hot = peak 900Hz +12dB q=0.7\nn\(count - 1) -> hot -> out\n"
    if seed % 3 == 0 {
      text += "hot -> [\(Int.random(in: 50...300, using: &random)) samples] -> back\nback = gain -50dB\nback -> n1\n"
    }
    return text
  }

  private func rendered(
    _ plan: Plan, _ input: [[Float]], cuts: [Int], isProfiled: Bool, moving: Bool, isWide: Bool = talea_has_wide_doubles()
  ) -> (output: [[Float]], fault: Executor.Fault?) {
    let executor = Executor(plan)
    executor.setProfiling(isProfiled)
    for step in executor.machine.pointee.steps { if case .sections(let row) = step { row.pointee.isWide = isWide } }
    let hot = plan.graph.actors.firstIndex { $0.address == "hot" }!
    var next = 0
    let output = run(executor, input, cuts: cuts) { position in
      while moving, next < 6, next * 500 < position + 512 {
        let level = [900.0, 400, 5_000, 6_000, 100, 90][next]
        #expect(executor.schedule(actor: hot, parameter: 0, value: level, at: next * 500 + 333, rampFrames: nil))
        next += 1
      }
    }
    return (output, executor.fault)
  }

  private func rows(_ plan: Plan) -> [Int] {
    let executor = Executor(plan)
    return withExtendedLifetime(executor) {
      executor.machine.pointee.steps.compactMap { if case .sections(let row) = $0 { row.pointee.members.count } else { nil } }
    }
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func theBytesAndFaultsAreThoseOfFiringOneByOne(seed: UInt64) throws {
    let channels = 1 + Int(seed % 8)
    let plan = try plan(series(seed), channels: channels)
    #expect(!rows(plan).isEmpty)
    let sound = noise(channels: channels, frames: 4_000, seed: seed, level: 0.25)
    var hot = sound
    for (place, value) in [(700, 3.3e38), (1_030, Float.nan), (1_500, -3.3e38), (2_040, 3.3e38), (3_333, 1e38)] as [(Int, Float)]
    {
      hot[place % channels][place] = value
      if value.isFinite { hot[place % channels][place + 1] = value }
    }
    for (input, moving) in [(sound, false), (sound, true), (hot, false), (hot, true)] {
      for cuts in [[512], [7], [64, 3, 100], randomCuts(seed, largest: 512)] {
        let apart = rendered(plan, input, cuts: cuts, isProfiled: true, moving: moving)
        for isWide in [false, talea_has_wide_doubles()] {
          let joined = rendered(plan, input, cuts: cuts, isProfiled: false, moving: moving, isWide: isWide)
          #expect(sameBytes(joined.output, apart.output), "cuts \(cuts.prefix(3)), moving \(moving), wide \(isWide)")
          #expect(joined.fault == apart.fault, "cuts \(cuts.prefix(3)), moving \(moving), wide \(isWide)")
          #expect((joined.fault != nil) == (input != sound))
        }
      }
    }
  }

  /// Every number of sections, in up to five pipelines.
  @Test(arguments: 2...33) func everyLength(count: Int) throws {
    for channels in [1, 2] {
      let chain = (0..<count).map { "peak \(100 + 211 * $0)Hz \($0 % 2 == 0 ? "+" : "-")3dB" }.joined(separator: " -> ")
      let plan = try plan("hot = gain 0dB\nin -> \(chain) -> hot -> out", channels: channels)
      #expect(rows(plan) == [count])
      let sound = noise(channels: channels, frames: 1_500, level: 0.25)
      let apart = rendered(plan, sound, cuts: [512, 300, 33], isProfiled: true, moving: false)
      for isWide in [false, talea_has_wide_doubles()] {
        let joined = rendered(plan, sound, cuts: [512, 300, 33], isProfiled: false, moving: false, isWide: isWide)
        #expect(sameBytes(joined.output, apart.output))
      }
    }
  }

  /// A number that only the band in the middle makes too large.
  @Test(arguments: 1...5) func anOverflowInTheMiddleOfARowIsItsOwnBandsFault(channels: Int) throws {
    let plan = try plan(
      "in -> highpass 20Hz -> hot -> peak 900Hz -30dB q=0.7 -> out\nhot = biquad b0=4 b1=0 b2=0 a1=0 a2=0", channels: channels)
    #expect(rows(plan) == [3])
    for place in [0, 8, 333, 511, 1_023] {
      var input = noise(channels: channels, frames: 3_000)
      input[place % channels][place] = 2e38
      let apart = rendered(plan, input, cuts: [512], isProfiled: true, moving: false)
      let joined = rendered(plan, input, cuts: [512], isProfiled: false, moving: false)
      #expect(joined.fault?.address == "hot" && joined.fault?.position == place && joined.fault == apart.fault)
      #expect(sameBytes(joined.output, apart.output))
    }
  }

  @Test func neighboursThatAloneHearEachOtherMakeARow() throws {
    #expect(rows(try plan("in -> highpass 20Hz -> peak 1kHz +3dB -> highshelf 5kHz -2dB -> out")) == [3])
    #expect(rows(try plan("in -> highpass 20Hz order=6 -> peak 1kHz +3dB -> out", channels: 8)) == [2])
    #expect(rows(try plan("in -> highpass 20Hz -> peak 1kHz +3dB -> out", channels: 9)).isEmpty)
    #expect(rows(try plan("in -> highpass 20Hz -> gain -3dB -> highshelf 5kHz -2dB -> out")).isEmpty)
    // Heard by two.
    #expect(rows(try plan("a = peak 1kHz +3dB\nb = peak 2kHz +3dB\nin -> a -> b -> out\na -> out")).isEmpty)
  }
}
