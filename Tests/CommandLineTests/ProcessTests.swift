import Foundation
import Talea
import Testing

@Suite("talea process") struct ProcessTests {
  let scratch = Scratch()

  @Test(arguments: [SampleEncoding.s16, .s24]) func aPatchThatOnlyRoutesReturnsEverySampleBitForBit(encoding: SampleEncoding)
    throws
  {
    let channels = noise(10_000, channels: 3, amplitude: 1, bits: encoding == .s16 ? 16 : 24)
    try scratch.makeSound("in.wav", channels, encoding: encoding)
    for (name, chain) in [("plain", "in -> out"), ("gain", "gain 0dB")] {
      let run = scratch.talea("process", "in.wav", "\(name).wav", "--chain", chain)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try scratch.sound("\(name).wav").channels == channels)
    }
    scratch.write("in -> out:3; in:1 -> out:2; in:2 -> out:1", to: "turn.talea")
    try scratch.makeSound("mono.wav", [channels[0]], encoding: encoding)
    scratch.write("in -> out:2; in -> out:1", to: "spread.talea")
    #expect(scratch.talea("process", "mono.wav", "spread.wav", "--patch", "spread.talea").status == 0)
    #expect(try scratch.sound("spread.wav").channels == [channels[0], channels[0]])
  }

  @Test func theBlockSizeNeverChangesAByte() throws {
    try scratch.makeSound("in.wav", noise(30_011, channels: 2), encoding: .s16)
    scratch.write(
      """
      control feedback = 45% in 0%..95%
      damp = lowpass 3kHz
      regen = gain $feedback
      in -> damp -> out
      damp -> [7.3ms] -> regen -> [1 sample] -> damp
      regen -> delay 20ms mix=50% -> out
      """, to: "loop.talea")
    scratch.write("0.1s feedback 80% linear\n0.3s damp.cutoff 900Hz", to: "moves.txt")
    var outputs: Set<Data> = []
    for block in ["1", "7", "64", "480", "1024", "4096"] {
      let run = scratch.talea(
        "process", "in.wav", "out\(block).wav", "--patch", "loop.talea", "--automation", "moves.txt", "--block", block, "--rate",
        "44100", "--tap", "damp=tap\(block).wav")
      #expect(run.status == 0, "\(run.errors)")
      outputs.insert(scratch.data("out\(block).wav") + scratch.data("tap\(block).wav"))
    }
    #expect(outputs.count == 1)
    #expect(outputs.first!.count > 100_000)
  }

  @Test func theOutputKeepsContainerEncodingChannelsRateAndTitle() throws {
    try scratch.makeSound(
      "in.flac", noise(5_000, channels: 5), rate: 22_050, encoding: .s24, container: .flac, title: "Prélude")
    #expect(scratch.talea("process", "in.flac", "out.flac", "--chain", "gain -6dB").status == 0)
    var format = try scratch.sound("out.flac").format
    #expect(format.container == .flac)
    #expect(format.encoding == .s24)
    #expect(format.channelCount == 5)
    #expect(format.sampleRate == 22_050)
    #expect(format.metadata[.title] == "Prélude")

    #expect(scratch.talea("process", "in.flac", "out.aiff", "--chain", "gain -6dB").status == 0)
    format = try scratch.sound("out.aiff").format
    #expect(format.container == .aiff)
    #expect(format.encoding == .s24)

    #expect(
      scratch.talea("process", "in.flac", "out.bin", "--chain", "gain -6dB", "--format", "caf", "--encoding", "s16").status == 0)
    format = try scratch.sound("out.bin").format
    #expect(format.container == .caf)
    #expect(format.encoding == .s16)
  }

  @Test(arguments: [(44_100, 48_000), (48_000, 44_100), (8_000, 96_000), (48_000, 11_025)])
  func aConvertedOutputHasTheInputsFramesTimesTheRatioRoundedUp(input: Int, output: Int) throws {
    let frames = 10_007
    try scratch.makeSound("in.wav", noise(frames), rate: input)
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain -3dB", "--rate", "\(output)")
    #expect(run.status == 0, "\(run.errors)")
    let sound = try scratch.sound("out.wav")
    #expect(sound.format.sampleRate == output)
    #expect(sound.frameCount == (frames * output + input - 1) / input)
  }

  @Test func startAndEndCutToTheFrame() throws {
    let channels = noise(48_000)
    try scratch.makeSound("in.wav", channels, encoding: .s16)
    let run = scratch.talea(
      "process", "in.wav", "out.wav", "--chain", "in -> out", "--start", "250ms", "--end", "0:00.75")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try scratch.sound("out.wav").channels[0] == Array(channels[0][12_000..<36_000]))
    #expect(scratch.talea("process", "in.wav", "b.wav", "--chain", "in -> out", "--start", "47990samples").status == 0)
    #expect(try scratch.sound("b.wav").channels[0] == Array(channels[0][47_990...]))

    let late = scratch.talea("process", "in.wav", "late.wav", "--chain", "in -> out", "--start", "2s")
    #expect(late.status == 1)
    #expect(late.errors.contains("in.wav: nothing is left to read: it ends at 1 s, and --start is 2 s"))
    let turned = scratch.talea("process", "in.wav", "late.wav", "--chain", "in -> out", "--start", "0.5s", "--end", "0.2s")
    #expect(turned.status == 2)
    let short = scratch.talea("process", "in.wav", "short.wav", "--chain", "in -> out", "--end", "3s")
    #expect(short.status == 0)
    #expect(short.errors.contains("warning: in.wav: it ends at 1 s, before --end 3 s"))
  }

  @Test func latencyIsRemovedFromTheFrontUnlessKept() throws {
    try scratch.makeSound("in.wav", impulse(4_000, at: 1_000))
    let chain = "upsample 4 -> downsample 4"
    #expect(scratch.talea("process", "in.wav", "out.wav", "--chain", chain, "--tail", "none").status == 0)
    let aligned = try scratch.sound("out.wav")
    #expect(aligned.frameCount == 4_000)
    #expect(aligned.channels[0].firstIndex(of: aligned.channels[0].max()!) == 1_000)
    #expect(scratch.talea("process", "in.wav", "kept.wav", "--chain", chain, "--tail", "none", "--keep-latency").status == 0)
    let kept = try scratch.sound("kept.wav")
    let latency = kept.frameCount - 4_000
    #expect(latency > 0)
    #expect(kept.channels[0].firstIndex(of: kept.channels[0].max()!) == 1_000 + latency)
    #expect(Array(kept.channels[0][latency...]) == aligned.channels[0])
  }

  @Test func furtherInputsAreReadTogetherWithTheFirst() throws {
    let main = noise(3_000, seed: 1), side = noise(2_000, seed: 2)
    try scratch.makeSound("main.wav", main)
    try scratch.makeSound("side.wav", side)
    scratch.write("in.side -> s = gain 0dB\n", to: "bad.talea")
    scratch.write("in.side -> out:2\nin -> out:1\n", to: "two.talea")
    let run = scratch.talea("process", "main.wav", "out.wav", "--patch", "two.talea", "--input", "side=side.wav")
    #expect(run.status == 0, "\(run.errors)")
    let sound = try scratch.sound("out.wav")
    #expect(sound.channels == [main[0], side[0] + Array(repeating: 0, count: 1_000)])

    let missing = scratch.talea("process", "main.wav", "b.wav", "--patch", "two.talea")
    #expect(missing.status == 2)
    #expect(missing.errors == "error: the patch reads `in.side` too: give --input side=FILE\n")
    let unknown = scratch.talea(
      "process", "main.wav", "b.wav", "--patch", "two.talea", "--input", "side=side.wav", "--input", "sid=side.wav")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("did you mean `side`?"))
    try scratch.makeSound("other.wav", side, rate: 44_100)
    let rates = scratch.talea("process", "main.wav", "b.wav", "--patch", "two.talea", "--input", "side=other.wav")
    #expect(rates.status == 2)
    #expect(rates.errors.contains("other.wav has 44100 Hz and main.wav 48000 Hz"))
    #expect(scratch.names.contains("b.wav") == false)
  }

  @Test func theEndOfARunSaysLengthTailAndPeak() throws {
    try scratch.makeSound("in.wav", impulse(4_800), encoding: .f32)
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain -6dB -> delay 100ms")
    #expect(run.errors == "out.wav: 0.200 s (9600 frames, 0.100 s of it tail), peak -6.0 dBFS\n")
    #expect(try scratch.sound("out.wav").frameCount == 9_600)
    let quiet = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain -6dB", "--force", "--quiet")
    #expect(quiet.status == 0)
    #expect(quiet.errors == "")
    #expect(quiet.output.isEmpty)
  }
}
