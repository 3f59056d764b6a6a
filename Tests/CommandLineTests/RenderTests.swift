import Foundation
import Talea
import Testing

@Suite("talea render") struct RenderTests {
  let scratch = Scratch()

  @Test func aGeneratorIsRenderedWithTheAskedLengthRateAndChannels() throws {
    let run = scratch.talea(
      "render", "out.wav", "--chain", "oscillator 1kHz -> gain -6dB", "--duration", "0.5s", "--rate", "44.1kHz", "--channels", "3"
    )
    #expect(run.status == 0, "\(run.errors)")
    let sound = try scratch.sound("out.wav")
    #expect(sound.format.sampleRate == 44_100)
    #expect(sound.format.encoding == .f32)
    #expect(sound.channels.count == 3)
    #expect(sound.frameCount == 22_050)
    #expect(sound.channels[0] == sound.channels[2])
    // The oscillator's own -12 dB and the 6 dB of the gain.
    #expect(abs(sound.channels[0].max()! - 0.1259) < 0.001)
  }

  @Test func whatAGeneratorSetRingingSoundsOn() throws {
    for block in ["1000", "4096"] {
      let run = scratch.talea(
        "render", "out\(block).wav", "--chain", "noise -> delay 100ms feedback=50%", "--duration", "200ms", "--channels", "1",
        "--block", block)
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(scratch.data("out1000.wav") == scratch.data("out4096.wav"))
    let samples = try scratch.sound("out4096.wav").channels[0]
    #expect(samples.count > 9_600 + 48_000)
    #expect(samples.suffix(48_000).allSatisfy { abs($0) < 1e-5 })
    #expect(scratch.talea("render", "none.wav", "--chain", "noise", "--duration", "200ms").status == 0)
    #expect(try scratch.sound("none.wav").frameCount == 9_600)
  }

  @Test func aPatchWithAnInputIsRefused() throws {
    let run = scratch.talea("render", "out.wav", "--chain", "in -> gain 0dB", "--duration", "1s")
    #expect(run.status == 2)
    #expect(run.errors == "error: the patch reads `in`; sound files are played through it with talea process\n")
  }

  @Test func aPatchWithoutAnInputPlaysAsLongAsTheFile() throws {
    try scratch.makeSound("in.wav", noise(1_000))
    scratch.write("oscillator 440Hz -> out", to: "tone.talea")
    let run = scratch.talea("process", "in.wav", "out.wav", "--patch", "tone.talea")
    #expect(run.status == 0)
    #expect(run.errors.contains("note: the patch does not read `in`; it plays as long as in.wav\n"))
    let rendered = scratch.talea(
      "render", "tone.wav", "--patch", "tone.talea", "--duration", "1000 samples", "--rate", "48000", "--channels", "1")
    #expect(rendered.status == 0, "\(rendered.errors)")
    #expect(try scratch.sound("out.wav").channels == scratch.sound("tone.wav").channels)
    let piped = Tool.shell(
      "talea process in.wav - --chain 'in -> out' | talea process - piped.wav --patch tone.talea", in: scratch.path)
    #expect(piped.status == 2)
    #expect(piped.errors.contains("a pipe does not say how long to play"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/piped.wav"))
  }

  @Test func aStreamOfGeneratedSamplesEndsInTime() throws {
    scratch.write("oscillator 440Hz -> out", to: "tone.talea")
    let raw = scratch.talea(
      "render", "-", "--patch", "tone.talea", "--duration", "100ms", "--channels", "2", "--raw", "s24be")
    #expect(raw.status == 0, "\(raw.errors)")
    #expect(raw.output.count == 4_800 * 2 * 3)
    let piped = Tool.shell(
      "talea render - --patch tone.talea --duration 1:00 | talea process - out.wav --chain 'gain -3dB' --end 500ms",
      in: scratch.path)
    #expect(piped.status == 0, "\(piped.errors)")
    #expect(try scratch.sound("out.wav").frameCount == 24_000)
  }
}
