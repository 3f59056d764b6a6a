import Talea

/// Pictures of what a patch makes of tones.
extension SettledTone {
  /// Output level over input level: the static curve of dynamics and distortion.
  ///
  /// - Parameter levels: of the tone, in dBFS.
  func transferChart(frequency: Double, levels: ClosedRange<Double>) throws -> SVGChart {
    let frequency = nearest(frequency)
    let steps = max(1, Int((levels.upperBound - levels.lowerBound).rounded(.up)))
    var names: [String] = []
    var curves: [[(x: Double, y: Double)]] = []
    for step in 0...steps {
      let level = levels.lowerBound + (levels.upperBound - levels.lowerBound) * Double(step) / Double(steps)
      let answers = try answers(frequency: frequency, amplitude: Math.amplitude(decibels: level))
      if step == 0 { (names, curves) = (answers.map(\.name), answers.map { _ in [] }) }
      for (channel, answer) in answers.enumerated() {
        curves[channel].append((level, Math.decibels(amplitude: answer.answer.amplitude)))
      }
    }
    let outputs = curves.joined().map(\.y).filter(\.isFinite)
    guard let highest = outputs.max() else { throw CommandError.failed("nothing comes out of the patch for a tone at `in`") }
    // Twice as deep as the levels are wide at most: what is lower runs along the border.
    let top = ((max(highest, levels.upperBound) + 0.1) / 5).rounded(.up) * 5
    let floor = min(((outputs.min()! - 0.1) / 5).rounded(.down) * 5, levels.lowerBound)
    let bottom = max(floor, top - 2 * (levels.upperBound - levels.lowerBound))
    return SVGChart(
      title: "Output over input, a settled sine of \(plain(frequency)) Hz",
      horizontal: SVGChart.Axis(range: levels, label: "Input level", unit: "dBFS"),
      panels: [
        SVGChart.Panel(
          axis: SVGChart.Axis(range: bottom...top, label: "Output level", unit: "dBFS"),
          curves: curves.map { $0.map { ($0.x, $0.y.isFinite ? $0.y : bottom) } },
          references: [[(levels.lowerBound, levels.lowerBound), (levels.upperBound, levels.upperBound)]], height: 400)
      ], legend: names)
  }

  /// Harmonics 2 to 5 and all of 2 to 10 together, below the fundamental, over its frequency.
  ///
  /// - Parameter level: of the tone, in dBFS.
  func harmonicsChart(level: Double) throws -> SVGChart {
    let high = min(20_000, Double(sampleRate) / 2)
    // 12 tones an octave are a point every 7 pixels.
    let steps = Int((12 * Math.log2(high / 2 / 20)).rounded(.down))
    var names: [String] = []
    var panels: [[[(x: Double, y: Double)]]] = []
    var last = 0.0
    for step in 0...max(steps, 1) {
      let frequency = nearest(20 * Math.exp2(Double(step) / 12), apart: true)
      guard frequency > last else { continue }
      last = frequency
      let answers = try answers(frequency: frequency, amplitude: Math.amplitude(decibels: level))
      if names.isEmpty { (names, panels) = (answers.map(\.name), answers.map { _ in Array(repeating: [], count: 5) }) }
      for (channel, item) in answers.enumerated() {
        let harmonics = item.answer.harmonics
        guard harmonics.count > 1 else { continue }
        panels[channel][0].append((frequency, Math.decibels(amplitude: item.answer.distortion)))
        for order in 2...5 where order <= harmonics.count {
          panels[channel][order - 1].append((frequency, Math.decibels(amplitude: harmonics[order - 1] / harmonics[0])))
        }
      }
    }
    let values = panels.joined().joined().map(\.y).filter(\.isFinite)
    let top = max(((values.max() ?? -120) / 10 + 0.2).rounded(.up) * 10, -60)
    return SVGChart(
      title: "Harmonics of a sine at \(plain(level)) dBFS",
      horizontal: SVGChart.Axis(range: 20...high, scale: .log, label: "Frequency of the sine", unit: "Hz"),
      panels: zip(names, panels).map { name, curves in
        SVGChart.Panel(
          axis: SVGChart.Axis(range: (top - 100)...top, label: "Below the fundamental", unit: "dB"),
          // What is lower than the panel is not drawn along its border: it would look like a harmonic.
          curves: curves.map { $0.map { ($0.x, $0.y >= top - 100 ? $0.y : .nan) } },
          isFirstBroad: true, heading: names.count > 1 ? name : nil, height: 320)
      }, legend: ["THD (2 to \(Self.highestHarmonic))", "2nd", "3rd", "4th", "5th"])
  }
}
