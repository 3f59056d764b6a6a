import Foundation
import Glibc
import Talea
import Testing

/// `talea live` and `talea devices` on a simulated device. Buffers are long enough for a machine that does other things too.
@Suite("talea live", .serialized) struct LiveTests {
  private let calm = ["--period", "1024", "--periods", "4"]

  @Test func devicesTellsWhatADeviceTakes() throws {
    let rig = Rig("formats [ S24_3LE ] rates [ 48000 ] channels [ 4 ] period_frames [ 48 96 960 ]")
    let listed = rig.talea(["devices"])
    #expect(listed.status == 0)
    #expect(listed.outputText.contains("rig  (Simulated device)\n"))
    let run = rig.talea(["devices", "rig", "--json"])
    #expect(run.status == 0)
    let json = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: [[String: Any]]])
    let playback = try #require(json["devices"]?.first?["playback"] as? [String: Any])
    #expect(playback["sampleRates"] as? [Int] == [48_000])
    #expect(playback["channels"] as? [Int] == [4, 4])
    #expect(playback["formats"] as? [String] == ["S24_3LE"])
    #expect(playback["periodFrames"] as? [Int] == [48, 960])
    let missing = rig.talea(["devices", "nosuch"])
    #expect(missing.status == 1)
    #expect(missing.errors.contains("nosuch: there is no such device"))
  }

  /// Every sample of a recording leaves as it came, as many frames later as was printed.
  @Test(arguments: ["", "mmap 0", "formats [ S24_3LE ]", "formats [ S32_LE ] noninterleaved 1"])
  func passesTheSoundOnBitForBitAfterThePrintedLatency(keys: String) throws {
    let rig = Rig("source file " + keys)
    let input = noise(96_000, channels: 2, amplitude: 0.5, bits: 24, seed: 7)
    try rig.scratch.makeSound("in.wav", input, encoding: .s24)
    let run = rig.talea(
      ["live", "gain 0dB", "-i", "rig", "-o", "rig", "--duration", "1.5s"] + calm, captured: "in.wav")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors.contains("latency: 4096 frames (85.33 ms): 4096 of the device's buffer, 0 of the patch\n"), "\(run.errors)")
    try #require(!run.errors.contains("incidents"), "\(run.errors)")
    let played = try rig.scratch.sound("played.wav").channels
    // After the fade-in of 50 ms.
    let (latency, begin, end) = (4_096, 2_400, 60_000)
    for channel in 0..<2 {
      #expect(Array(played[channel][begin + latency..<end]) == Array(input[channel][begin..<end - latency]))
    }
    #expect(played[0][..<latency].allSatisfy { $0 == 0 })
  }

  @Test func anImpulseInALoopbackCableReturnsAtTheStatedLatency() throws {
    let rig = Rig(cable: "in.wav")
    try rig.scratch.makeSound("in.wav", impulse(48_000, at: 6_000))
    let chain = rig.talea(
      ["live", "gain 50%", "-i", "rig", "-o", "rig", "--period", "960", "--periods", "3", "--duration", "1s"])
    #expect(chain.status == 0)
    try #require(!chain.errors.contains("incidents"), "\(chain.errors)")
    let played = try rig.scratch.sound("played.wav").channels[0]
    let hits = played.indices.filter { played[$0].magnitude > 0.01 }
    #expect(Array(hits.prefix(5)) == (1...5).map { 6_000 + 2_880 * $0 })
    for (n, hit) in hits.prefix(5).enumerated() { #expect(played[hit] == Float(sign: .plus, exponent: -(n + 1), significand: 1)) }
  }

  @Test func everyFaultIsToldAndSurvived() throws {
    let rig = Rig("source file")
    let run = rig.talea(
      ["live", "oscillator 997Hz -> gain -12dB", "-o", "rig", "--duration", "4s"] + calm,
      faults: "p:xrun@0.5;p:suspend=200@1;p:err=EIO@1.8;p:stall=1500@2.4")
    #expect(run.status == 0, "\(run.errors)")
    for text in [
      "playback: underrun, going on behind a gap", "playback: suspended", "awake again",
      "playback: error 5 (Input/output error), starting it again", "playback: the device stands still",
    ] {
      #expect(run.errors.contains(text), "\(run.errors)")
    }
    // The last half second is the tone again.
    let played = try rig.scratch.sound("played.wav").channels[0]
    let last = played[(played.count - 28_000)..<(played.count - 8_000)]
    // An oscillator at -12 dB, 12 dB down.
    #expect(abs(last.max()! - 0.0631) < 0.0003)
  }

  /// It wakes us a thousand times a second and never has a frame.
  @Test func aDeviceThatWakesForNothingAndStandsStillIsStartedAgain() {
    let rig = Rig("source file")
    let run = rig.talea(
      ["live", "oscillator 997Hz", "-o", "rig", "--duration", "2s", "--period", "512", "--periods", "16"],
      faults: "p:idle=60000@0.5")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("playback: the device wakes us for nothing"), "\(run.errors)")
    #expect(run.errors.contains("playback: the device stands still, starting it again"), "\(run.errors)")
  }

  /// Said while it lasts, not only at the end; and sound goes on behind it.
  @Test func aLibraryThatHangsIsSaidAndWaitedFor() throws {
    let rig = Rig("source file")
    let run = rig.talea(
      ["live", "oscillator 997Hz", "-o", "rig", "--duration", "4s", "--log", "json"] + calm, faults: "p:hang=6000@0.5")
    #expect(run.status == 0, "\(run.errors)")
    let events = run.errors.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.filter { ["hanging", "returned"].contains($0["event"] as? String) }
    #expect(events.compactMap { $0["event"] as? String } == ["hanging", "returned"], "\(run.errors)")
    let waited = events.compactMap { $0["value"] as? Int }
    try #require(waited.count == 2)
    #expect(waited[0] >= 3_000 && waited[1] >= waited[0] && waited[1] < 60_000, "\(waited)")
  }

  @Test func aDeviceThatIsUnpluggedIsWaitedFor() {
    let rig = Rig()
    // The fault comes with every opening anew, so the second one comes after the end.
    let run = rig.talea(
      ["live", "gain 0dB", "-i", "rig", "-o", "rig", "--duration", "2s"] + calm, faults: "c:disconnect=400@1.5")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("capture: the device is gone, waiting for it"), "\(run.errors)")
    #expect(run.errors.contains("the device is back"))
    let ended = rig.talea(
      ["live", "gain 0dB", "-i", "rig", "-o", "rig", "--duration", "2s", "--exit-on-disconnect"] + calm,
      faults: "c:disconnect=400@0.5")
    #expect(ended.status == 1)
    #expect(ended.errors.contains("cannot go on"))
  }

  @Test func whatADeviceRefusesIsSaidWithWhatItTakes() {
    let rig = Rig("rates [ 44100 ] channels [ 2 ] formats [ S16_LE ] period_frames [ 441 ] periods_min 3 periods_max 3")
    let rate = rig.talea(["live", "gain 0dB", "-i", "rig", "-o", "rig", "--rate", "48000"])
    #expect(rate.status == 1)
    #expect(rate.errors == "error: rig (playback): the device does not take a sample rate of 48000 Hz; it takes 44100 Hz\n")
    let channels = rig.talea(["live", "gain 0dB", "-i", "rig", "-o", "rig", "--channels", "8"])
    #expect(channels.errors == "error: rig (playback): the device does not take a channel count of 8; it takes 2\n")
    let near = rig.talea(["live", "gain 0dB", "-i", "rig", "-o", "rig", "--explain"])
    #expect(near.status == 0)
    #expect(near.errors.contains("playback: rig, 44100 Hz, 2 channels, S16_LE, 441 frames x 3"))
    #expect(
      near.errors.contains(
        "note: rig gives a period of 441 frames for 64, a buffer of 1323 frames for 2 periods, 44100 Hz for 48000"))
    #expect(near.errors.contains("latency: 1323 frames (30.00 ms)"))
  }

  @Test func devicesThatCannotPlayTogetherAreRefusedByName() {
    let rig = Rig()
    let clocks = rig.talea(["latency", "-i", "rig", "-o", "other"])
    #expect(clocks.status == 2)
    #expect(clocks.errors.hasPrefix("error: rig and other do not share a clock, so the latency between them drifts"))
    let missing = rig.talea(["live", "gain 0dB", "-i", "nosuch", "-o", "rig"])
    #expect(missing.status == 1)
    #expect(missing.errors == "error: nosuch (capture): there is no such device; talea devices lists those there are\n")
    let nothing = rig.talea(["live", "gain 0dB", "-i", "none", "-o", "rig"])
    #expect(nothing.status == 2)
    #expect(nothing.errors.contains("the patch reads `in`, and no capture device is given"))
    let busy = Rig("open_error EBUSY").talea(["live", "gain 0dB", "-i", "rig", "-o", "rig"])
    #expect(busy.errors.contains("another program has it open"))
  }

  @Test func terminationFadesOutAndIsNoFailure() throws {
    let rig = Rig("source file")
    let started = Tool.start(
      [Tool.path, "live", "oscillator 997Hz -> gain -6dB", "-o", "rig"] + calm, in: rig.scratch.path,
      environment: rig.environment())
    usleep(1_200_000)
    kill(started.process, SIGTERM)
    let run = Tool.finish(started)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("played 0:0"), "\(run.errors)")
    let played = try rig.scratch.sound("played.wav").channels[0]
    // No step larger than a 997 Hz sine makes, at the start and at the end.
    let largestStep = zip(played, played.dropFirst()).map { abs($1 - $0) }.max()!
    #expect(played.max()! > 0.12)
    #expect(largestStep < 0.1259 * 2 * .pi * 997 / 48_000 * 1.05)
    #expect(played.last == 0)
  }

  @Test func nothingLeavesAboveTheSafetyLimit() throws {
    let rig = Rig("source file formats [ FLOAT_LE ]")
    let run = rig.talea(
      ["live", "oscillator 100Hz -> gain 40dB", "-o", "rig", "--duration", "0.5s", "--safety-limit", "-1dB"] + calm)
    #expect(run.status == 0)
    #expect(run.errors.contains("the safety limiter held back"))
    let played = try rig.scratch.sound("played.wav").channels[0]
    let limit = Float(Math.amplitude(decibels: -1))
    #expect(played.map(\.magnitude).max()! <= limit)
    #expect(played.map(\.magnitude).max()! > 0.99 * limit)
  }

  @Test func aPatchTooHeavyForTheMachineIsToldWithNumbers() {
    let rig = Rig("source file")
    rig.scratch.write(tooManyLadders.declarations + "in -> \(tooManyLadders.chain) -> out\n", to: "heavy.talea")
    let run = rig.talea(
      ["live", "heavy.talea", "-i", "rig", "-o", "rig", "--rate", "192000", "--on-overload", "exit", "--log", "json"] + calm)
    #expect(run.status == 1)
    #expect(run.errors.contains(#""event": "overloaded""#), "\(run.errors)")
  }
}
