import PatchLanguage
import Signal
import Testing

@Suite("Settings from outside") struct SettingTests {
  private let graph: Graph

  init() throws {
    graph = try resolved(
      """
      control feedback = 45% in 0%..95%
      control tone = 2kHz in 200Hz..12kHz
      let size = 2
      def room(decay=2s, wet=30%) { in -> reverb decay=decay mix=(wet * 0.5) -> out }
      bands = eq { highpass 80Hz; mid: peak 1kHz -3dB }
      sweep = lfo 1Hz from=100Hz to=1kHz
      wah = lowpass
      plate = room wet=$feedback
      echo = delay 20 samples
      in -> bands -> lowpass $tone order=size -> wah -> plate -> echo -> gain $feedback -> out
      sweep -> wah.cutoff
      """
    ).graph
  }

  private func told(_ address: String, _ literal: String) -> String {
    do {
      _ = try graph.setting("\(address)=\(literal)", name: "--set")
      return ""
    } catch {
      return render(error)
    }
  }

  @Test func controlsAndParametersAreFoundByAddress() throws {
    func setting(_ address: String, _ literal: String) throws -> (String, Setting.Value) {
      let setting = try graph.setting("\(address)=\(literal)", name: "--set")
      switch setting.target {
      case .control(let index): return (graph.controls[index].address, setting.value)
      case .parameter(let actor, let index):
        return ("\(graph.actors[actor].address) \(graph.actors[actor].parameters[index].name)", setting.value)
      }
    }
    #expect(try setting("feedback", "60%") == ("feedback", .base(0.6)))
    #expect(try setting("plate.decay", "3s") == ("plate.decay", .base(3)))
    #expect(try setting("bands.2.gain", "-6dB") == ("bands mid.gain", .base(-6)))
    #expect(try setting("bands.mid.frequency", "1.5kHz") == ("bands mid.frequency", .base(1500)))
    #expect(try setting("echo.time", "(60s / 120)") == ("echo time", .base(0.5)))
    #expect(try setting("echo.time", "48 samples") == ("echo time", .samples(48)))
    #expect(graph.settableAddresses.prefix(4) == ["feedback", "tone", "plate.decay", "bands.1.cutoff"])
  }

  @Test func whatFollowsSomethingElseNamesWhatToSet() {
    #expect(
      told("gain.level", "0dB") == """
        error: `gain.level` follows `feedback`
          --> --set:1:1
           |
         1 | gain.level=0dB
           | ^^^^^^^^^^
           = help: set `feedback` instead

        """)
    #expect(told("plate.wet", "10%").contains("`plate.wet` follows `feedback`"))
    #expect(told("plate.reverb.mix", "10%").contains("help: set `feedback` instead"))
    #expect(told("wah.cutoff", "1kHz").contains("`wah.cutoff` is driven by a signal"))
    #expect(told("lowpass.order", "3").contains("`order` shapes the graph and stays as it is while it runs"))
  }

  @Test func mistakesAreToldAsInAPatch() {
    #expect(told("plate.dekay", "3s").contains("help: did you mean `plate.decay`?"))
    #expect(
      told("tone", "20kHz") == """
        error: `tone` takes 200Hz..12kHz, not 20kHz
          --> --set:1:6
           |
         1 | tone=20kHz
           |      ^^^^^

        """)
    #expect(told("tone", "3").contains("help: did you mean `3Hz` or `3kHz`?"))
    #expect(told("tone", "3khz").contains("help: did you mean `3kHz`?"))
    #expect(told("tone", "3s").contains("`tone` takes a frequency, not a time"))
    #expect(told("tone", "").contains("a setting is a target, `=` and a value"))
    #expect(told("bands", "1kHz").contains("`bands` is a node; what can be set are its parameters"))
    #expect(told("tone", "1kHz 2").contains("unexpected `2` after the value"))
    #expect(told("plate.decay", "3 samples").contains("`plate.decay` cannot be counted in samples"))
    #expect(told("tone", "$feedback").contains("there is no control named `feedback`"))
  }

  @Test func aLineOfAnAutomationFileIsShownWhereItStands() {
    let source = Source(name: "moves.txt", text: "# moves\n1.5s tone 99kHz\n")
    do {
      _ = try graph.setting(
        target: SourceSpan(source: 0, start: 13, end: 17), value: SourceSpan(source: 0, start: 18, end: 23), in: source)
      Issue.record("accepted")
    } catch {
      #expect(
        render(error) == """
          error: `tone` takes 200Hz..12kHz, not 99kHz
            --> moves.txt:2:11
             |
           2 | 1.5s tone 99kHz
             |           ^^^^^

          """)
    }
  }
}
