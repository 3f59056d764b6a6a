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
}
