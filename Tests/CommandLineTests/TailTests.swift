import Foundation
import Talea
import Testing

@Suite("tails") struct TailTests {
  let scratch = Scratch()
  /// Echoes every 100 ms, each half of the one before.
  let loop = "a = gain 0dB\ng = gain -6.020599913279624dB\nin -> a -> out\na -> [100ms] -> g -> a\n"

  init() throws { try scratch.makeSound("in.wav", impulse(10)) }

  func frames(_ options: String...) throws -> Int {
    try? FileManager.default.removeItem(atPath: scratch["out.wav"])
    scratch.write(loop, to: "loop.talea")
    let run = Tool.run(["process", "in.wav", "out.wav", "--patch", "loop.talea"] + options, in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    return try scratch.sound("out.wav").frameCount
  }

  @Test func aRingingTailEndsASecondAfterItsLastFrameAboveMinus100Decibels() throws {
    // 0.5^16 is above 1e-5 and 0.5^17 is not.
    let expected = 16 * 4_800 + 1 + 48_000
    for block in ["1", "64", "1000", "4096"] { #expect(try frames("--block", block) == expected) }
  }

  @Test func aTailCanBeLeftOutOrGivenALength() throws {
    #expect(try frames("--tail", "none") == 10)
    #expect(try frames("--tail", "1.5s") == 10 + 72_000)
    #expect(try frames("--tail", "3samples") == 13)
  }

  @Test func aTailBeyondItsLimitIsFadedOutAndSaid() throws {
    scratch.write(loop.replacingOccurrences(of: "-6.020599913279624dB", with: "-0.1dB"), to: "long.talea")
    try scratch.makeSound("dc.wav", constant(0.5, 4_800))
    for block in ["1000", "4096"] {
      let run = scratch.talea(
        "process", "dc.wav", "out\(block).wav", "--patch", "long.talea", "--tail-limit", "250ms", "--block", block)
      #expect(run.errors.contains("out\(block).wav: it still sounded 0.250 s after the input and was faded out"))
    }
    #expect(scratch.data("out1000.wav") == scratch.data("out4096.wav"))
    let samples = try scratch.sound("out4096.wav").channels[0]
    #expect(samples.count == 4_800 + 12_000)
    #expect(samples.last == 0)
    // Halfway through the 10 ms of the fade.
    #expect(abs(samples[samples.count - 240] / samples[samples.count - 500] - 0.5) < 0.01)
  }

  @Test func aDeclaredTailIsKeptInFull() throws {
    #expect(scratch.talea("process", "in.wav", "out.wav", "--chain", "delay 100ms").status == 0)
    let samples = try scratch.sound("out.wav").channels[0]
    #expect(samples.count == 10 + 4_800)
    #expect(samples[4_800] == 1)
  }

  @Test func theTailOfAConvertedOutputKeepsItsTime() throws {
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain 0dB", "--tail", "1s", "--rate", "24000")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try scratch.sound("out.wav").frameCount == 5 + 24_000)
  }

  /// Frames of the rendering of `frames` frames with an impulse at the last one; the same for every block.
  func frames(of patch: String, automation: String? = nil, frames: Int = 48_000) throws -> [Float] {
    var input = constant(0, frames)
    input[0][frames - 1] = 1
    try scratch.makeSound("last.wav", input)
    scratch.write(patch, to: "p.talea")
    var options = ["process", "last.wav", "--patch", "p.talea"]
    if let automation {
      scratch.write(automation, to: "moves.txt")
      options += ["--automation", "moves.txt"]
    }
    for block in ["1000", "1", "4096"] where frames < 50_000 || block != "1" {
      let run = Tool.run(options + ["last\(block).wav", "--block", block, "--force"], in: scratch.path)
      #expect(run.status == 0, "\(run.errors)")
      #expect(scratch.data("last\(block).wav") == scratch.data("last1000.wav"), "block \(block)")
    }
    return try scratch.sound("last1000.wav").channels[0]
  }

  @Test func echoesFarApartAreHeardBesideTheDrySound() throws {
    let samples = try frames(of: "in -> delay 3s max=3s feedback=10% mix=50% -> out")
    #expect(samples[47_999] == 0.5 && samples[47_999 + 144_000] == 0.5 && abs(samples[47_999 + 288_000] - 0.05) < 1e-7)
    // The fifth echo is below -100 dBFS; three seconds of silence prove it.
    #expect(samples.count == 48_000 + 5 * 144_000 + 144_000)
  }

  @Test func whatPassesTheTokensOfALoopIsHeardThoughItsInputEndedInSilence() throws {
    try scratch.makeSound("first.wav", impulse(96_000))
    scratch.write("a = gain 0dB\nb = gain -60dB\nin -> a\na -> [3s] -> b -> out\nb -> a\n", to: "late.talea")
    let run = scratch.talea("process", "first.wav", "late.wav", "--patch", "late.talea")
    #expect(run.status == 0, "\(run.errors)")
    let samples = try scratch.sound("late.wav").channels[0]
    #expect(samples.count > 144_000 && abs(samples[144_000] - 0.001) < 1e-6)
  }

  @Test func theTailFollowsTheLongestDelayThatAutomationReached() throws {
    let longer = try frames(of: "d = delay 10ms\nin -> d -> out", automation: "200ms d.time 1s")
    #expect(longer.count == 48_000 + 48_000 && longer.last == 1)
    let shorter = try frames(of: "d = delay 500ms\nin -> d -> out", automation: "200ms d.time 10ms")
    #expect(shorter.count == 48_000 + 24_000 && shorter[47_999 + 480] == 1)
    // After the end of the input, while its last sound is on its way.
    let later = try frames(of: "d = delay 100ms\nin -> d -> out", automation: "1.01s d.time 1s")
    #expect(later.count == 48_000 + 48_000)
  }

  @Test func feedbackThatAutomationTurnsOnRingsOut() throws {
    let samples = try frames(of: "d = delay 100ms\nin -> d -> out", automation: "200ms d.feedback 50%")
    // 0.5^16 is above 1e-5; its echo is the 17th.
    #expect(samples.count == 47_999 + 17 * 4_800 + 1 + 48_000)
  }

  @Test func theTailFollowsWhatASignalReachedAndNotTheWholeRange() throws {
    let patch = "l = lfo 1Hz from=10ms to=20ms\nd = delay\nl -> d.time\nin -> d -> out"
    let count = try frames(of: patch).count - 48_000
    // From the middle up to the top in a quarter of a second; a fraction of a frame takes its neighbours with it.
    #expect(count >= 960 && count <= 960 + 16)
  }

  @Test func aFilterThatAutomationTurnedDownRingsAsLongAsItNowDoes() throws {
    let moved = try frames(of: "f = lowpass 5kHz\nin -> f -> out", automation: "200ms f.cutoff 100Hz")
    let low = try frames(of: "f = lowpass 100Hz\nin -> f -> out")
    #expect(moved.count == low.count && low.count > 48_000 + 1_000)
  }
}
