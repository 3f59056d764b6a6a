import Foundation
import Testing

/// `talea latency` over the simulated device's own cable.
@Suite("talea latency", .serialized) struct LatencyTests {
  private let calm = ["-i", "rig", "-o", "rig", "--period", "480", "--periods", "4"]

  @Test func whatIsStatedIsMeasuredToTheFrame() throws {
    let run = Rig("source loop").talea(["latency"] + calm)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.outputText == """
        stated:   1920 frames (40.00 ms), the device's buffer
        measured: 1920 frames (40.00 ms), 8 of 8 clicks
        beyond the stated: 0 frames (0.00 ms) of converters and cable

        """, "\(run.errors)")
  }

  /// Converters and a cable that take 321 frames, integer samples, and several channels.
  @Test(arguments: ["", "formats [ S16_LE ]", "formats [ S24_3LE ] channels [ 6 ]"])
  func whatTheCableTakesIsMeasuredToTheFrame(keys: String) throws {
    let run = Rig("source loop loop_delay 321 " + keys).talea(["latency", "--json"] + calm)
    #expect(run.status == 0, "\(run.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
    #expect(json["statedFrames"] as? Int == 1_920)
    #expect(json["measuredFrames"] as? [Int] == Array(repeating: 2_241, count: 8))
    #expect(json["sampleRate"] as? Int == 48_000)
  }

  @Test func anInterruptionIsMeasuredAnew() throws {
    // Five are tried; the fault comes once, for it is counted from the first start after an opening.
    let run = Rig("source loop").talea(["latency"] + calm, faults: "p:xrun@0.7")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.outputText.contains("measured: 1920 frames"), "\(run.outputText)")
    #expect(run.errors.contains("interruption"), "\(run.errors)")
  }

  @Test func withoutACableNothingIsFound() throws {
    let rig = Rig("source file")
    try rig.scratch.makeSound("hum.wav", noise(480_000, channels: 2, amplitude: 0.01, bits: 24, seed: 3))
    let run = rig.talea(["latency"] + calm, captured: "hum.wav")
    #expect(run.status == 1)
    #expect(
      run.errors.hasSuffix(
        "error: no click came back: connect an output of rig to an input of rig, and turn both levels up\n"), "\(run.errors)")
  }
}
