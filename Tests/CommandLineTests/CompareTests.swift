import Foundation
import Talea
import Testing

@Suite("talea compare") struct CompareTests {
  let scratch = Scratch()
  let sound = noise(50_000, channels: 2)

  init() throws { try scratch.makeSound("a.wav", sound, encoding: .s16) }

  @Test func equalSamplesAreEqualWhateverTheEncoding() throws {
    try scratch.makeSound("b.wav", sound, encoding: .f32)
    let run = scratch.talea("compare", "a.wav", "b.wav")
    #expect(run.status == 0)
    #expect(run.outputText == "equal\n")
  }

  @Test func theFirstAndTheLargestDifferenceAreNamed() throws {
    var other = sound
    other[1][7] += 0.25
    other[0][40_000] -= 0.5
    try scratch.makeSound("b.wav", other)
    let run = scratch.talea("compare", "a.wav", "b.wav", "--null", "null.wav")
    #expect(run.status == 1)
    #expect(
      run.outputText == """
        first difference: frame 7 (0.000 s), channel 2
        largest difference: -6.0 dBFS at frame 40000, channel 1
        RMS of the difference: -55.1 dBFS; 2 samples of 100000 differ
        not equal

        """)
    let null = try scratch.sound("null.wav").channels
    #expect(null[1][7] == -0.25 && null[0][40_000] == 0.5)
    #expect(null[0].count { $0 != 0 } == 1 && null[1].count { $0 != 0 } == 1)
  }

  @Test func theToleranceDecides() throws {
    try scratch.makeSound("b.wav", sound.map { $0.map { $0 + 1e-5 } })
    #expect(scratch.talea("compare", "a.wav", "b.wav", "--tolerance", "-99dB").status == 0)
    #expect(scratch.talea("compare", "a.wav", "b.wav", "--tolerance", "-101dB").status == 1)
  }

  @Test func aLengthTellsThemApart() throws {
    try scratch.makeSound("b.wav", sound.map { Array($0.dropLast(5)) })
    let run = scratch.talea("compare", "a.wav", "b.wav")
    #expect(run.status == 1)
    #expect(run.outputText == "length: a.wav has 50000 frames, b.wav has 49995\nnot equal\n")
  }

  @Test(arguments: [480, -333]) func alignmentTakesOutTimeAndLevel(lag: Int) throws {
    let moved = sound.map { channel -> [Float] in
      let quieter = channel.map { -0.25 * $0 }
      return lag > 0 ? Array(repeating: 0, count: lag) + quieter : Array(quieter.dropFirst(-lag))
    }
    try scratch.makeSound("b.wav", moved)
    #expect(scratch.talea("compare", "a.wav", "b.wav").status == 1)
    let run = scratch.talea("compare", "a.wav", "b.wav", "--align", "--tolerance", "-120dB", "--json")
    #expect(run.status == 0, "\(run.outputText)")
    let facts = try #require(JSONSerialization.jsonObject(with: run.output) as? [String: Any])
    let alignment = try #require(facts["alignment"] as? [String: Any])
    #expect(alignment["lag"] as? Int == lag && alignment["turnedOver"] as? Bool == true)
    #expect(abs((alignment["gain"] as! Double) + 12.0412) < 1e-4)
  }

  /// 1 means different and nothing else, as with cmp and diff.
  @Test(arguments: [
    (["a.wav", "mono.wav"], "error: a.wav has 2 channels and mono.wav has 1"),
    (["a.wav", "slow.wav"], "error: a.wav has 48000 Hz and slow.wav has 44100 Hz"),
    (["a.wav", "no.wav"], "error: no.wav: there is no such file\n"),
    (["no.wav", "a.wav"], "error: no.wav: there is no such file\n"),
    (["a.wav", "text.wav"], "error: text.wav: "),
    (["a.wav", "a.wav", "--null", "mono.wav"], "error: mono.wav: the file exists"),
    (["a.wav", "a.wav", "--null", "nowhere/null.wav"], "error: "),
    (["a.wav", "-", "--align"], "error: standard input can be read only once"),
    (["a.wav"], "error: Missing expected argument '<b>'"),
    (["a.wav", "a.wav", "--tolerance", "loud"], "error: The value 'loud' is invalid for '--tolerance <level>'"),
    (["a.wav", "a.wav", "--tolerances"], "error: Unknown option '--tolerances'"),
  ])
  func whatCannotBeComparedHasAStatusOfItsOwn(arguments: [String], message: String) throws {
    try scratch.makeSound("mono.wav", [sound[0]])
    try scratch.makeSound("slow.wav", sound, rate: 44_100)
    scratch.write("no sound at all", to: "text.wav")
    let run = Tool.run(["compare"] + arguments, in: scratch.path)
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix(message), "\(run.errors)")
    #expect(run.outputText.isEmpty)
  }
}
