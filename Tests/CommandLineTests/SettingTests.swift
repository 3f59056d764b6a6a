import Foundation
import Talea
import Testing

@Suite("settings and automation") struct SettingTests {
  let scratch = Scratch()

  @Test func aSettingIsThatPatchWithThatValue() throws {
    try scratch.makeSound("in.wav", noise(5_000))
    func patch(_ level: String, _ time: String) -> String {
      "control level = \(level) in -60dB..0dB\ntrim = gain $level\necho = delay \(time)\nin -> trim -> echo -> out\n"
    }
    scratch.write(patch("-20dB", "5ms"), to: "a.talea")
    scratch.write(patch("-3dB", "2ms"), to: "b.talea")
    let run = scratch.talea(
      "process", "in.wav", "a.wav", "--patch", "a.talea", "--set", "level=-3dB", "--set", "echo.time=96 samples")
    #expect(run.status == 0, "\(run.errors)")
    #expect(scratch.talea("process", "in.wav", "b.wav", "--patch", "b.talea").status == 0)
    #expect(scratch.data("a.wav") == scratch.data("b.wav"))
  }

  @Test(arguments: [
    ("levl=-3dB", "did you mean `level`?"), ("level=3s", "`level` takes a level, not a time"),
    ("level=6dB", "`level` takes -60dB..0dB, not 6dB"), ("trim.level=-3dB", "`trim.level` follows `level`"),
    ("trim=-3dB", "`trim` is a node"), ("level", "a setting is a target, `=` and a value"), ("level=-3dB x", "--set:1:12"),
    ("low.order=4", "`order` shapes the graph"),
  ])
  func aWrongSettingIsShownWithItsPlace(setting: String, message: String) throws {
    try scratch.makeSound("in.wav", noise(10))
    scratch.write(
      "control level = -20dB in -60dB..0dB\ntrim = gain $level\nlow = lowpass 1kHz\nin -> trim -> low -> out", to: "a.talea")
    let run = scratch.talea("process", "in.wav", "a.wav", "--patch", "a.talea", "--set", setting)
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(!scratch.names.contains("a.wav"))
  }

  /// The level in dB at a frame of the rendering of a constant 1.
  func levels(_ automation: String, patch: String, frames: Int = 96_000) throws -> (Int) -> Double {
    try scratch.makeSound("one.wav", constant(1, frames))
    scratch.write(patch, to: "p.talea")
    scratch.write(automation, to: "moves.txt")
    let run = scratch.talea("process", "one.wav", "out.wav", "--patch", "p.talea", "--automation", "moves.txt", "--force")
    #expect(run.status == 0, "\(run.errors)")
    let samples = try scratch.sound("out.wav").channels[0]
    #expect(samples.count == frames)
    return { 20 * log10(Double(samples[$0])) }
  }

  @Test(arguments: ["in -> g = gain -40dB", "control level = -40dB in -80dB..0dB"])
  func aStepHoldsBeforeItsTimeAndIsThereAfterTheSmoothing(head: String) throws {
    let usesControl = head.hasPrefix("control")
    let patch = usesControl ? head + "\nin -> gain $level -> out" : "g = gain -40dB\nin -> g -> out"
    let level = try levels("1s \(usesControl ? "level" : "g.level") -20dB", patch: patch)
    #expect(abs(level(47_999) + 40) < 1e-4)
    // 20 ms, at most one control period late.
    #expect(abs(level(48_000 + 960 + 64) + 20) < 1e-4)
    #expect(level(48_400) > -39 && level(48_400) < -21)
  }

  @Test(arguments: [true, false]) func aLineIsStraightInItsUnitAndArrivesInTime(usesControl: Bool) throws {
    let target = usesControl ? "level" : "g.level"
    let patch =
      usesControl
      ? "control level = -3dB in -80dB..0dB\nin -> gain ($level) -> out" : "g = gain -3dB\nin -> g -> out"
    let level = try levels(
      "# a rise, a hold, then a jump with a line after it\n0 \(target) -60dB\n1s, \(target), -20dB, linear\n1.2s \(target) -40dB\n"
        + "1.7s\t\(target) -10dB linear", patch: patch)
    #expect(abs(level(0) + 60) < 1e-4)
    for frame in stride(from: 1_000, to: 48_000, by: 1_000) {
      let expected = -60 + 40 * Double(frame) / 48_000
      // A control period is 32 frames, within which the amplitude is interpolated: 0.027 dB.
      #expect(abs(level(frame) - expected) < 0.03, "frame \(frame)")
    }
    #expect(abs(level(57_500) + 20) < 1e-3)
    for frame in stride(from: 57_600 + 1_100, to: 81_600, by: 1_000) {
      let expected = -40 + 30 * Double(frame - 57_600) / 24_000
      #expect(abs(level(frame) - expected) < 0.05, "frame \(frame)")
    }
    #expect(abs(level(90_000) + 10) < 1e-3)
  }

  @Test func aMoveToSilenceIsALineOfAmplitude() throws {
    let level = try levels("0s g.level 0dB\n1s g.level 0% linear", patch: "g = gain -3dB\nin -> g -> out", frames: 60_000)
    #expect(abs(level(24_000) - 20 * log10(0.5)) < 0.05)
    #expect(level(59_000) == -.infinity)
  }

  @Test func everyLineOfAnAutomationThatMakesNoSenseIsShown() throws {
    try scratch.makeSound("in.wav", noise(10))
    scratch.write("1x gain.level 0dB\n\n1s gain.level\n2s gain.level 0dB soon\n", to: "a.txt")
    let lines = scratch.talea("process", "in.wav", "o.wav", "--chain", "gain -3dB", "--automation", "a.txt")
    #expect(lines.status == 2)
    for place in ["a.txt:1:1", "a.txt:3:1", "a.txt:4:19", "3 errors"] { #expect(lines.errors.contains(place), "\(lines.errors)") }
    scratch.write("0s gain.levle 0dB\n1s gain.level 3Hz\n", to: "b.txt")
    let values = scratch.talea("process", "in.wav", "o.wav", "--chain", "gain -3dB", "--automation", "b.txt")
    #expect(values.status == 2)
    for place in ["b.txt:1:4", "did you mean `gain.level`?", "b.txt:2:15"] {
      #expect(values.errors.contains(place), "\(values.errors)")
    }
    let missing = scratch.talea("process", "in.wav", "o.wav", "--chain", "gain -3dB", "--automation", "no.txt")
    #expect(missing.status == 1)
    #expect(missing.errors == "error: no.txt: there is no such file\n")
  }

  @Test func moreChangesThanTheQueueHoldsAreAllPlayed() throws {
    let lines = (0..<6_000).map { "\(480 + $0)samples g.level -\($0 % 7)dB" }.joined(separator: "\n")
    let level = try levels(lines + "\n1s g.level -12dB\n", patch: "g = gain -3dB\nin -> g -> out", frames: 60_000)
    #expect(abs(level(58_000) + 12) < 1e-4)
  }
}
