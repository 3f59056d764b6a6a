import Foundation
import Talea
import Testing

@Suite("talea plot") struct PlotTests {
  let scratch = Scratch()

  /// A panel of a picture: the first curve, in the units of its axis, over its place from 0 to 1.
  struct Curve {
    var points: [(place: Double, value: Double)] = []
    func value(at place: Double) -> Double { points.min { abs($0.place - place) < abs($1.place - place) }!.value }
  }

  /// Reads a picture as a program would. Each panel is 220 high from its frame's top, and runs from 70 to 880.
  func curves(_ arguments: String...) throws -> (panels: [String: Curve], text: String) {
    let run = Tool.run(["plot"] + arguments, in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    var panels: [String: Curve] = [:]
    for group in run.outputText.components(separatedBy: "<g ").dropFirst() {
      /// What stands in quotes after a text.
      func quoted(_ start: String) throws -> String {
        let parts = group.components(separatedBy: start + "\"")
        return String(try #require(parts.dropFirst().first).prefix { $0 != "\"" })
      }
      let low = try #require(Double(try quoted("data-low="))), high = try #require(Double(try quoted("data-high=")))
      let top = Double(try quoted("class=\"frame\" d=").split { "MHVz ".contains($0) }[1])!
      let curve = try #require(group.components(separatedBy: "class=\"curve\"").dropFirst().first)
      let path = try #require(curve.components(separatedBy: " d=\"").dropFirst().first).prefix { $0 != "\"" }
      let numbers = path.split { "ML ".contains($0) }.map { Double($0)! }
      panels[try quoted("data-label=")] = Curve(
        points: stride(from: 0, to: numbers.count, by: 2).map {
          ((numbers[$0] - 70) / 810, low + (high - low) * (top + 220 - numbers[$0 + 1]) / 220)
        })
    }
    return (panels, run.outputText)
  }

  /// Where a frequency lies between 20 Hz and 20 kHz.
  func place(_ frequency: Double) -> Double { log(frequency / 20) / log(1_000) }

  @Test func theResponseOfAFilterIsDrawnWhereItIs() throws {
    let panels = try curves("lowpass 1kHz").panels
    let magnitude = try #require(panels["Magnitude"]), phase = try #require(panels["Phase"])
    #expect(abs(magnitude.value(at: place(1_000)) + 3.01) < 0.3)
    #expect(abs(magnitude.value(at: place(50))) < 0.2)
    #expect(abs(magnitude.value(at: place(4_000)) + 24.4) < 0.6)
    #expect(abs(phase.value(at: place(1_000)) + 90) < 2)
    // 2 zeta / w0 at low frequencies, in ms.
    #expect(abs(try #require(panels["Group delay"]).value(at: place(30)) - 0.2251) < 0.01)
  }

  @Test func aDelayHasItsTime() throws {
    let panels = try curves("delay 5ms").panels
    #expect(abs(try #require(panels["Group delay"]).value(at: place(1_000)) - 5) < 0.05)
    #expect(abs(try #require(panels["Magnitude"]).value(at: place(1_000))) < 0.1)
    let impulse = try #require(try curves("delay 5ms", "--impulse").panels["Amplitude"])
    let peak = try #require(impulse.points.max { $0.value < $1.value })
    #expect(abs(peak.value - 1) < 0.02)
  }

  @Test func theStepOfAHighpassFallsBack() throws {
    let step = try #require(try curves("highpass 100Hz order=1", "--step").panels["Amplitude"])
    #expect(abs(step.points[0].value - 1) < 0.03 && abs(step.points.last!.value) < 0.03)
  }

  /// An echo loses 20 log10(0.7) dB every 10 ms, so it takes 0.1937 s for 60 dB.
  @Test func theDecayOfAnEchoNamesItsTime() throws {
    let (panels, text) = try curves("delay 10ms feedback=70%", "--decay")
    let title = try #require(text.firstRange(of: "T60 ").map { text[$0.upperBound...] })
    let seconds = try #require(Double(title.prefix { $0.isNumber || $0 == "." }))
    #expect(abs(seconds - 0.1937) < 0.01, "\(seconds)")
    let energy = try #require(panels["Energy left"])
    #expect(zip(energy.points, energy.points.dropFirst()).allSatisfy { $0.value >= $1.value - 1e-9 })
  }

  @Test func everyChannelHasACurve() throws {
    let text = try curves("stereo -> pan 30%", "--channels", "2").text
    #expect(text.components(separatedBy: "class=\"curve\"").count - 1 == 3 * 2 + 2)
    #expect(text.contains("channel 2"))
  }

  @Test func picturesAreWrittenOnceAndWhole() {
    #expect(scratch.talea("plot", "lowpass 1kHz", "-o", "p.svg").status == 0)
    let picture = scratch.data("p.svg")
    #expect(scratch.talea("plot", "lowpass 2kHz", "-o", "p.svg").status != 0)
    #expect(scratch.data("p.svg") == picture)
    #expect(scratch.talea("plot", "lowpass 2kHz", "-o", "p.svg", "--force").status == 0)
    #expect(scratch.data("p.svg") != picture)
  }

  @Test func whatHasNoResponseIsRefused() {
    #expect(scratch.talea("plot", "noise").errors.hasPrefix("error: the patch does not read `in`"))
    #expect(scratch.talea("plot", "gain 0%").errors.hasPrefix("error: nothing comes out of the patch"))
    #expect(scratch.talea("plot", "lowpass 1kHz", "-o", "p.jpg").status == 2)
    #expect(scratch.names.isEmpty)
  }
}
