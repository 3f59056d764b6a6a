import Foundation
import Talea
import Testing

/// Files that patches name, from the command line.
@Suite("sound files in patches") struct ConvolveTests {
  private let scratch = Scratch()

  /// The response lies beside the patch, not in the working directory.
  @Test func areFoundBesideThePatchInTextJSONAndChains() throws {
    try FileManager.default.createDirectory(atPath: scratch["rooms"], withIntermediateDirectories: true)
    try scratch.makeSound("rooms/echo.wav", [(0..<1_000).map { $0 == 999 ? 0.5 : 0 }])
    try scratch.makeSound("in.wav", impulse(2_000, at: 100))
    scratch.write("in -> convolve \"echo.wav\" -> out\n", to: "rooms/echo.talea")
    #expect(scratch.talea("convert", "rooms/echo.talea", "rooms/echo.json").status == 0)
    let patches = [
      ["--patch", "rooms/echo.talea"], ["--patch", "rooms/echo.json"], ["--chain", "convolve \"rooms/echo.wav\""],
      ["--chain", "convolve \"rooms/echo.wav\" latency=1024"],
    ]
    for (index, patch) in patches.enumerated() {
      let run = Tool.run(["process", "in.wav", "out\(index).wav"] + patch, in: scratch.path)
      #expect(run.status == 0, "\(run.errors)")
      let output = try scratch.sound("out\(index).wav").channels[0]
      #expect(abs(output[1_099] - 0.5) < 1e-6 && output.count >= 2_999)
    }
  }

  @Test func thatCannotBeUsedAreToldWithTheirPlace() throws {
    try scratch.makeSound("bad.wav", [[0, 1, .nan, 0]])
    scratch.write("", to: "empty.wav")
    scratch.write("this is a text\n", to: "text.wav")
    for (file, reason) in [
      ("none.wav", "there is no such file"), ("bad.wav", "frame 2 of channel 1 is not a finite number"),
      ("empty.wav", "the file is empty"), ("text.wav", "this is a text file"),
    ] {
      scratch.write("in -> convolve \"\(file)\" -> out\n", to: "p.talea")
      let run = scratch.talea("check", "p.talea")
      #expect(run.status != 0 && run.errors.contains("the sound file `\(file)` cannot be used: \(reason)"), "\(run.errors)")
      #expect(run.errors.contains("p.talea:1:16"), "\(run.errors)")
    }
  }
}
