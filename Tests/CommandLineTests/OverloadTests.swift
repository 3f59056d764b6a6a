import Foundation
import Testing

/// So many that no machine plays them at 192 kHz: their declarations, and all in a row.
let tooManyLadders: (declarations: String, chain: String) = {
  let names = (0..<600).map { "l\($0)" }
  return (names.map { "\($0) = ladder 8kHz resonance=60%\n" }.joined(), names.joined(separator: " -> "))
}()

/// `--on-overload bypass`: a patch that is heavier than the machine, and the ways back to sound.
@Suite("overload", .serialized) struct OverloadTests {
  private let light = "g = gain -6dB\nin -> g -> out\n"

  private let heavy =
    tooManyLadders.declarations + "d = delay 300ms feedback=60%\nin -> \(tooManyLadders.chain) -> out\nin -> d -> out\n"

  private func wait(_ seconds: Double = 30, for condition: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if condition() { return true }
      usleep(20_000)
    }
    return condition()
  }

  private func events(_ scratch: Scratch, _ kinds: Set<String>) -> [(kind: String, position: Int)] {
    String(decoding: scratch.data("take/events.jsonl"), as: UTF8.self).split(separator: "\n").compactMap {
      guard let event = try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any],
        let kind = event["event"] as? String, kinds.contains(kind)
      else { return nil }
      return (kind, event["position"] as? Int ?? -1)
    }
  }

  private func session(_ rig: Rig, _ patch: String) throws -> LiveTool {
    try rig.scratch.makeSound("in.wav", noise(192_000 * 8, channels: 2, amplitude: 0.3, bits: 24, seed: 4), rate: 192_000)
    return try LiveTool(
      rig.scratch,
      [
        patch, "-i", "rig", "-o", "rig", "--rate", "192000", "--period", "4096", "--periods", "4", "--on-overload", "bypass",
        "--record", "take", "--no-watch", "--safety-limit", "off",
      ], environment: rig.environment(captured: "in.wav"))
  }

  /// A lighter patch takes over from one that was too heavy, and what was loaded before the bypass does not hold it up: the
  /// removed delay rings for longer than anybody waits.
  @Test func aPatchThatIsLoadedPlaysAgain() throws {
    let rig = Rig("source file formats [ FLOAT_LE ] rates [ 192000 ]")
    rig.scratch.write("r = delay 900ms feedback=95%\n" + light + "in -> r -> out\n", to: "first.talea")
    rig.scratch.write(heavy, to: "heavy.talea")
    rig.scratch.write(light, to: "light.talea")
    let session = try session(rig, "first.talea")
    #expect(session.ctl("load", "heavy.talea").status == 0)
    #expect(wait { events(rig.scratch, ["bypassed"]).count == 1 })
    #expect(session.ctl("status").outputText.contains("the patch is bypassed"))
    #expect(session.ctl("load", "light.talea").status == 0)
    #expect(wait { events(rig.scratch, ["patchResumed"]).count == 1 })
    #expect(!session.ctl("status").outputText.contains("the patch is bypassed"))
    // Parameters move at once: the patch's own time is what counts.
    let set = session.ctl("set", "g.level", "-20dB")
    #expect(set.status == 0, "\(set.errors)")
    usleep(600_000)
    let run = session.end()
    #expect(run.status == 0 && run.errors.contains("the patch plays again"), "\(run.errors)")
    let moved = try #require(Int(set.outputText.split(separator: " ").last.map { $0.dropLast() } ?? ""))
    let resumed = try #require(events(rig.scratch, ["patchResumed"]).last?.position)
    let input = try rig.scratch.sound("take/input.wav").channels[0]
    let output = try rig.scratch.sound("take/output.wav").channels[0]
    func gain(_ frame: Int, _ decibels: Double) -> Bool {
      abs(output[frame] - input[frame] * Float(pow(10, decibels / 20))) < 1e-6
    }
    #expect((resumed - 4_000..<resumed).allSatisfy { output[$0] == input[$0] }, "before: the input")
    // The fade of 20 ms, then the new patch alone.
    #expect(moved < resumed + 3_840 || (resumed + 3_840..<moved).allSatisfy { gain($0, -6) })
    #expect((max(moved, resumed) + 40_000..<max(moved, resumed) + 60_000).allSatisfy { gain($0, -20) })
    let replay = rig.scratch.talea("replay", "take")
    #expect(replay.outputText.hasPrefix("the same bytes: "), "\(replay.outputText)\(replay.errors)")
  }

  /// By hand, of a patch that the machine can play: it goes on with what it held, and parameters that were moved meanwhile.
  @Test func aBypassByHandEndsByHand() throws {
    let rig = Rig("source file formats [ FLOAT_LE ] rates [ 192000 ]")
    rig.scratch.write("e = delay 50ms feedback=60%\nx = lowpass 3kHz\nin -> x -> e -> out\n" + light, to: "p.talea")
    let session = try session(rig, "p.talea")
    usleep(200_000)
    #expect(session.ctl("bypass", "on").status == 0)
    #expect(session.ctl("set", "g.level", "-30dB", "--over", "100ms").status == 0)
    #expect(session.ctl("bypass", "g", "off").status == 0)
    #expect(wait { events(rig.scratch, ["patchResumed"]).count == 1 }, "an effect that changes is another patch")
    #expect(session.ctl("bypass", "on").status == 0)
    usleep(300_000)
    #expect(session.ctl("set", "x.cutoff", "500Hz").status == 0)
    #expect(session.ctl("bypass", "off").status == 0)
    #expect(session.ctl("bypass", "off").status == 0)
    #expect(session.ctl("bypass", "maybe").status == 2)
    usleep(300_000)
    let run = session.end()
    #expect(run.status == 0, "\(run.errors)")
    let told = events(rig.scratch, ["bypassed", "patchResumed"]).map(\.kind)
    #expect(told == ["bypassed", "patchResumed", "bypassed", "patchResumed"])
    let replay = rig.scratch.talea("replay", "take")
    #expect(replay.outputText.hasPrefix("the same bytes: "), "\(replay.outputText)\(replay.errors)")
  }
}
