import Foundation
import Talea
import Testing

@Suite("taps") struct TapTests {
  let scratch = Scratch()

  @Test func aTapHoldsWhatLeavesItsNode() throws {
    let channels = noise(20_000, channels: 2)
    try scratch.makeSound("in.wav", channels, encoding: .s16)
    scratch.write(
      "trim = gain -6dB\nlow = lowpass 1kHz\nin -> trim -> low -> delay 20ms -> out\n", to: "p.talea")
    let run = scratch.talea(
      "process", "in.wav", "out.wav", "--patch", "p.talea", "--tap", "trim=trim.wav", "--tap", "low.out=low.flac", "--tap",
      "in=dry.wav", "--encoding", "f32", "--tail", "none")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try scratch.sound("dry.wav").channels == channels)
    #expect(scratch.talea("process", "in.wav", "a.wav", "--chain", "gain -6dB", "--encoding", "f32").status == 0)
    #expect(try scratch.sound("trim.wav").channels == scratch.sound("a.wav").channels)
    #expect(try scratch.sound("trim.wav").format.encoding == .f32)
    #expect(try scratch.sound("low.flac").frameCount == 20_000)
    // `out` is `low` 20 ms later.
    let low = try scratch.sound("low.flac").channels[1], out = try scratch.sound("out.wav").channels[1]
    #expect(zip(low.dropLast(960), out.dropFirst(960)).allSatisfy { abs($0 - $1) < 0x1p-23 })
  }

  @Test func aTapIsAsLongAsTheOutputAtItsOwnRate() throws {
    try scratch.makeSound("in.wav", noise(10_001))
    let run = scratch.talea(
      "process", "in.wav", "out.wav", "--chain", "upsample 2 -> downsample 2 -> gain -1dB", "--tap", "upsample=up.wav", "--tap",
      "gain=gain.wav", "--tail", "none")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try scratch.sound("out.wav").frameCount == 10_001)
    #expect(try scratch.sound("up.wav").frameCount == 20_002)
    #expect(try scratch.sound("up.wav").format.sampleRate == 96_000)
    #expect(try scratch.sound("gain.wav").channels == scratch.sound("out.wav").channels)
  }

  @Test(arguments: [
    ("trin=t.wav", "did you mean `trim`?"), ("trim.left=t.wav", "`trim` has no output named `left`"),
    ("out=t.wav", "`out` is the end of the patch"), ("trim", "a tap is written like NODE=file.wav"),
    ("trim=t.xyz", "the ending '.xyz' names no format"),
  ])
  func aTapThatIsNotThereIsRefused(tap: String, message: String) throws {
    try scratch.makeSound("in.wav", noise(100))
    scratch.write("trim = gain -6dB\nin -> trim -> out\n", to: "p.talea")
    let run = scratch.talea("process", "in.wav", "out.wav", "--patch", "p.talea", "--tap", tap)
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(scratch.names == ["in.wav", "p.talea"])
  }
}
