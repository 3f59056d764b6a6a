import Foundation
import Talea
import Testing

@Suite("talea plot") struct PlotTests {
  let scratch = Scratch()

  /// What a picture says, in the units of its axes over the place on the horizontal axis, 0 to 1.
  func picture(_ arguments: String...) throws -> (panels: [String: [DrawnCurve]], text: String) {
    let run = Tool.run(["plot"] + arguments, in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    return (try drawnPanels(run.outputText), run.outputText)
  }

  /// The first curve of each panel.
  func curves(_ arguments: String...) throws -> (panels: [String: DrawnCurve], text: String) {
    let run = Tool.run(["plot"] + arguments, in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    return (try drawnPanels(run.outputText).mapValues { $0[0] }, run.outputText)
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
    #expect(text.components(separatedBy: "class=\"curve ").count - 1 == 3 * 2)
    #expect(text.contains("channel 2"))
  }

  // MARK: Tones

  /// Where a level lies between -80 and 0 dBFS.
  func place(level: Double) -> Double { (level + 80) / 80 }

  /// Below the threshold 1 dB for one, above it 1 dB for four, in the middle of the knee an eighth of its width times 1 - 1/4 less.
  @Test func aCompressorHasItsRatio() throws {
    let panels = try curves("compressor -40dB 4:1 knee=12dB attack=1ms release=1s", "--transfer").panels
    let curve = try #require(panels["Output level"])
    #expect(abs(curve.value(at: place(level: -70)) + 70) < 0.2)
    #expect(abs(curve.value(at: place(level: -50)) + 50) < 0.2)
    #expect(abs(curve.value(at: place(level: -40)) - (-40 - 12.0 / 8 * 0.75)) < 0.3)
    #expect(abs(curve.value(at: place(level: -20)) + 35) < 0.3)
    #expect(abs(curve.value(at: place(level: 0)) + 30) < 0.3)
    #expect(abs((curve.value(at: place(level: 0)) - curve.value(at: place(level: -28))) / 28 - 0.25) < 0.01)
  }

  @Test func aGateIsShutBelowItsThreshold() throws {
    let curve = try #require(try curves("gate -45dB range=-20dB", "--transfer").panels["Output level"])
    #expect(abs(curve.value(at: place(level: -60)) + 80) < 0.3)
    #expect(abs(curve.value(at: place(level: -30)) + 30) < 0.3)
  }

  /// A sine of amplitude A cut at 1 has the RMS of both parts of its quarter turns, and harmonics after Fourier.
  @Test func theLevelOfAClippedSineIsThatOfTheory() throws {
    let curve = try #require(
      try curves("clip 0dB", "--transfer", "--frequency", "100Hz", "--from", "-20dB", "--to", "20dBFS").panels["Output level"])
    let amplitude = 10.0
    let turn = asin(1 / amplitude)
    let meanSquare = (2 / Double.pi) * (amplitude * amplitude * (turn / 2 - sin(2 * turn) / 4) + (Double.pi / 2 - turn))
    #expect(abs(curve.value(at: 1) - 10 * log10(2 * meanSquare)) < 0.15)
    #expect(abs(curve.value(at: 0.25) + 10) < 0.15)
  }

  /// Harmonic k of a sine of amplitude A cut at 1, by Fourier's integral.
  func clippedHarmonic(_ order: Int, _ amplitude: Double) -> Double {
    let steps = 100_000
    let sum = (0..<steps).reduce(0.0) { sum, n in
      let turn = 2 * Double.pi * (Double(n) + 0.5) / Double(steps)
      return sum + min(max(amplitude * sin(turn), -1), 1) * sin(Double(order) * turn)
    }
    return abs(2 * sum / Double(steps))
  }

  @Test func theHarmonicsOfAClippedSineAreThoseOfFourier() throws {
    let panels = try picture("clip 0dB", "--harmonics", "--level", "6dBFS").panels
    let curves = try #require(panels["Below the fundamental"])
    #expect(curves.count == 5)
    let amplitude = pow(10, 6.0 / 20)
    let harmonics = (1...10).map { clippedHarmonic($0, amplitude) }
    let distortion = sqrt(harmonics.dropFirst().reduce(0) { $0 + $1 * $1 }) / harmonics[0]
    for frequency in [50.0, 200] {
      #expect(abs(curves[0].value(at: place(frequency)) - 20 * log10(distortion)) < 0.15)
      for order in [3, 5] {
        let level = 20 * log10(harmonics[order - 1] / harmonics[0])
        #expect(abs(curves[order - 1].value(at: place(frequency)) - level) < 0.15, "\(order) at \(frequency) Hz")
      }
    }
    // An even curve makes no even harmonics: they would lie along the border.
    #expect(curves[1].points.isEmpty && curves[3].points.isEmpty)
  }

  @Test func whatIsLinearHasNoHarmonics() throws {
    let panels = try picture("lowpass 1kHz", "--harmonics").panels
    let curves = try #require(panels["Below the fundamental"])
    #expect(curves.allSatisfy { $0.points.allSatisfy { $0.value < -110 } })
  }

  // MARK: Nodes

  @Test func aNodeIsDrawnInPlaceOfTheOutput() throws {
    scratch.write("bands = crossover 500Hz\nin -> bands\nbands.low -> gain -60dB -> out\nbands.high -> out\n", to: "p.talea")
    let (panels, text) = try picture("p.talea", "--node", "bands.low", "--node", "bands.high")
    let magnitudes = try #require(panels["Magnitude"])
    // Linkwitz-Riley of the fourth order: -6.02 dB at the crossing, 24 dB an octave away from it.
    for curve in magnitudes { #expect(abs(curve.value(at: place(500)) + 6.02) < 0.3) }
    #expect(abs(magnitudes[0].value(at: place(50))) < 0.2 && abs(magnitudes[1].value(at: place(5_000))) < 0.2)
    #expect(text.contains(">bands.low<") && text.contains(">bands.high<"))
    let level = try #require(try curves("p.talea", "--node", "gain", "--transfer", "--frequency", "50Hz").panels["Output level"])
    #expect(abs(level.value(at: 1) + 60) < 0.3)
  }

  @Test(arguments: [
    (["--node", "nosuch"], "`nosuch`"),
    (["--transfer", "--level", "-6dB"], "--level goes with --harmonics"),
    (["--settle", "2s"], "--settle goes with --transfer and --harmonics"), (["--harmonics", "--transfer"], "--transfer"),
    (["--transfer", "--from", "-3dB", "--to", "-9dB"], "--from -3dB is not below --to -9dB"),
    (["--transfer", "--frequency", "30kHz"], "--frequency 30000Hz is not below half the sample rate"),
    (["--transfer", "--from", "low"], "a level is written like -20dBFS"),
  ])
  func whatCannotBeDrawnIsRefused(arguments: [String], message: String) {
    let run = Tool.run(["plot", "lowpass 1kHz"] + arguments + ["-o", "p.svg"], in: scratch.path)
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(scratch.names.isEmpty)
  }

  // MARK: Files

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
    let slow = scratch.talea("plot", "gain 0dB", "--rate", "30")
    #expect(slow.status == 2 && slow.errors.hasPrefix("error: `out` runs at 30 Hz, and pictures show what is above 20 Hz"))
    #expect(scratch.talea("plot", "gain 0%").errors.hasPrefix("error: nothing comes out of the patch"))
    #expect(scratch.talea("plot", "lowpass 1kHz", "-o", "p.jpg").errors.contains("its name ends in .svg or .png"))
    #expect(scratch.names.isEmpty)
  }
}
