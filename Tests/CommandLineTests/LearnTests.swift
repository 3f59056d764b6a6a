import Foundation
import Talea
import Testing

@Suite("talea learn") struct LearnTests {
  let scratch = Scratch()

  /// Two seconds of a loud tone over noise, one and a half of the noise alone, two of the tone again.
  private func recording() -> [Float] {
    noise(264_000, amplitude: 0.01, seed: 3)[0].enumerated().map { n, x in
      (96_000..<168_000).contains(n) ? x : x + 0.3 * Float(sin(2 * Double.pi * 440 * Double(n) / 48_000))
    }
  }

  @Test func theQuietestSecondIsLearnedAndTheNoiseGoes() throws {
    try scratch.makeSound("take.wav", [recording()])
    let run = scratch.talea("learn", "take.wav", "-o", "hiss.wav")
    #expect(run.status == 0 && run.errors.contains("hiss.wav: 2."), "\(run.errors)")
    let profile = try scratch.sound("hiss.wav").channels[0]
    #expect(profile.count == 48_000 && profile.allSatisfy { abs($0) <= 0.0101 })
    let clean = scratch.talea(
      "process", "take.wav", "clean.wav", "--chain", "stft -> denoise \"hiss.wav\" reduction=15dB -> istft")
    #expect(clean.status == 0, "\(clean.errors)")
    let output = try scratch.sound("clean.wav").channels[0]
    func level(_ signal: ArraySlice<Float>) -> Double {
      10 * log10(signal.reduce(0) { $0 + Double($1) * Double($1) } / Double(signal.count))
    }
    let before = level(recording()[110_000..<160_000]), after = level(output[110_000..<160_000])
    #expect(abs(before - after - 15) < 1.5, "\(before) \(after)")
    #expect(abs(level(output[20_000..<80_000]) - level(recording()[20_000..<80_000])) < 0.2)
  }

  @Test func aSectionIsTakenAsSaid() throws {
    try scratch.makeSound("take.wav", [recording()])
    #expect(scratch.talea("learn", "take.wav", "-o", "a.wav", "--from", "2.1", "--to", "2.6").status == 0)
    #expect(try scratch.sound("a.wav").channels[0] == Array(recording()[100_800..<124_800]))
  }

  @Test func sectionsThatAreNotThereAreRefused() throws {
    try scratch.makeSound("take.wav", [recording()])
    #expect(
      scratch.talea("learn", "take.wav", "-o", "a.wav", "--from", "5", "--to", "6").errors.contains("it ends after 5.500 s"))
    #expect(scratch.talea("learn", "take.wav", "-o", "a.wav", "--from", "5").status == 2)
    #expect(scratch.talea("learn", "take.wav", "-o", "a.wav", "--from", "2", "--to", "2.01").status == 2)
    try scratch.makeSound("silent.wav", [[Float](repeating: 0, count: 48_000)])
    #expect(scratch.talea("learn", "silent.wav", "-o", "a.wav").errors.contains("digital silence"))
  }
}
