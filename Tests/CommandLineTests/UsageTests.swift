import Foundation
import Glibc
import Talea
import Testing

@Suite("usage") struct UsageTests {
  let scratch = Scratch()

  init() throws { try scratch.makeSound("in.wav", noise(1_000), encoding: .s16) }

  @Test(arguments: [
    ["process", "in.wav", "out.wav"], ["process", "in.wav", "--chain", "gain 0dB"], ["process", "--bogus"], ["bogus"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--patch", "p.talea"],
    ["process", "in.wav", "out.wav", "--chain", "gain 3"], ["process", "in.wav", "out.wav", "--chain", "nosuch"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--format", "nosuch"],
    ["process", "in.wav", "out.xyz", "--chain", "gain 0dB"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--start", "3Hz"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--rate", "48"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--rate", "44.1"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--block", "0"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--tail", "soon"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--dither", "much"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--jobs", "0"],
    ["process", "in.wav", "out.wav", "--chain", "gain 0dB", "--input", "side"],
    ["process", "in.wav", ".", "--chain", "gain 0dB"], ["process", "in.wav", "", "--chain", "gain 0dB"],
    ["render", "", "--chain", "noise", "--duration", "1s"], ["render", "out.wav", "--chain", "noise"],
  ])
  func aWrongCommandLineIsStatus2AndSaysWhy(arguments: [String]) {
    let run = Tool.run(arguments, in: scratch.path)
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("error: "), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(scratch.names == ["in.wav"])
  }

  @Test func helpAndVersionGoToStandardOutput() {
    for arguments in [["--help"], ["process", "--help"], ["render", "-h"]] {
      let run = Tool.run(arguments, in: scratch.path)
      #expect(run.status == 0)
      #expect(run.outputText.contains("USAGE: talea"))
      #expect(run.errors == "")
    }
    #expect(scratch.talea("--version").outputText == Talea.version + "\n")
  }

  @Test func aMissingPatchFileIsNamed() {
    let run = scratch.talea("process", "in.wav", "out.wav", "--patch", "no.talea")
    #expect(run.status == 1)
    #expect(run.errors == "error: no.talea: there is no such file\n")
  }

  @Test func everyMistakeOfAPatchIsShownWithItsPlace() {
    scratch.write("a = gain 3\nb = lowpas 1kHz\nin -> a -> b -> out\n", to: "p.talea")
    let run = scratch.talea("process", "in.wav", "out.wav", "--patch", "p.talea")
    #expect(run.status == 2)
    for text in ["p.talea:1:10", "p.talea:2:5", "did you mean `lowpass`?", "2 errors"] {
      #expect(run.errors.contains(text), "\(run.errors)")
    }
  }

  @Test(arguments: [
    "talea process in.wav out.wav --chain gain -3dB -> reverb",
    "talea process in.wav out.wav --chain lowpass 3kHz -> reverb decay=2s",
    "talea process --chain lowpass -> reverb in.wav out.wav",
    "talea process in.wav --output-dir d --chain lowpass -> reverb mix=20%",
    "talea process in.wav out.wav --chain=lowpass -> reverb",
  ])
  func aForgottenQuoteGetsAHintAndLeavesNoFile(command: String) {
    let run = Tool.shell(command, in: scratch.path)
    #expect(run.status == 2)
    #expect(run.errors.contains("hint: a chain goes in quotes"), "\(run.errors)")
    #expect(run.errors.contains("the empty file `reverb` that the shell made for it was removed"))
    #expect(!scratch.names.contains("reverb"))
    #expect(!scratch.names.contains("out.wav"))
  }

  @Test func aFileThatTheShellEmptiedIsNotRemoved() {
    scratch.write("old", to: "reverb")
    usleep(20_000)
    let run = Tool.shell("talea process in.wav out.wav --chain gain -3dB -> reverb", in: scratch.path)
    #expect(run.errors.contains("the shell sent the output to the file `reverb`"))
    #expect(scratch.names.contains("reverb"))
  }

  @Test func aQuotedChainGetsNoHint() {
    let run = scratch.talea("process", "in.wav", "out.wav", "--chain", "gain 3 -> lowpass")
    #expect(run.status == 2)
    #expect(!run.errors.contains("hint:"))
  }

  /// What the program writes to a terminal while it works for a second or so.
  private func onTerminal(_ arguments: [String]) throws -> String {
    // The calls of the C library for this are not in Swift's Glibc; these are the kernel's (man 4 pts).
    let main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var lock: Int32 = 0
    var number: Int32 = -1
    #expect(ioctl(main, 0x4004_5431, &lock) == 0 && ioctl(main, 0x8004_5430, &number) == 0)
    let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    setenv("TERM", "xterm", 1)
    let started = Tool.start([Tool.path] + arguments, in: scratch.path, errors: terminal)
    close(terminal)
    var text = Data()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while case let count = read(main, &buffer, buffer.count), count > 0 { text.append(contentsOf: buffer[..<count]) }
    close(main)
    #expect(Tool.finish(started).status == 0)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func progressIsShownOnATerminalAndOnlyThere() throws {
    // Long enough to be worth a bar: more than half a second of work.
    try scratch.makeSound("long.wav", noise(1_920_000), encoding: .s16)
    let chain = Array(repeating: "freeverb -> gain -20dB", count: 60).joined(separator: " -> ")
    let arguments = ["process", "long.wav", "out.wav", "--chain", chain, "--tail", "none", "--force"]
    let shown = try onTerminal(arguments)
    #expect(shown.contains("long.wav  [#"), "\(shown)")
    #expect(shown.contains("% "))
    #expect(shown.contains(" left"))
    #expect(try onTerminal(arguments + ["--quiet"]) == "")
    let piped = Tool.run(arguments, in: scratch.path)
    #expect(!piped.errors.contains("["))
    #expect(!piped.errors.contains("\u{1B}"))
  }
}
