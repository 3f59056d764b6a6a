import Talea

/// Pictures of a sound file.
extension SoundPicture {
  struct Parts: OptionSet {
    var rawValue: Int
    static let waveform = Parts(rawValue: 1)
    static let spectrogram = Parts(rawValue: 2)
    static let spectrum = Parts(rawValue: 4)
    static let all: Parts = [.waveform, .spectrogram, .spectrum]
  }

  func chart(_ parts: Parts) -> SVGChart {
    let time = TimeAxis(times)
    var chart = SVGChart(
      subject: fileName(path),
      title: "\(format.sampleRate) Hz, \(count(format.channelCount, "channel")), "
        + "\(fixed(times.upperBound - times.lowerBound, 3)) s",
      horizontal: time.axis, panels: [])
    if parts.contains(.waveform) { chart.panels += waveformPanels(time) }
    if parts.contains(.spectrogram) { chart.panels.append(spectrogramPanel(time)) }
    if parts.contains(.spectrum) { chart.panels.append(spectrumPanel()) }
    return chart
  }

  // MARK: Waveform

  private func waveformPanels(_ time: TimeAxis) -> [SVGChart.Panel] {
    let peak = Double(waveform.channels.joined().map { max(abs($0.low), abs($0.high)) }.filter(\.isFinite).max() ?? 0)
    // What is soft is drawn larger, or there would be nothing to see.
    let height = peak > 0.25 ? max(peak, 1) : peak > 0 ? 1.1 * peak : 1
    // More than 8 panels are no picture any more: then one shows all channels together.
    let channels = waveform.channels.count <= 8 ? waveform.channels : [together]
    return channels.enumerated().map { index, stretches in
      var panel = SVGChart.Panel(
        axis: SVGChart.Axis(range: -height...height, label: "Amplitude", unit: ""), horizontal: time.axis,
        heading: waveform.channels.count > 8
          ? "all \(waveform.channels.count) channels" : channels.count > 1 ? "channel \(index + 1)" : nil,
        height: channels.count > 1 ? 110 : 180)
      let x = { (stretch: Int) in
        time.place(times.lowerBound + Double(stretch * waveform.stretchFrames) / Double(format.sampleRate))
      }
      if waveform.stretchFrames == 1 {
        panel.curves = [stretches.enumerated().map { (x($0), Double($1.low)) }]
      } else {
        panel.areas = [stretches.enumerated().map { (x($0), Double($1.low), Double($1.high)) }]
      }
      return panel
    }
  }

  private var together: [Waveform.Stretch] {
    waveform.channels[0].indices.map { index in
      waveform.channels.dropFirst().reduce(into: waveform.channels[0][index]) { $0.include($1[index]) }
    }
  }

  // MARK: Spectrogram

  private var frequencies: SVGChart.Axis {
    let high = Double(format.sampleRate) / 2
    return SVGChart.Axis(range: min(20, high / 100)...high, scale: .log, label: "Frequency", unit: "Hz")
  }

  private func spectrogramPanel(_ time: TimeAxis) -> SVGChart.Panel {
    let rows = 220
    let levels = spectrogram.columns.map { column in
      let bins = column.map { Spectrogram.level(Double($0)) }
      return (0..<rows).map { level(bins, row: $0, of: rows) }
    }
    // Adding 0 turns -0 into 0.
    let top = ((levels.joined().filter(\.isFinite).max() ?? 0) / 6).rounded(.up) * 6 + 0, depth = 90.0
    let columnSeconds = Double(spectrogram.hop * spectrogram.columnWindows) / Double(format.sampleRate)
    // The windows of a column lie around their middles.
    let start = times.lowerBound - 0.5 * Double(spectrogram.hop) / Double(format.sampleRate)
    return SVGChart.Panel(
      axis: frequencies, horizontal: time.axis,
      picture: HeatMap(
        columns: levels.map { $0.map { ($0 - top) / depth + 1 } },
        range: time.place(start)...time.place(start + columnSeconds * Double(levels.count)),
        scale: ("\(plain(top - depth))", "\(plain(top)) dBFS")),
      heading: format.channelCount > 1 ? "spectrogram, mean of the channels" : "spectrogram", height: Double(rows))
  }

  /// The level in a row: the highest of the frequencies that fall into it, or where rows are finer than those what lies between.
  private func level(_ bins: [Double], row: Int, of rows: Int) -> Double {
    let axis = frequencies
    func bin(_ row: Double) -> Double {
      let ratio = axis.range.upperBound / axis.range.lowerBound
      return axis.range.lowerBound * Math.exp2(row / Double(rows) * Math.log2(ratio)) / spectrogram.hertzPerBin
    }
    let first = Int(bin(Double(row)).rounded(.up)), last = min(Int(bin(Double(row) + 1)), bins.count - 1)
    if last > first { return bins[first...last].max()! }
    let middle = bin(Double(row) + 0.5), below = min(Int(middle), bins.count - 2), share = middle - Double(below)
    // Silence has no level that could be mixed with another.
    let (a, b) = (max(bins[below], -200), max(bins[below + 1], -200))
    return a + (b - a) * share
  }

  // MARK: Spectrum

  private func spectrumPanel() -> SVGChart.Panel {
    let curves = [spectrogram.mean, spectrogram.maximum].map(curve)
    let top = (max(curves.joined().map(\.y).filter(\.isFinite).max() ?? 0, -60) / 10 + 0.2).rounded(.up) * 10
    return SVGChart.Panel(
      axis: SVGChart.Axis(range: (top - 100)...top, label: "Level of a sine", unit: "dBFS"), horizontal: frequencies,
      curves: curves,
      heading: format.channelCount > 1 ? "spectrum, mean of the channels" : "spectrum",
      legend: ["on average", "at the loudest moment of each frequency"])
  }

  /// The highest level in each pixel of the axis.
  private func curve(_ powers: [Double]) -> [(x: Double, y: Double)] {
    let axis = frequencies
    var curve: [(x: Double, y: Double)] = []
    var lastPixel = -1
    for (bin, power) in powers.enumerated() {
      let frequency = Double(bin) * spectrogram.hertzPerBin, level = Spectrogram.level(power)
      guard axis.range.contains(frequency) else { continue }
      let low = axis.range.lowerBound
      let pixel = Int(810 * Math.log2(frequency / low) / Math.log2(axis.range.upperBound / low))
      if pixel == lastPixel {
        if level > curve[curve.count - 1].y { curve[curve.count - 1] = (frequency, level) }
      } else {
        curve.append((frequency, level))
        lastPixel = pixel
      }
    }
    return curve
  }
}
