import Foundation
import Glibc
import Talea
import Testing

/// The control socket with `talea ctl`, and `--record` with `talea replay`.
@Suite("control and replay", .serialized) struct ControlTests {
  private let patch = """
    control amount = 40% in 0%..90%
    control tone = 2kHz in 200Hz..12kHz log
    damp = lowpass $tone
    regen = gain $amount
    trim = gain -6dB
    in -> trim -> out
    trim -> [30ms] -> damp -> regen -> out
    regen -> [30ms] -> damp

    """

  private func prepared(_ scratch: Scratch) throws {
    scratch.write(patch, to: "p.talea")
    try scratch.makeSound("in.wav", noise(48_000 * 30, channels: 2, amplitude: 0.3, bits: 24, seed: 11))
  }

  @Test func changesTakeEffectAndAreAnsweredWithTheirPosition() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", [Array(repeating: 0.5, count: 48_000 * 30)])
    let session = try LiveTool(scratch, ["gain 0dB", "-i", "in.wav", "-o", "out.wav"])
    var status = stat()
    stat(scratch["s"], &status)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(session.ctl("get", "gain.level").outputText.hasPrefix("gain.level = 0dB"))
    usleep(300_000)
    let set = session.ctl("set", "gain.level", "-20dB")
    #expect(set.status == 0, "\(set.errors)")
    let position = try #require(Int(set.outputText.split(separator: " ").last.map { $0.dropLast() } ?? ""))
    #expect(session.ctl("get", "gain.level").outputText.hasPrefix("gain.level = -20dB"))
    usleep(300_000)
    let muted = session.ctl("mute")
    let mute = try #require(Int(muted.outputText.split(separator: " ").last.map { $0.dropLast() } ?? ""))
    usleep(200_000)
    #expect(session.ctl("set", "gain.level", "3 bananas").status == 2)
    #expect(session.ctl("set", "gian.gain", "0dB").errors.contains("gain.level"))
    #expect(session.ctl("explode").errors.contains("ctl does not know `explode`"))
    let run = session.end()
    #expect(run.status == 0, "\(run.errors)")
    let output = try scratch.sound("out.wav").channels[0]
    #expect(output[position - 1] == 0.5)
    #expect(output[position + 64] < 0.5)
    #expect(abs(output[mute - 1] - 0.05) < 1e-6)
    #expect(output[mute] < output[mute - 1] && output[mute + 959] == 0)
    #expect(!FileManager.default.fileExists(atPath: scratch["s"]))
  }

  /// What is dear comes first, and all of it is what its parts are.
  @Test func theProfileNamesWhatTakesTheTime() throws {
    let scratch = Scratch()
    try prepared(scratch)
    let session = try LiveTool(scratch, ["gain 0dB -> reverb decay=2s -> invert", "-i", "in.wav", "-o", "out.wav"])
    let profile = session.ctl("profile")
    #expect(profile.status == 0, "\(profile.errors)")
    let rows = profile.outputText.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.map { String($0[2]) }.prefix(2) == ["all", "reverb"])
    #expect(Set(rows.dropFirst().map { String($0[2]) }) == ["in", "gain", "reverb", "invert", "out"])
    let shares = rows.map { Double($0[0])! }
    #expect(shares[1] > 0 && abs(shares[0] - shares.dropFirst().reduce(0, +)) < 0.05 * Double(rows.count))
    // Off again: nothing more is counted.
    func counted() -> String {
      session.ctl("send", "{\"do\": \"profile\"}").outputText.replacing(/"position": *[0-9]+,?/, with: "")
    }
    let first = counted()
    usleep(200_000)
    #expect(counted() == first)
    #expect(session.end().status == 0)
  }

  /// Counting ends with the connection of whoever wanted it, and a profile across an exchange is of one patch.
  @Test func theProfileEndsWithItsConnectionAndBeginsAnewWithAPatch() throws {
    let scratch = Scratch()
    try prepared(scratch)
    let session = try LiveTool(scratch, ["p.talea", "-i", "in.wav", "-o", "out.wav", "--no-watch"])
    func counted() throws -> [Int] {
      let text = session.ctl("send", "{\"do\": \"profile\"}").outputText
      let reply = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      return (reply["actors"] as? [[String: Any]] ?? []).map { $0["firings"] as? Int ?? -1 }
    }
    // A client that is killed in the middle of its second.
    let client = Tool.start([Tool.path, "ctl", "--socket", "s", "profile"], in: scratch.path)
    for _ in 0..<500 where try counted().allSatisfy({ $0 == 0 }) { usleep(10_000) }
    #expect(try counted().allSatisfy { $0 > 0 })
    kill(client.process, SIGKILL)
    _ = Tool.finish(client)
    usleep(300_000)
    let first = try counted()
    usleep(200_000)
    #expect(try counted() == first)
    // Another patch while a second is measured.
    scratch.write(patch + "trim -> gain -20dB -> out\n", to: "q.talea")
    let other = Tool.start([Tool.path, "ctl", "--socket", "s", "profile"], in: scratch.path)
    usleep(300_000)
    #expect(session.ctl("load", "q.talea").status == 0)
    let measured = Tool.finish(other)
    #expect(measured.status == 0, "\(measured.errors)")
    #expect(!measured.outputText.contains("-") && measured.outputText.contains("gain"), "\(measured.outputText)")
    #expect(session.end().status == 0)
  }

  /// The root mean square of a sine is 3.01 dB below its peak.
  @Test func metersShowPeakAndRootMeanSquareOfEachChannel() throws {
    let scratch = Scratch()
    let sine = (0..<48_000 * 30).map { Float(0.5 * sin(2 * Double.pi * 1_000 * Double($0) / 48_000)) }
    try scratch.makeSound("in.wav", [sine, Array(repeating: -0.25, count: sine.count)])
    let session = try LiveTool(scratch, ["gain -20dB", "-i", "in.wav", "-o", "out.wav"])
    usleep(1_300_000)
    #expect(
      session.ctl("meters").outputText == """
        in:1  peak -6.0 dBFS, RMS -9.0 dBFS
        in:2  peak -12.0 dBFS, RMS -12.0 dBFS
        out:1  peak -26.0 dBFS, RMS -29.0 dBFS
        out:2  peak -32.0 dBFS, RMS -32.0 dBFS

        """)
    // Whoever subscribed to them gets them every so often, and is told of what happens.
    let lines = try session.subscribe(#"{"do": "subscribe", "meters": "50ms"}"#, seconds: 1)
    #expect((10...21).contains(lines.count { $0.contains(#""event": "meters""#) }), "\(lines)")
    #expect(session.ctl("send", #"{"do": "subscribe", "meters": "1ms"}"#).errors.contains("20 ms or more"))
    _ = session.ctl("mute")
    usleep(1_500_000)
    #expect(session.ctl("meters").outputText.hasSuffix("out:1  peak silent, RMS silent\nout:2  peak silent, RMS silent\n"))
    #expect(session.end().status == 0)
  }

  @Test func aClientThatSpeaksNonsenseIsToldAndDisturbsNothing() throws {
    let scratch = Scratch()
    try prepared(scratch)
    let session = try LiveTool(scratch, ["p.talea", "-i", "in.wav", "-o", "out.wav"])
    for line in [
      "nonsense", "{}", "[1,2", #"{"do":"set"}"#, #"{"do":"explode"}"#, #"{"do":"ramp","target":"amount","value":"1%"}"#,
    ] {
      let run = session.ctl("send", line)
      #expect(run.status == 2 && run.errors.hasPrefix("error: "), "\(line): \(run.errors)")
    }
    let long = session.ctl("send", String(repeating: "x", count: 70_000))
    #expect(long.errors.contains("at most 65536 bytes"), "\(long.errors)")
    #expect(session.ctl("send", #"{"do":"stats","id":"seven"}"#).outputText.contains(#""id": "seven", "ok": true"#))
    let list = session.ctl("list").outputText
    #expect(list.contains("amount = 40%  (0%..90%)") && list.contains("trim.level = -6dB"), "\(list)")
    #expect(!list.contains("regen.level"))
    let second = scratch.talea("live", "gain 0dB", "-i", "in.wav", "-o", "other.wav", "--socket", "s", "--duration", "0.1s")
    #expect(second.errors.contains("another session answers there"), "\(second.errors)")
    #expect(session.end().status == 0)
    #expect(session.ctl("status").errors.contains("no session of talea live answers there"))
  }

  /// Promise 1 for live use: random changes, ramps, mutes and faults, and the same bytes offline.
  @Test(arguments: [UInt64(1), 2])
  func whatWasPlayedLiveIsRenderedOfflineToTheSameBytes(seed: UInt64) throws {
    let rig = Rig("source file formats [ FLOAT_LE ]")
    try prepared(rig.scratch)
    let session = try LiveTool(
      rig.scratch,
      ["p.talea", "-i", "rig", "-o", "rig", "--period", "256", "--periods", "4", "--record", "take", "--set", "amount=30%"],
      environment: rig.environment(faults: "p:xrun@0.7;c:xrun@1.1", captured: "in.wav"))
    var state = seed
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    for _ in 0..<12 {
      let run =
        switch random(5) {
        case 0: session.ctl("set", "amount", "\(random(90))%")
        case 1: session.ctl("set", "tone", "\(200 + random(8_000))Hz", "--over", "\(20 + random(400))ms")
        case 2: session.ctl("set", "trim.level", "-\(random(30))dB")
        case 3: session.ctl("set", "amount", "\(random(90))%", "--over", "0.3s")
        default: session.ctl(random(2) == 0 ? "mute" : "unmute")
        }
      #expect(run.status == 0, "\(run.errors)")
      usleep(UInt32(random(120_000)))
    }
    let run = session.end()
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("underrun"), "\(run.errors)")
    let replay = rig.scratch.talea("replay", "take", "-o", "again.wav")
    #expect(replay.status == 0, "\(replay.outputText)\(replay.errors)")
    #expect(replay.outputText.hasPrefix("the same bytes: "))
    #expect(try rig.scratch.sound("again.wav").channels == rig.scratch.sound("take/output.wav").channels)

    // One bit of one sample, and it is found.
    var bytes = rig.scratch.data("take/output.wav")
    let frames = try rig.scratch.sound("take/output.wav").frameCount
    let place = bytes.count - 8 * (frames - 12_345)
    bytes[place] ^= 1
    try bytes.write(to: URL(fileURLWithPath: rig.scratch["take/output.wav"]))
    let spoiled = rig.scratch.talea("replay", "take")
    #expect(spoiled.status == 1)
    #expect(spoiled.outputText.hasPrefix("first difference: frame 12345 ("), "\(spoiled.outputText)")
  }

  /// Frames that the disk could not take: of the output they are left out of the comparison, of the input they end it.
  @Test func aRecordingWithGapsIsComparedAsFarAsItCanBe() throws {
    let scratch = Scratch()
    try prepared(scratch)
    let run = scratch.talea(
      "live", "p.talea", "-i", "in.wav", "-o", "none", "--socket", "none", "--duration", "1s", "--record", "take")
    #expect(run.status == 0, "\(run.errors)")
    let events = String(decoding: scratch.data("take/events.jsonl"), as: UTF8.self)
    func replay(lacking file: String, _ side: String) throws -> Run {
      let whole = try scratch.sound("take/\(file).wav").channels
      try scratch.makeSound("take/\(file).wav", whole.map { Array($0[..<10_000] + $0[10_700...]) })
      scratch.write(
        #"{"position": 10000, "event": "recordingGap", "direction": "\#(side)", "value": 700}"# + "\n" + events,
        to: "take/events.jsonl")
      defer { try? scratch.makeSound("take/\(file).wav", whole) }
      return scratch.talea("replay", "take")
    }
    let output = try replay(lacking: "output", "playback")
    #expect(output.status == 0 && output.outputText.hasPrefix("the same bytes: "), "\(output.outputText)\(output.errors)")
    #expect(output.outputText.hasSuffix("; the recording lacks 700 frames of the output\n"), "\(output.outputText)")
    let input = try replay(lacking: "input", "capture")
    #expect(input.status == 1 && input.outputText.hasPrefix("the same bytes: 10000 frames"), "\(input.outputText)")
    #expect(input.errors.contains("the recording lacks 700 frames of the input from frame 10000 on"), "\(input.errors)")
    // Untold, it is a difference.
    let whole = try scratch.sound("take/output.wav").channels
    try scratch.makeSound("take/output.wav", whole.map { Array($0[..<10_000] + $0[10_700...]) })
    scratch.write(events, to: "take/events.jsonl")
    #expect(scratch.talea("replay", "take").outputText.hasPrefix("first difference: frame 10000 ("))
  }

  @Test func aRecordingIsWholeWhenTheDeviceFailsInTheLastFade() throws {
    let rig = Rig("source file")
    let faults = (0..<40).map { "p:xrun@\(0.96 + 0.005 * Double($0))" }.joined(separator: ";")
    let run = rig.talea(
      ["live", "oscillator 440Hz", "-o", "rig", "--duration", "1s", "--period", "256", "--periods", "4", "--record", "take"],
      faults: faults)
    #expect(run.status == 0, "\(run.errors)")
    let replay = rig.scratch.talea("replay", "take")
    #expect(replay.outputText.hasPrefix("the same bytes: "), "\(replay.outputText)\(replay.errors)")
  }

  @Test func aRecordingIsNotOverwrittenAndOneThatWasCutOffIsSaidToBe() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", impulse(4_800, at: 100))
    let first = scratch.talea("live", "gain 0dB", "-i", "in.wav", "-o", "none", "--record", "take")
    #expect(first.status == 0, "\(first.errors)")
    #expect(scratch.talea("replay", "take").status == 0)
    let again = scratch.talea("live", "gain 0dB", "-i", "in.wav", "-o", "none", "--record", "take")
    #expect(again.status == 2 && again.errors.contains("take holds a recording"), "\(again.errors)")
    scratch.write("{\"position\": 0, \"event\": \"started\"}\n", to: "take/events.jsonl")
    #expect(scratch.talea("replay", "take").errors.contains("the session was cut off"))
    #expect(scratch.talea("replay", "nosuch").status == 1)
  }
}
