import Foundation
import Glibc
import Talea
import Testing

@Suite("outputs") struct OutputTests {
  let scratch = Scratch()

  init() throws { try scratch.makeSound("in.wav", noise(10_000), encoding: .s16) }

  @Test func anExistingFileNeedsForceAndKeepsItsMode() throws {
    scratch.write("precious", to: "out.wav")
    chmod(scratch["out.wav"], 0o640)
    let refused = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain 0dB")
    #expect(refused.status == 2)
    #expect(refused.errors == "error: out.wav: the file exists; --force replaces it\n")
    #expect(scratch.data("out.wav") == Data("precious".utf8))
    #expect(scratch.talea("process", "in.wav", "out.wav", "--chain", "gain 0dB", "--force").status == 0)
    #expect(try scratch.sound("out.wav").frameCount == 10_000)
    var status = stat()
    stat(scratch["out.wav"], &status)
    #expect(status.st_mode & 0o7777 == 0o640)
  }

  @Test func theInputIsReplacedOnlyWhenForced() throws {
    let before = scratch.data("in.wav")
    symlink("in.wav", scratch["same.wav"])
    link(scratch["in.wav"], scratch["hard.wav"])
    for name in ["in.wav", "same.wav", "./in.wav", "hard.wav"] {
      let run = scratch.talea("process", "in.wav", name, "--chain", "gain -6dB", "--encoding", "f32")
      #expect(run.status == 2)
      #expect(run.errors == "error: \(name) is an input and an output; --force replaces it\n")
    }
    #expect(scratch.data("in.wav") == before)
    #expect(scratch.talea("process", "in.wav", "expected.wav", "--chain", "gain -6dB").status == 0)
    #expect(scratch.talea("process", "in.wav", "same.wav", "--chain", "gain -6dB", "--force").status == 0)
    #expect(scratch.data("in.wav") == scratch.data("expected.wav"))
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: scratch["same.wav"])) == "in.wav")
  }

  @Test func devicesAreWrittenAndStay() throws {
    let null = scratch.talea("process", "in.wav", "/dev/null", "--chain", "gain -6dB")
    #expect(null.status == 0, "\(null.errors)")
    let full = scratch.talea("process", "in.wav", "/dev/full", "--chain", "gain -6dB")
    #expect(full.status == 1)
    #expect(full.errors.contains("error: /dev/full: no space left on the disk"))
    let toFull = Tool.shell("talea process in.wav - --chain 'gain -6dB' > /dev/full", in: scratch.path)
    #expect(toFull.status == 1)
    #expect(toFull.errors.contains("error: standard output: no space left on the disk"))
    for device in ["/dev/null", "/dev/full"] {
      var status = stat()
      #expect(stat(device, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
    #expect(scratch.names == ["in.wav"])
  }

  @Test func aFailureLeavesNoFileBehind() throws {
    let limited = Tool.shell("ulimit -f 4; talea process in.wav out.wav --encoding f64 --chain 'gain 0dB'", in: scratch.path)
    #expect(limited.status == 1)
    #expect(limited.errors.contains("error: out.wav: the file grew beyond what the system allows"))
    let nowhere = scratch.talea("process", "in.wav", "no/out.wav", "--chain", "gain 0dB")
    #expect(nowhere.status == 1)
    #expect(nowhere.errors == "error: no/out.wav: there is no directory no; make it first\n")
    let tap = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain 0dB", "--tap", "gain=/dev/full")
    #expect(tap.status == 1)
    #expect(scratch.names == ["in.wav"])
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func aSignalRemovesWhatIsHalfWritten(signal: Int32, status: Int) throws {
    #expect(mkfifo(scratch["slow"], 0o600) == 0)
    scratch.write("keep", to: "out.wav")
    let started = Tool.start(
      [
        Tool.path, "process", "slow", "out.wav", "--force", "--raw", "s16le:48000:2", "--chain", "gain 0dB", "--tap",
        "gain=tap.wav",
      ],
      in: scratch.path)
    // Opens once the program reads; as long as it stays open the input does not end.
    let writer = open(scratch["slow"], O_WRONLY | O_CLOEXEC)
    let samples = [UInt8](repeating: 1, count: 40_000)
    #expect(write(writer, samples, samples.count) == samples.count)
    for _ in 0..<500 where scratch.names.count(where: { $0.hasSuffix(".partial") }) < 2 { usleep(10_000) }
    #expect(scratch.names.count { $0.hasSuffix(".partial") } == 2)
    kill(started.process, signal)
    let run = Tool.finish(started)
    close(writer)
    #expect(run.status == Int32(status))
    #expect(scratch.names == ["in.wav", "out.wav", "slow"])
    #expect(scratch.data("out.wav") == Data("keep".utf8))
  }

  @Test func unreadableInputsAreNamedWithTheirTrouble() throws {
    scratch.write("", to: "empty.wav")
    scratch.write("in -> out\n", to: "text.wav")
    mkdir(scratch["folder"], 0o755)
    try scratch.makeSound("nothing.wav", [[]])
    for (name, trouble) in [
      ("none.wav", "there is no such file"), ("empty.wav", "the file is empty"), ("text.wav", "this is a text file"),
      ("folder", "this is a directory"), ("nothing.wav", "0 frames"),
    ] {
      let run = scratch.talea("process", name, "out.wav", "--chain", "gain 0dB")
      #expect(run.status == 1, "\(name)")
      #expect(run.errors.hasPrefix("error: \(name): "), "\(run.errors)")
      #expect(run.errors.contains(trouble), "\(run.errors)")
    }
    #expect(!scratch.names.contains("out.wav"))
  }

  @Test func aHeaderThatPromisesTooMuchIsAWarning() throws {
    let whole = scratch.data("in.wav")
    try whole.prefix(whole.count - 8_001).write(to: URL(fileURLWithPath: scratch["cut.wav"]))
    let run = scratch.talea("process", "cut.wav", "out.wav", "--chain", "in -> out")
    #expect(run.status == 0)
    #expect(run.errors.contains("warning: cut.wav: the header announces 10000 frames, and the audio ends at frame 5999"))
    #expect(try scratch.sound("out.wav").frameCount == 5_999)
    let piped = Tool.shell("cat cut.wav | talea process - out2.wav --chain 'in -> out'", in: scratch.path)
    #expect(piped.errors.contains("warning: standard input: the header announces 10000 frames"))
  }

  @Test func messagesNeverGoIntoAnOutputWhereStandardErrorIsClosed() throws {
    #expect(scratch.talea("process", "in.wav", "expected.wav", "--chain", "gain 9dB").status == 0)
    let run = Tool.shell(
      "talea process - out.wav --chain 'gain 9dB' < in.wav 2>&-; talea process in.wav - --chain 'gain 9dB' >&-", in: scratch.path)
    #expect(run.status == 1)
    #expect(run.errors.contains("standard output: writing failed"))
    #expect(scratch.data("out.wav") == scratch.data("expected.wav"))
  }

  @Test func twoOutputsCannotShareAFile() throws {
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain 0dB", "--tap", "gain=out.wav")
    #expect(run.status == 2)
    #expect(run.errors == "error: out.wav would be written twice; give the tap a file of its own\n")
  }
}
