import Foundation
import Talea
import Testing

@Suite("several files") struct BatchTests {
  let scratch = Scratch()

  @Test(arguments: ["1", "3"]) func oneFailureStopsNoOther(jobs: String) throws {
    for (index, name) in ["a.wav", "b.wav", "d.wav"].enumerated() {
      try scratch.makeSound(name, noise(60_000 - 20_000 * index, seed: UInt64(index)), encoding: .s16)
    }
    let run = scratch.talea(
      "process", "a.wav", "b.wav", "missing.wav", "d.wav", "--output-dir", "out", "--chain", "gain -6dB", "--jobs", jobs)
    #expect(run.status == 1)
    // In the order of the inputs, whichever is done first.
    let names = run.errors.split(separator: "\n").map { line in
      line.split(separator: " ").first { $0.hasSuffix(".wav:") }.map(String.init) ?? String(line)
    }
    #expect(names == ["out/a.wav:", "out/b.wav:", "missing.wav:", "out/d.wav:"])
    for (index, name) in ["a.wav", "b.wav", "d.wav"].enumerated() {
      #expect(try scratch.sound("out/\(name)").frameCount == 60_000 - 20_000 * index)
    }
    #expect(!FileManager.default.fileExists(atPath: scratch["out/missing.wav"]))
  }

  @Test func parallelJobsWriteTheBytesOfSingleOnes() throws {
    let names = (0..<6).map { "\($0).wav" }
    for (index, name) in names.enumerated() {
      try scratch.makeSound(name, noise(30_000, channels: 1 + index % 2, seed: UInt64(index)), rate: 44_100 + 100 * index)
    }
    let chain = "lowpass 2kHz -> delay 50ms feedback=30%"
    for (directory, jobs) in [("one", "1"), ("many", "4")] {
      let run = Tool.run(
        ["process"] + names + ["--output-dir", directory, "--jobs", jobs, "--chain", chain], in: scratch.path)
      #expect(run.status == 0, "\(run.errors)")
    }
    for name in names { #expect(scratch.data("one/\(name)") == scratch.data("many/\(name)")) }
  }

  @Test func namesFollowTheInputsAndTheFormat() throws {
    try FileManager.default.createDirectory(atPath: scratch["deep"], withIntermediateDirectories: true)
    try scratch.makeSound("deep/a.b.wav", noise(100), encoding: .s16)
    try scratch.makeSound("c.wav", noise(100), encoding: .s16)
    let run = scratch.talea("process", "deep/a.b.wav", "c.wav", "--output-dir", "out/", "--format", "flac", "--chain", "gain 0dB")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["out"]).sorted() == ["a.b.flac", "c.flac"])
    #expect(try scratch.sound("out/c.flac").format.container == .flac)
  }

  @Test func inputsThatWouldShareAnOutputAreRefused() throws {
    try FileManager.default.createDirectory(atPath: scratch["x"], withIntermediateDirectories: true)
    try scratch.makeSound("x/a.wav", noise(100))
    try scratch.makeSound("a.wav", noise(100))
    let run = scratch.talea("process", "x/a.wav", "a.wav", "--output-dir", "out", "--chain", "gain 0dB")
    #expect(run.status == 2)
    #expect(run.errors == "error: x/a.wav and a.wav would both become out/a.wav\n")
    let same = scratch.talea("process", "a.wav", "--output-dir", ".", "--chain", "gain 0dB")
    #expect(same.status == 2)
    #expect(same.errors == "error: ./a.wav is an input and an output; --force replaces it\n")
  }

  @Test func aMistakeThatStopsSeveralFilesIsShownOnce() throws {
    for name in ["a.wav", "b.wav"] { try scratch.makeSound(name, noise(100), rate: 8_000) }
    try scratch.makeSound("c.wav", noise(100), rate: 48_000)
    let run = scratch.talea(
      "process", "a.wav", "b.wav", "c.wav", "--output-dir", "out", "--chain", "lowpass 10kHz", "--jobs", "1")
    #expect(run.status == 2)
    #expect(run.errors.components(separatedBy: "Nyquist").count == 2, "\(run.errors)")
    #expect(run.errors.contains("error: b.wav: the same mistake stops it"))
    #expect(run.errors.contains("out/c.wav: "))
  }
}
