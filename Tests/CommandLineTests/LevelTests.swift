import Foundation
import Talea
import Testing

@Suite("--normalize and --loudness") struct LevelTests {
  let scratch = Scratch()

  init() throws { try scratch.makeSound("in.wav", noise(96_000, channels: 2, amplitude: 0.1)) }

  func measure(_ name: String) throws -> MeasureSet {
    let sound = try scratch.sound(name)
    let measures = MeasureSet(sampleRate: sound.format.sampleRate, channelCount: sound.channels.count)
    let buffer = PlanarBuffer(channels: sound.channels.count, frames: sound.frameCount)
    for (channel, samples) in sound.channels.enumerated() {
      for (n, sample) in samples.enumerated() { buffer.mutable[channel][n] = sample }
    }
    measures.add(buffer.constant, frameCount: sound.frameCount)
    measures.finish()
    return measures
  }

  @Test(arguments: [("-1dBTP", true), ("-3.5dBFS", false), ("-6dB", false), ("+2dBTP", true)])
  func thePeakComesToTheLevel(level: String, isTruePeak: Bool) throws {
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "lowpass 8kHz", "--normalize", level)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains(", gain "))
    let measures = try measure("out.wav")
    let peak = Math.decibels(amplitude: Double(isTruePeak ? measures.truePeak.peak : measures.statistics.peak))
    #expect(abs(peak - Double(level.prefix { !$0.isLetter })!) < 1e-4, "\(peak)")
  }

  @Test func theLoudnessComesToTheLevel() throws {
    let run = scratch.talea(
      "process", "in.wav", "out.wav", "--chain", "lowpass 8kHz", "--loudness", "-23LUFS", "--max-true-peak", "-1dBTP")
    #expect(run.status == 0, "\(run.errors)")
    #expect(abs(try measure("out.wav").loudness.integrated + 23) < 1e-4)
    #expect(!run.errors.contains("ceiling"))
  }

  @Test func theCeilingStandsInTheWay() throws {
    let run = scratch.talea(
      "process", "in.wav", "out.wav", "--chain", "gain 0dB", "--loudness", "-2LUFS", "--max-true-peak", "-1dBTP")
    #expect(run.status == 0, "\(run.errors)")
    let measures = try measure("out.wav")
    #expect(abs(Math.decibels(amplitude: Double(measures.truePeak.peak)) + 1) < 1e-4)
    #expect(
      run.errors.contains("loudness \(String(format: "%.1f", measures.loudness.integrated)) LUFS at the true peak's ceiling"))
  }

  /// Apart from the gain the second pass is the only one: same bytes for every block, taps untouched.
  @Test func theRestOfTheRenderingIsTheSame() throws {
    for block in ["64", "4096"] {
      let run = scratch.talea(
        "process", "in.wav", "out\(block).wav", "--chain", "delay 10ms feedback=50% -> gain -3dB", "--normalize", "-1dBTP",
        "--tap", "delay=tap\(block).wav", "--block", block)
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(scratch.data("out64.wav") == scratch.data("out4096.wav"))
    #expect(scratch.data("tap64.wav") == scratch.data("tap4096.wav"))
    #expect(scratch.talea("process", "in.wav", "plain.wav", "--chain", "delay 10ms feedback=50% -> gain -3dB").status == 0)
    let plain = try scratch.sound("plain.wav").channels[0], out = try scratch.sound("out64.wav").channels[0]
    #expect(plain.count == out.count)
    let loudest = plain.indices.max { abs(plain[$0]) < abs(plain[$1]) }!
    let gain = out[loudest] / plain[loudest]
    #expect(zip(plain, out).allSatisfy { abs($0 * gain - $1) < 1e-6 })
  }

  @Test func whatIsGeneratedComesToTheLevelToo() throws {
    let run = scratch.talea(
      "render", "tone.wav", "--chain", "oscillator 1kHz", "--duration", "2s", "--normalize", "-3dBFS", "--channels", "1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(abs(try measure("tone.wav").statistics.peak - 0.70795) < 1e-4)
  }

  @Test func aSoundWithoutALevelIsRefusedAndLeavesNoFile() throws {
    try scratch.makeSound("silence.wav", constant(0, 48_000))
    for (option, level) in [("--normalize", "-1dBTP"), ("--normalize", "-1dB"), ("--loudness", "-16LUFS")] {
      let run = scratch.talea("process", "silence.wav", "out.wav", "--chain", "gain 0dB", option, level)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: silence.wav: the output "), "\(run.errors)")
    }
    #expect(!scratch.names.contains("out.wav"))
  }

  @Test func aPipeCannotBeReadTwice() {
    let run = Tool.shell("cat in.wav | talea process - out.wav --chain 'gain 0dB' --normalize -1dB", in: scratch.path)
    #expect(run.status == 2)
    #expect(run.errors.contains("can be read only once"))
  }

  @Test(arguments: [
    ["--normalize", "-1Hz"], ["--loudness", "-16dB"], ["--max-true-peak", "-1dBTP"], ["--normalize", "loud"],
    ["--normalize", "-1dB", "--loudness", "-16LUFS"],
  ]) func wrongLevelsAreRefused(arguments: [String]) {
    let run = Tool.run(["process", "in.wav", "out.wav", "--chain", "gain 0dB"] + arguments, in: scratch.path)
    #expect(run.status == 2 && run.errors.hasPrefix("error: "), "\(run.errors)")
    #expect(scratch.names == ["in.wav"])
  }
}
