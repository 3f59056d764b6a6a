import Foundation
import Glibc
import Talea
import Testing

@Suite("pipes") struct StreamTests {
  let scratch = Scratch()
  let chain = "lowpass 2kHz -> delay 10ms mix=40%"

  /// The samples of a WAV or raw stream, read as the program reads its standard input.
  func decoded(_ stream: Data, _ raw: String? = nil) throws -> [[Float]] {
    let name = "stream-\(stream.count)"
    let options = raw.map { ["--raw", $0] } ?? []
    let run = Tool.run(
      ["process", "-", name, "--format", "wav", "--encoding", "f32", "--chain", "in -> out", "--force"] + options,
      in: scratch.path, input: stream)
    #expect(run.status == 0, "\(run.errors)")
    return try scratch.sound(name).channels
  }

  @Test(arguments: [SampleEncoding.s16, .s24, .f32]) func aPipeCarriesTheSamplesThatAFileHolds(encoding: SampleEncoding) throws {
    try scratch.makeSound("in.wav", noise(50_000, channels: 2), encoding: encoding)
    #expect(scratch.talea("process", "in.wav", "out.wav", "--chain", chain).status == 0)
    let expected = try scratch.sound("out.wav").channels
    let toPipe = scratch.talea("process", "in.wav", "-", "--chain", chain)
    #expect(toPipe.status == 0, "\(toPipe.errors)")
    #expect(try decoded(toPipe.output) == expected)
    let both = Tool.shell("cat in.wav | talea process - - --chain '\(chain)' | cat > piped.wav", in: scratch.path)
    #expect(both.status == 0, "\(both.errors)")
    #expect(scratch.data("piped.wav").dropFirst(8).prefix(4) == Data("WAVE".utf8))
    #expect(try decoded(scratch.data("piped.wav")) == expected)
  }

  @Test func aPipelineOfTwoIsTheTwoInARow() throws {
    try scratch.makeSound("in.wav", noise(30_000), encoding: .f32)
    let pipeline = Tool.shell(
      "talea process in.wav - --chain 'highpass 200Hz' --tail none | talea process - out.wav --chain 'lowpass 2kHz' --tail none",
      in: scratch.path)
    #expect(pipeline.status == 0, "\(pipeline.errors)")
    #expect(
      scratch.talea("process", "in.wav", "one.wav", "--chain", "highpass 200Hz -> lowpass 2kHz", "--tail", "none").status == 0)
    #expect(try scratch.sound("out.wav").channels == scratch.sound("one.wav").channels)
  }

  @Test func rawSamplesGoInAndOut() throws {
    let channels = noise(4_000, channels: 2)
    try scratch.makeSound("in.raw", channels, encoding: .s16, container: .raw)
    let bytes = scratch.data("in.raw")
    #expect(bytes.count == 4_000 * 2 * 2)
    let through = scratch.talea("process", "-", "-", "--raw", "s16le:48000:2", "--chain", "in -> out", input: bytes)
    #expect(through.status == 0, "\(through.errors)")
    #expect(through.output == bytes)
    let big = scratch.talea("process", "in.raw", "-", "--raw", "s16:48000:2", "--chain", "in -> out", "--format", "wav")
    #expect(try decoded(big.output) == channels)
    let file = scratch.talea("process", "-", "out.wav", "--raw", "s16le:44100:2", "--chain", "in -> out", input: bytes)
    #expect(file.status == 0, "\(file.errors)")
    #expect(try scratch.sound("out.wav").format.sampleRate == 44_100)
    #expect(try scratch.sound("out.wav").channels == channels)
    let bad = scratch.talea("process", "-", "out2.wav", "--raw", "s17", "--chain", "in -> out", input: bytes)
    #expect(bad.status == 2)
    #expect(bad.errors.contains("raw format 's17'"))
  }

  @Test func memoryDoesNotGrowWithTheLengthOfAStream() throws {
    // Ten minutes against half a second; the loop and the reverb ring on, taps and conversion run.
    func peak(_ bytes: Int) -> Int {
      let run = Tool.shell(
        "head -c \(bytes) /dev/zero | talea process - /dev/null --raw s16le:48000:2 --rate 44100 --tap gain=/dev/null "
          + "--chain 'gain -3dB -> delay 300ms feedback=50%'", in: scratch.path)
      #expect(run.status == 0, "\(run.errors)")
      return run.peakMemory
    }
    let short = peak(96_000), long = peak(600 * 192_000)
    #expect(long < short + 2_048, "\(short) KiB, then \(long) KiB")
  }

  @Test func aFifoIsWrittenAndStays() throws {
    try scratch.makeSound("in.wav", noise(20_000), encoding: .s16)
    #expect(mkfifo(scratch["pipe"], 0o600) == 0)
    let run = Tool.shell("cat pipe > copy.wav & talea process in.wav pipe --chain 'gain 0dB' && wait", in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try decoded(scratch.data("copy.wav")) == scratch.sound("in.wav").channels)
    #expect(scratch.names == ["copy.wav", "in.wav", "pipe", "stream-\(scratch.data("copy.wav").count)"])
  }

  @Test func aReaderThatLeavesEndsTheProgramQuietly() throws {
    try scratch.makeSound("in.wav", noise(500_000, channels: 2))
    let run = Tool.shell(
      "{ talea process in.wav - --chain 'gain 0dB'; echo $? > status; } | head -c 1000 > head", in: scratch.path)
    #expect(run.errors == "")
    // 128 + SIGPIPE.
    #expect(String(decoding: scratch.data("status"), as: UTF8.self) == "141\n")
  }

  @Test func standardInputFeedsOneInput() throws {
    scratch.write("in -> out:1; in.side -> out:2", to: "two.talea")
    let run = scratch.talea("process", "-", "out.wav", "--patch", "two.talea", "--input", "side=-", input: Data())
    #expect(run.status == 2)
    #expect(run.errors.contains("standard input can feed one input only"))
    let several = scratch.talea("process", "-", "--output-dir", "d", "--chain", "in -> out", input: Data())
    #expect(several.status == 2)
  }
}
