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

  /// Seeded noise in -amplitude...amplitude, as scripts/judge_spectrum.py makes it.
  private static func judgedNoise(_ seed: UInt64, _ count: Int, _ amplitude: Double) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31 * amplitude
    }
  }

  /// Against scipy.signal.spectrogram; scripts/judge_spectrum.py prints these numbers.
  @Test func theSpectrumIsThatOfScipy() throws {
    let count = 120_000
    var state = 0.0
    let left = Self.judgedNoise(1, count, 0.5).map {
      state = 0.1 * $0 + 0.9 * state
      return state
    }
    let right = Self.judgedNoise(2, count, 0.5).enumerated().map {
      0.1 * $1 + 0.25 * sin(2 * .pi * 440 * Double($0) / 48_000)
    }
    let sound = [left, right].map { $0.map { Float(($0 * 32_768).rounded(.toNearestOrEven) / 32_768) } }
    try scratch.makeSound("in.wav", sound, encoding: .s16)
    let spectrum = try #require(try facts("in.wav")["spectrum"] as? [String: Any])
    #expect(abs((spectrum["centroid"] as! Double) - 897.038791) < 0.05)
    #expect(abs((spectrum["rollOff95"] as! Double) - 2_015.625) < 1e-6)
    let octaves = try #require(spectrum["octaves"] as? [[String: Double]])
    let judged = [
      (31.25, -43.964902), (62.5, -40.552313), (125, -38.073881), (250, -35.407738), (500, -17.934542), (1_000, -33.233263),
      (2_000, -34.334964), (4_000, -36.140759), (8_000, -36.836083), (16_000, -35.633988),
    ]
    #expect(octaves.count == judged.count)
    for (octave, (frequency, level)) in zip(octaves, judged) {
      #expect(octave["frequency"] == frequency)
      #expect(abs(octave["level"]! - level) < 0.001, "\(frequency) Hz: \(octave["level"]!)")
    }
    let text = scratch.talea("analyze", "in.wav").outputText
    #expect(text.contains("\n  spectrum     centroid 897 Hz, 95% below 2.02 kHz\n"), "\(text)")
    #expect(text.contains("\n  octaves      31 Hz -44.0, 63 -40.6, 125 -38.1, 250 -35.4, 500 -17.9, 1k -33.2, "), "\(text)")
  }

  /// A tone lies in its octave with its RMS, and a short one is found too; a rate of 8 kHz has eight octaves.
  @Test func aToneLiesInItsOctave() throws {
    try scratch.makeSound("tone.wav", Self.tone(3, decibels: -20))
    try scratch.makeSound("short.wav", Self.tone(0.01, decibels: -20))
    for file in ["tone.wav", "short.wav"] {
      let spectrum = try #require(try facts(file)["spectrum"] as? [String: Any])
      #expect(abs((spectrum["centroid"] as! Double) - 997) < (file == "tone.wav" ? 3 : 150), "\(file)")
    }
    let octaves = try #require((try facts("tone.wav")["spectrum"] as? [String: Any])?["octaves"] as? [[String: Any]])
    #expect(abs((octaves[5]["level"] as! Double) + 23.01) < 0.1)
    try scratch.makeSound("slow.wav", noise(8_000), rate: 8_000)
    #expect(((try facts("slow.wav")["spectrum"] as? [String: Any])?["octaves"] as? [Any])?.count == 8)
    // Direct current is no part of it.
    try scratch.makeSound("offset.wav", [Self.tone(3, decibels: -20)[0].map { $0 + 0.1 }])
    let offset = try #require(try facts("offset.wav")["spectrum"] as? [String: Any])
    #expect(abs((offset["centroid"] as! Double) - 997) < 10)
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
    #expect(text.contains("spectrum     silent") && text.contains("octaves      silent"), "\(text)")
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
