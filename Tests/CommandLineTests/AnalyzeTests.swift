import Foundation
import Talea
import Testing

@Suite("talea analyze") struct AnalyzeTests {
  let scratch = Scratch()

  /// A tone of 997 Hz, whole turns of it in every second.
  static func tone(_ seconds: Double, decibels: Double, channels: Int = 1) -> [[Float]] {
    let amplitude = pow(10, decibels / 20)
    let tone = (0..<Int(seconds * 48_000)).map { Float(amplitude * sin(2 * .pi * 997 * Double($0) / 48_000)) }
    return Array(repeating: tone, count: channels)
  }

  /// The members of the one object that --json prints for one file.
  func facts(_ arguments: String...) throws -> [String: Any] {
    let run = Tool.run(["analyze", "--json"] + arguments, in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    return try #require((JSONSerialization.jsonObject(with: run.output) as? [[String: Any]])?.first)
  }

  @Test func aToneReadsAsItIs() throws {
    try scratch.makeSound("tone.wav", Self.tone(5, decibels: -20, channels: 2))
    let facts = try facts("tone.wav")
    let loudness = try #require(facts["loudness"] as? [String: Double])
    // A tone of 997 Hz in both channels reads its level.
    #expect(abs(loudness["integrated"]! + 20) < 0.05)
    #expect(abs(loudness["maximumShortTerm"]! + 20) < 0.05)
    #expect(abs((facts["truePeak"] as! Double) + 20) < 0.02)
    #expect(abs((facts["peak"] as! Double) + 20) < 0.01)
    #expect(abs((facts["correlation"] as! Double) - 1) < 1e-9)
    let channels = try #require(facts["channels"] as? [[String: Any]])
    #expect(channels.count == 2 && abs((channels[1]["rms"] as! Double) + 23.01) < 0.01)
    let text = scratch.talea("analyze", "tone.wav").outputText
    #expect(text.hasPrefix("tone.wav: wav, f32, 48000 Hz, 2 channels, 5 s (240000 frames)\n"))
    #expect(text.contains("\n  loudness     -20.0 LUFS (at most -20.0 momentary, -20.0 short-term)\n"), "\(text)")
    #expect(text.contains("\n  clipping     none\n"))
  }

  @Test func clippingIsFoundInIntegers() throws {
    var sound = noise(9_600, amplitude: 0.25)
    for n in 4_800..<4_810 { sound[0][n] = 1 }
    try scratch.makeSound("loud.wav", sound, encoding: .s16)
    let text = scratch.talea("analyze", "loud.wav").outputText
    #expect(text.contains("  clipping     10 samples, the first at 0.100 s (frame 4800)\n"), "\(text)")
  }

  @Test func silenceHasNoNumbers() throws {
    try scratch.makeSound("silence.wav", constant(0, 48_000))
    let facts = try facts("silence.wav")
    #expect(facts["peak"] is NSNull && (facts["loudness"] as! [String: Any])["integrated"] is NSNull)
    let text = scratch.talea("analyze", "silence.wav").outputText
    #expect(text.contains("below -70 LUFS") && text.contains("noise floor  silent"), "\(text)")
  }

  @Test func aPartIsMeasuredAlone() throws {
    try scratch.makeSound("two.wav", [Self.tone(1, decibels: -40)[0] + Self.tone(1, decibels: -10)[0]])
    #expect(abs((try facts("two.wav", "--end", "1s")["peak"] as! Double) + 40) < 0.01)
    #expect(abs((try facts("two.wav", "--start", "1s")["peak"] as! Double) + 10) < 0.01)
  }

  @Test func oneFileThatFailsDoesNotHideTheRest() throws {
    try scratch.makeSound("good.wav", noise(9_600))
    let run = scratch.talea("analyze", "no.wav", "good.wav")
    #expect(run.status == 1)
    #expect(run.errors == "error: no.wav: there is no such file\n")
    #expect(run.outputText.hasPrefix("good.wav: "))
  }

  @Test func standardInputIsMeasured() throws {
    try scratch.makeSound("in.wav", Self.tone(1, decibels: -6))
    let run = Tool.shell("talea analyze - < in.wav; cat in.wav | talea analyze -", in: scratch.path)
    #expect(run.status == 0)
    #expect(run.outputText.components(separatedBy: "peak         -6.0 dBFS").count == 3, "\(run.outputText)")
  }
}
