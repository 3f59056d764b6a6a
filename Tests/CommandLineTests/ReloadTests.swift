import Foundation
import Glibc
import Talea
import Testing

/// `talea live --watch`, `talea ctl load` and `talea ctl bypass`: patches that change while they play.
@Suite("reload", .serialized) struct ReloadTests {
  private let calm = ["--period", "256", "--periods", "8"]

  private func sine(_ more: String = "") -> String {
    "s = oscillator 997Hz\nin -> gain 0% -> out\ns -> gain -6dB -> out\n" + more
  }

  /// Waits for something that a session is to say or do.
  private func wait(_ seconds: Double = 10, for condition: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if condition() { return true }
      usleep(10_000)
    }
    return condition()
  }

  /// Saves as many editors do: another file is written and renamed over the old one.
  private func saveByRename(_ text: String, _ name: String, _ scratch: Scratch) {
    scratch.write(text, to: name + "~")
    #expect(rename(scratch[name + "~"], scratch[name]) == 0)
  }

  private func patchEvents(_ scratch: Scratch) -> [[String: Any]] {
    String(decoding: scratch.data("take/events.jsonl"), as: UTF8.self).split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.filter { $0["values"] != nil || $0["stage"] != nil }
  }

  @Test func commentsAndLayoutChangeNoByte() throws {
    let scratch = Scratch()
    let text = "control a = 30% in 0%..90%\nr = reverb mix=30%\nin -> r -> out\nin -> [7ms] -> gain $a -> r\n"
    try scratch.makeSound("in.wav", noise(96_000, channels: 2, seed: 5))
    scratch.write(text, to: "p.talea")
    let session = try LiveTool(scratch, ["p.talea", "-i", "in.wav", "-o", "out.wav", "--record", "take"])
    usleep(300_000)
    scratch.write("# a comment\n" + text.replacingOccurrences(of: " = ", with: "   = "), to: "p.talea")
    #expect(wait { patchEvents(scratch).count == 1 })
    saveByRename(text + "\n\n# by rename\n", "p.talea", scratch)
    #expect(wait { patchEvents(scratch).count == 2 })
    let run = session.end()
    #expect(run.errors.contains("p.talea is read: nothing but values is different"), "\(run.errors)")
    #expect(patchEvents(scratch).allSatisfy { $0["stage"] == nil && ($0["moves"] as? [Any])?.isEmpty == true })
    let other = Scratch()
    try FileManager.default.copyItem(atPath: scratch["in.wav"], toPath: other["in.wav"])
    other.write(text, to: "p.talea")
    #expect(other.talea("live", "p.talea", "-i", "in.wav", "-o", "out.wav", "--socket", "none", "--duration", "1s").status == 0)
    let (edited, plain) = (try scratch.sound("out.wav").channels, try other.sound("out.wav").channels)
    let count = min(edited[0].count, plain[0].count) - 4_096
    #expect(count > 20_000)
    for channel in 0..<2 { #expect(edited[channel][..<count] == plain[channel][..<count]) }
  }

  /// The residual after the best-fitting sine of 997 Hz, in dB relative to full scale, in every 10 ms.
  private func worstResidual(_ samples: ArraySlice<Float>) -> Double {
    let size = 480, omega = 2 * Double.pi * 997 / 48_000
    var worst = 0.0
    for begin in stride(from: samples.startIndex, to: samples.endIndex - size, by: size / 2) {
      // Least squares over sine and cosine: normal equations of two unknowns.
      var (ss, cc, sc, ys, yc) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for n in begin..<begin + size {
        let (s, c, y) = (sin(omega * Double(n)), cos(omega * Double(n)), Double(samples[n]))
        (ss, cc, sc, ys, yc) = (ss + s * s, cc + c * c, sc + s * c, ys + y * s, yc + y * c)
      }
      let determinant = ss * cc - sc * sc
      let (a, b) = ((ys * cc - yc * sc) / determinant, (yc * ss - ys * sc) / determinant)
      var power = 0.0
      for n in begin..<begin + size {
        let error = Double(samples[n]) - a * sin(omega * Double(n)) - b * cos(omega * Double(n))
        power += error * error
      }
      worst = max(worst, power / Double(size))
    }
    return 10 * log10(worst + 1e-30)
  }

  @Test func aSilentBranchBesideASineIsNotHeard() throws {
    let rig = Rig("source file formats [ FLOAT_LE ]")
    rig.scratch.write(sine(), to: "p.talea")
    try rig.scratch.makeSound("in.wav", constant(0, 480_000))
    let session = try LiveTool(
      rig.scratch, ["p.talea", "-i", "rig", "-o", "rig"] + calm, environment: rig.environment(captured: "in.wav"))
    usleep(400_000)
    saveByRename(sine("in -> gain 0% -> delay 100ms -> out\n"), "p.talea", rig.scratch)
    usleep(400_000)
    rig.scratch.write(sine(), to: "p.talea")
    usleep(400_000)
    let run = session.end()
    #expect(run.status == 0 && run.errors.components(separatedBy: "p.talea plays as it is now").count == 3, "\(run.errors)")
    try #require(!run.errors.contains("incidents"), "\(run.errors)")
    let played = try rig.scratch.sound("played.wav").channels[0]
    // Behind the buffer and the fade-in, before the fade-out.
    let residual = worstResidual(played[10_000..<played.count - 10_000])
    #expect(residual < -90, "\(residual) dBFS")
  }

  @Test func aStormOfSavesEndsInTheLastOne() throws {
    let rig = Rig("source file formats [ FLOAT_LE ]")
    rig.scratch.write(sine(), to: "p.talea")
    try rig.scratch.makeSound("in.wav", constant(0, 480_000))
    let session = try LiveTool(
      rig.scratch, ["p.talea", "-i", "rig", "-o", "rig", "--record", "take"] + calm,
      environment: rig.environment(captured: "in.wav"))
    usleep(200_000)
    for number in 1...100 {
      let text = sine("t\(number) = oscillator \(1_000 + number)Hz\nt\(number) -> gain -40dB -> out\n")
      if number % 2 == 0 { saveByRename(text, "p.talea", rig.scratch) } else { rig.scratch.write(text, to: "p.talea") }
      usleep(10_000)
    }
    #expect(wait { session.ctl("get", "t100.frequency").status == 0 })
    usleep(200_000)
    let run = session.end()
    #expect(run.status == 0 && !run.errors.contains("incidents"), "\(run.errors)")
    #expect(patchEvents(rig.scratch).compactMap { $0["stage"] as? String }.last == "settled")
    let replay = rig.scratch.talea("replay", "take")
    #expect(replay.outputText.hasPrefix("the same bytes: "), "\(replay.outputText)\(replay.errors)")
  }

  @Test func mistakesAreShownAndTheOldPatchPlaysOn() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", constant(0.5, 960_000))
    scratch.write("in -> gain 0dB -> out\n", to: "p.talea")
    let session = try LiveTool(scratch, ["p.talea", "-i", "in.wav", "-o", "out.wav"])
    scratch.write("in -> gian 0dB -> out\n", to: "p.talea")
    usleep(300_000)
    #expect(session.ctl("get", "gain.level").outputText.hasPrefix("gain.level = 0dB"))
    scratch.write("in -> gain 0dB -> tone -> out\nuse \"tone.talea\" as tone\n", to: "p.talea")
    usleep(200_000)
    scratch.write("control level = -20dB in -60dB..0dB\ng = gain $level\nin -> g -> out\n", to: "tone.talea")
    scratch.write("use \"tone.talea\" as tone\nin -> gain 0dB -> tone -> out\n", to: "p.talea")
    #expect(wait { session.ctl("list").outputText.contains("tone.level = -20dB") })
    // A file that it uses is watched too.
    saveByRename("control level = -40dB in -60dB..0dB\ng = gain $level\nin -> g -> out\n", "tone.talea", scratch)
    #expect(wait { session.ctl("list").outputText.contains("tone.level = -40dB") }, "\(session.ctl("list").outputText)")
    usleep(200_000)
    let run = session.end()
    #expect(run.errors.contains("there is no effect named `gian`") && run.errors.contains("what played before plays on"))
    let output = try scratch.sound("out.wav").channels[0]
    #expect(output.contains { abs($0 - 0.5) < 1e-6 } && output.contains { abs($0 - 0.05) < 1e-5 })
    #expect(output.contains { abs($0 - 0.005) < 1e-6 })
  }

  /// A patch that begins with one channel, which goes to both of the device, may have two later.
  @Test func oneChannelMayBecomeTwo() throws {
    let rig = Rig("source file formats [ FLOAT_LE ]")
    try rig.scratch.makeSound("in.wav", [noise(480_000, seed: 1)[0], noise(480_000, seed: 2)[0]])
    rig.scratch.write("in:1 -> gain 0dB -> out\n", to: "p.talea")
    let session = try LiveTool(
      rig.scratch, ["p.talea", "-i", "rig", "-o", "rig", "--record", "take"] + calm,
      environment: rig.environment(captured: "in.wav"))
    usleep(300_000)
    rig.scratch.write("in:1 -> gain 0dB -> out:1\nin:2 -> gain -6dB -> out:2\n", to: "p.talea")
    #expect(wait { patchEvents(rig.scratch).count == 2 })
    usleep(300_000)
    let run = session.end()
    #expect(run.errors.contains("the one channel of `out` goes to all 2") && !run.errors.contains("error"), "\(run.errors)")
    let events = patchEvents(rig.scratch).compactMap { $0["position"] as? Int }
    let (input, output) = (try rig.scratch.sound("take/input.wav").channels, try rig.scratch.sound("take/output.wav").channels)
    try #require(output.count == 2 && events.count == 2)
    #expect(
      output[0][2_400..<events[0]] == input[0][2_400..<events[0]] && output[1][2_400..<events[0]] == input[0][2_400..<events[0]])
    let after = events[1]..<events[1] + 4_000
    #expect(output[0][after] == input[0][after])
    #expect(after.allSatisfy { abs(output[1][$0] - input[1][$0] * Float(pow(10, -6.0 / 20))) < 1e-6 })
    let replay = rig.scratch.talea("replay", "take")
    #expect(replay.outputText.hasPrefix("the same bytes: "), "\(replay.outputText)\(replay.errors)")
  }

  @Test func aPatchThatIsLoadedIsTheOneThatIsWatched() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", constant(0.5, 960_000))
    scratch.write("g = gain -20dB\nin -> g -> out\n", to: "p.talea")
    scratch.write("in -> gian -> out\n", to: "wrong.talea")
    let session = try LiveTool(scratch, ["gain 0dB", "-i", "in.wav", "-o", "out.wav"])
    #expect(session.ctl("load", "p.talea").status == 0)
    let refused = session.ctl("load", "wrong.talea")
    #expect(
      refused.status == 2 && refused.errors.hasPrefix("error: there is no node or effect named `gian`"), "\(refused.errors)")
    #expect(session.ctl("load", "nosuch.talea").errors.contains("nosuch.talea: there is no such file"))
    #expect(session.ctl("get", "g.level").outputText.hasPrefix("g.level = -20dB"))
    saveByRename("g = gain -40dB\nin -> g -> out\n", "p.talea", scratch)
    #expect(wait { session.ctl("get", "g.level").outputText.hasPrefix("g.level = -40dB") })
    #expect(session.end().status == 0)
  }

  @Test func anImpulseResponseIsReadAgainWhenItIsSaved() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", constant(0.5, 960_000))
    try scratch.makeSound("ir.wav", constant(1, 1))
    scratch.write("in -> convolve \"ir.wav\" -> out\n", to: "p.talea")
    let session = try LiveTool(scratch, ["p.talea", "-i", "in.wav", "-o", "out.wav", "--record", "take"])
    usleep(300_000)
    try scratch.makeSound("ir.wav", constant(0.25, 1))
    #expect(wait { patchEvents(scratch).count >= 2 })
    usleep(300_000)
    #expect(session.end().status == 0)
    let output = try scratch.sound("out.wav").channels[0]
    #expect(output.contains { abs($0 - 0.5) < 1e-5 } && output.contains { abs($0 - 0.125) < 1e-5 })
    let replay = scratch.talea("replay", "take")
    #expect(replay.outputText.hasPrefix("the same bytes: "), "\(replay.outputText)\(replay.errors)")
  }

  @Test func whatWasMovedStaysUnlessTheTextMovesIt() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", constant(0.5, 960_000))
    func text(_ amount: String, _ more: String = "") -> String {
      "control amount = \(amount) in 0%..100%\ng = gain $amount\nh = gain -1dB\nin -> g -> h -> out\n" + more
    }
    scratch.write(text("40%"), to: "p.talea")
    let session = try LiveTool(scratch, ["p.talea", "-i", "in.wav", "-o", "out.wav"])
    #expect(session.ctl("set", "amount", "70%").status == 0)
    #expect(session.ctl("set", "h.level", "-2dB").status == 0)
    scratch.write(text("40%", "in -> gain 0% -> out\n"), to: "p.talea")
    #expect(wait { session.ctl("list").outputText.contains("gain.level") })
    #expect(session.ctl("get", "amount").outputText.contains("amount = 70%"))
    #expect(session.ctl("get", "h.level").outputText.contains("h.level = -2dB"))
    scratch.write(text("50%", "in -> gain 0% -> out\n"), to: "p.talea")
    #expect(wait { session.ctl("get", "amount").outputText.contains("amount = 50%") })
    #expect(session.ctl("get", "h.level").outputText.contains("h.level = -2dB"))
    #expect(session.end().status == 0)
  }

  /// Bypass keeps the latency, fades for 20 ms and comes back.
  @Test func anActorIsBypassedAtItsLatency() throws {
    let scratch = Scratch()
    let input = noise(960_000, amplitude: 0.25, seed: 3)
    try scratch.makeSound("in.wav", input)
    scratch.write("l = limiter 0dB\ng = gain -20dB\nin -> l -> g -> out\nin -> gain 0% -> out\n", to: "p.talea")
    let session = try LiveTool(scratch, ["p.talea", "-i", "in.wav", "-o", "out.wav", "--safety-limit", "off"])
    func frame(_ run: Run) throws -> Int {
      #expect(run.status == 0, "\(run.errors)")
      return try #require(Int(run.outputText.split(separator: " ").last.map { $0.dropLast() } ?? ""))
    }
    let latency = try plan(scratch, "p.talea").outputLatency
    #expect(latency > 0)
    usleep(300_000)
    let on = try frame(session.ctl("bypass", "g", "on"))
    usleep(200_000)
    let limiter = try frame(session.ctl("bypass", "l", "on"))
    #expect(session.ctl("status").outputText.contains("bypassed: g, l"))
    usleep(200_000)
    let off = try frame(session.ctl("bypass", "g", "off"))
    usleep(200_000)
    #expect(session.ctl("bypass", "nosuch", "on").errors.contains("no effect of the name `nosuch`"))
    #expect(session.end().status == 0)
    let output = try scratch.sound("out.wav").channels[0]
    func gain(_ range: Range<Int>) -> [Float] { range.map { output[$0] / input[0][$0 - latency] } }
    func isNear(_ range: Range<Int>, _ value: Float) -> Bool {
      range.allSatisfy { abs(output[$0] - value * input[0][$0 - latency]) < 1e-6 }
    }
    #expect(isNear(5_000..<on, 0.1))
    // Halfway through the fade: 0.5 of either.
    #expect(isNear(on + 479..<on + 482, 0.55) || abs(output[on + 480] - 0.55 * input[0][on + 480 - latency]) < 2e-3)
    #expect(isNear(on + 960..<limiter, 1))
    #expect(isNear(limiter..<off, 1), "the limiter passes at its latency, bypassed or not, and while it fades")
    #expect(isNear(off + 960..<off + 4_000, 0.1))
  }

  private func plan(_ scratch: Scratch, _ name: String) throws -> Plan {
    try compile(
      ResolvedPatch(contentsOf: scratch[name]).graph, catalog: .standard, options: CompileOptions(defaultInputChannels: 1))
  }

  /// Promise 1 for live use, with patches that change: random edits, bypasses, mutes, moves and xruns, and the same bytes.
  @Test(arguments: [UInt64(1), 2, 3])
  func whatChangedWhileItPlayedIsRenderedOfflineToTheSameBytes(seed: UInt64) throws {
    let rig = Rig("source file formats [ FLOAT_LE ]")
    try rig.scratch.makeSound("in.wav", noise(48_000 * 30, channels: 2, amplitude: 0.3, bits: 24, seed: 11))
    var state = seed
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let parts = [
      "plate = reverb decay=1.2s mix=30%\nx -> plate -> out\n", "echo = delay 90ms feedback=40%\nin -> echo -> out\n",
      "x -> [1 sample] -> y\ny = gain 30%\ny -> x\n",
      "sweep = lfo 2Hz from=300Hz to=3kHz\nf = lowpass\nx -> f -> out\nsweep -> f.cutoff\n",
      "os = oversample 2x { drive 6dB }\nin -> os -> out\n", "l = limiter -3dB\nx -> l -> out\n",
      "x -> [40ms] -> damp -> [1ms] -> regen -> damp\nregen = gain 30%\ndamp = lowpass 2kHz\nregen -> out\n",
    ]
    func text() -> String {
      let chosen = parts.filter { _ in random(2) == 0 }
      return
        "control amount = \(20 + 10 * random(2))% in 0%..90%\nx = gain $amount\ng = gain -6dB\nin -> x -> out\nx -> g -> out\n"
        + chosen.joined()
    }
    rig.scratch.write(text(), to: "p.talea")
    let session = try LiveTool(
      rig.scratch, ["p.talea", "-i", "rig", "-o", "rig", "--record", "take", "--set", "g.level=-9dB"] + calm,
      environment: rig.environment(faults: "p:xrun@0.7;c:xrun@1.3;p:xrun@1.9", captured: "in.wav"))
    for _ in 0..<16 {
      switch random(6) {
      case 0, 1, 2: saveByRename(text(), "p.talea", rig.scratch)
      case 3: _ = session.ctl("set", "amount", "\(random(90))%", "--over", "\(random(300))ms")
      case 4: _ = session.ctl("bypass", ["g", "plate", "echo", "os.drive", "f", "l"][random(6)], random(2) == 0 ? "on" : "off")
      default: _ = session.ctl(random(2) == 0 ? "mute" : "unmute")
      }
      usleep(UInt32(random(250_000)))
    }
    usleep(200_000)
    let run = session.end()
    #expect(run.status == 0 && run.errors.contains("underrun"), "\(run.errors)")
    #expect(run.errors.contains("plays as it is now"), "\(run.errors)")
    let replay = rig.scratch.talea("replay", "take")
    #expect(replay.outputText.hasPrefix("the same bytes: "), "\(replay.outputText)\(replay.errors)")
  }
}
