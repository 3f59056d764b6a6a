import Foundation
import Talea
import Testing

/// What happens to samples on their way into a file.
@Suite("samples in files") struct SampleTests {
  let scratch = Scratch()

  @Test func clippedSamplesAreCountedAndTheFirstIsNamed() throws {
    var channels = constant(0.25, 1_000)
    channels[0][600] = 0.75
    channels[0][700] = -0.75
    try scratch.makeSound("in.wav", channels, encoding: .s16)
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain 6dB")
    #expect(run.status == 0)
    #expect(run.errors.contains("warning: out.wav: 2 samples clipped, the first at 0.013 s (frame 600)"))
    #expect(run.errors.contains("peak +3.5 dBFS"))
    let float = scratch.talea("process", "in.wav", "float.wav", "--chain", "gain 6dB", "--encoding", "f32")
    #expect(!float.errors.contains("clipped"))
    let unclipped = try scratch.sound("float.wav").channels[0][600]
    #expect(abs(unclipped - 1.4964) < 1e-3)
  }

  @Test func sixteenBitOutputIsDitheredWhereThePatchComputes() throws {
    // A third of a step: without dither it would vanish.
    let level: Float = 1 / 3 / 32_768
    try scratch.makeSound("in.wav", constant(level * 2, 100_000), encoding: .f32)
    let chain = "gain -6.020599913279624dB"
    #expect(
      scratch.talea("process", "in.wav", "plain.wav", "--chain", chain, "--encoding", "s16", "--dither", "none").status == 0)
    #expect(try scratch.sound("plain.wav").channels[0].allSatisfy { $0 == 0 })
    #expect(scratch.talea("process", "in.wav", "a.wav", "--chain", chain, "--encoding", "s16").status == 0)
    #expect(scratch.talea("process", "in.wav", "b.wav", "--chain", chain, "--encoding", "s16", "--block", "77").status == 0)
    #expect(scratch.data("a.wav") == scratch.data("b.wav"))
    let samples = try scratch.sound("a.wav").channels[0].map { Double($0) * 32_768 }
    let mean = samples.reduce(0, +) / Double(samples.count)
    // Triangular dither and rounding have a standard deviation of half a step; five deviations of the mean.
    #expect(abs(mean - 1.0 / 3) < 5 * 0.5 / Double(samples.count).squareRoot())
    #expect(scratch.talea("process", "in.wav", "wide.wav", "--chain", chain, "--encoding", "s24").status == 0)
    #expect(Set(try scratch.sound("wide.wav").channels[0]).count == 1)
  }

  @Test(arguments: [SampleEncoding.f64, .s32]) func samplesFinerThanFloat32AreNotedOnce(encoding: SampleEncoding) throws {
    try scratch.makeSound("a.wav", noise(1_000), encoding: encoding)
    try scratch.makeSound("b.wav", noise(1_000), encoding: encoding)
    let run = scratch.talea("process", "a.wav", "b.wav", "--output-dir", "out", "--chain", "gain 0dB")
    #expect(run.status == 0)
    #expect(run.errors.components(separatedBy: "note:").count == 2, "\(run.errors)")
    #expect(run.errors.contains("processed as 32-bit floats"))
    #expect(try scratch.sound("out/a.wav").format.encoding == encoding)
  }

  @Test func samplesThatAreNoNumbersAreNamedAndContained() throws {
    var channels = constant(0.5, 5_000)
    channels[0][2_000] = .nan
    channels[0][4_000] = .infinity
    try scratch.makeSound("in.wav", channels)
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "lowpass 1kHz", "--tail", "none")
    #expect(run.status == 0)
    #expect(run.errors.contains("in.wav: 2 samples are NaN or infinite, the first at frame 2000, channel 1"))
    #expect(run.errors.contains("`in` gave NaN or infinity, first at its frame 2000"))
    let samples = try scratch.sound("out.wav").channels[0]
    #expect(samples.allSatisfy { $0.isFinite })
    #expect(abs(samples[3_900] - 0.5) < 1e-3)
  }

  @Test func twoRunsGiveEqualBytesInEveryLosslessContainer() throws {
    try scratch.makeSound("in.wav", noise(20_000, channels: 2), encoding: .s16)
    for ending in ["wav", "aiff", "flac", "caf", "au", "w64", "rf64"] {
      for name in ["a", "b"] {
        let run = scratch.talea("process", "in.wav", "\(name).\(ending)", "--chain", "gain -1dB")
        #expect(run.status == 0, "\(run.errors)")
      }
      #expect(scratch.data("a.\(ending)") == scratch.data("b.\(ending)"), "\(ending)")
    }
  }
}
