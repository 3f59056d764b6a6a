import Foundation
import Testing

/// What `talea live` shows on a terminal, and the keys that it takes; `script` gives it one.
@Suite("terminal view", .serialized) struct LiveViewTests {
  private func run(_ scratch: Scratch, keys: String, _ arguments: String) -> Run {
    Tool.shell(
      "(\(keys)) | timeout 30 script -qec 'stty cols 90 rows 30; talea live \(arguments)' /dev/null", in: scratch.path,
      environment: ["TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1"])
  }

  @Test func keysTurnMuteAndQuit() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", constant(0.5, 48_000 * 30))
    scratch.write("g = gain 0dB\nf = lowpass 20kHz order=1\nin -> g -> f -> out\n", to: "p.talea")
    let run = run(
      scratch,
      keys: #"sleep 1; printf '\033[D\033[D'; sleep 0.7; printf 'm'; sleep 0.5; printf '\033[B\033OD'; sleep 0.3; printf q"#,
      "p.talea -i in.wav -o out.wav --socket none")
    #expect(run.status == 0, "\(run.errors)")
    let text = run.outputText
    #expect(text.contains("in.wav -> out.wav  48000 Hz"))
    // 0.5 is 6 dB below full scale: nine tenths of a scale of 60 dB. Peak and root mean square are one.
    #expect(text.contains("in 1   ██████") && text.contains("│") && text.contains("   -6.0"))
    #expect(text.contains("> g.level") && text.contains("-2.4dB") && text.contains("muted") && text.contains("no incidents"))
    #expect(text.contains("> f.cutoff"), "the second knob was chosen")
    #expect(text.contains("\u{1B}[?25l") && text.contains("\u{1B}[?25h"), "the cursor comes back")
    #expect(text.contains("played 0:0") && !text.contains("0:30"), "it ended when told to")
    let output = try scratch.sound("out.wav").channels[0]
    // The filter leaves a constant alone.
    #expect(output.contains { abs($0 - 0.5 * Float(pow(10, -2.4 / 20))) < 1e-4 })
    #expect(output.suffix(4_800).allSatisfy { $0 == 0 })
  }

  @Test func withoutATerminalThereAreLinesAlone() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", constant(0.5, 24_000))
    for more in [[], ["--log", "json"]] {
      let run = Tool.run(["live", "gain 0dB", "-i", "in.wav", "-o", "none", "--socket", "none"] + more, in: scratch.path)
      #expect(run.status == 0 && !run.errors.contains("\u{1B}") && !run.errors.contains("choose"), "\(run.errors)")
    }
    let plain = run(scratch, keys: "sleep 1", "\"gain 0dB\" -i in.wav -o none --socket none --no-view")
    #expect(plain.status == 0 && !plain.outputText.contains("choose"), "\(plain.outputText)")
  }
}
