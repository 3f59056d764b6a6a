import Talea

/// Pictures of what a patch answers to an impulse.
extension PatchResponse {
  /// Which panels of the frequency response are drawn.
  struct Panels: OptionSet {
    var rawValue: Int
    static let magnitude = Panels(rawValue: 1)
    static let phase = Panels(rawValue: 2)
    static let groupDelay = Panels(rawValue: 4)
    static let all: Panels = [.magnitude, .phase, .groupDelay]
  }

  var names: [String] { channels.map(\.name) }

  /// - Parameter depth: how far below the highest magnitude the panel goes at most, in dB.
  func frequencyChart(_ panels: Panels = .all, depth: Double = 60) -> SVGChart {
    let high = min(20_000, channels.map { $0.sampleRate / 2 }.max()!)
    let spectra = channels.indices.map { spectrum($0, from: 20, to: min(high, channels[$0].sampleRate / 2)) }
    let magnitudes = spectra.joined().map(\.magnitude).filter(\.isFinite)
    // At least 12 dB, so that a flat line looks flat.
    let top = ((magnitudes.max() ?? 0) / 6 + 0.25).rounded(.up) * 6
    let floor = min(top - 12, max(top - depth, ((magnitudes.min() ?? 0) / 6 - 0.25).rounded(.down) * 6))
    // Where next to nothing comes out, phase and delay say next to nothing.
    func audible(_ value: (Point) -> Double) -> [[(x: Double, y: Double)]] {
      spectra.map { $0.map { ($0.frequency, $0.magnitude > top - 80 ? value($0) : .nan) } }
    }
    let delays = spectra.joined().filter { $0.magnitude > top - 60 }.map(\.groupDelay).filter(\.isFinite)
    let slowest = max(0.1, delays.max() ?? 0), fastest = min(0, delays.min() ?? 0)
    var chart = SVGChart(
      title: "Frequency response",
      horizontal: SVGChart.Axis(range: 20...high, scale: .log, label: "Frequency", unit: "Hz"), panels: [], legend: names)
    if panels.contains(.magnitude) {
      chart.panels.append(
        SVGChart.Panel(
          axis: SVGChart.Axis(range: floor...top, label: "Magnitude", unit: "dB"),
          curves: spectra.map { $0.map { ($0.frequency, $0.magnitude) } }))
    }
    if panels.contains(.phase) {
      chart.panels.append(
        SVGChart.Panel(
          axis: SVGChart.Axis(range: -180...180, label: "Phase", unit: "degrees", step: 60),
          curves: audible(\.phase).map(Self.broken)))
    }
    if panels.contains(.groupDelay) {
      chart.panels.append(
        SVGChart.Panel(
          axis: SVGChart.Axis(range: (fastest * 1.1)...(slowest * 1.1), label: "Group delay", unit: "ms"),
          curves: audible(\.groupDelay)))
    }
    return chart
  }

  /// Broken where the phase goes round, so that no line crosses the panel.
  private static func broken(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    var curve: [(x: Double, y: Double)] = []
    for point in points {
      if let last = curve.last, abs(last.y - point.y) > 180 { curve.append((point.x, .nan)) }
      curve.append(point)
    }
    return curve
  }

  func impulseChart() -> SVGChart { timeChart(channels, "Impulse response") }

  func stepChart() -> SVGChart {
    let steps = channels.map { channel -> PatchListener.Channel in
      var step = channel
      var sum = 0.0
      step.samples = channel.samples.map {
        sum += Double($0)
        return Float(sum)
      }
      return step
    }
    return timeChart(steps, "Step response")
  }

  private func timeChart(_ channels: [PatchListener.Channel], _ title: String) -> SVGChart {
    let peak = Double(channels.joined(\.samples).map(\.magnitude).max() ?? 1)
    let seconds = channels.map { Double($0.samples.count) / $0.sampleRate }.max() ?? 1
    let axis = TimeAxis(0...seconds)
    return SVGChart(
      title: title, horizontal: axis.axis,
      panels: [
        SVGChart.Panel(
          axis: SVGChart.Axis(range: (-1.1 * peak)...(1.1 * peak), label: "Amplitude", unit: "1 is full scale"),
          curves: channels.map { Self.outline($0).map { (axis.place($0.x), $0.y) } })
      ], legend: names)
  }

  /// The samples over seconds, or where they are too many to draw the lowest and highest of each stretch.
  private static func outline(_ channel: PatchListener.Channel) -> [(x: Double, y: Double)] {
    let samples = channel.samples, stretch = max(1, samples.count / 2_000)
    guard stretch > 1 else { return samples.enumerated().map { (Double($0) / channel.sampleRate, Double($1)) } }
    return stride(from: 0, to: samples.count, by: stretch).flatMap { start -> [(x: Double, y: Double)] in
      let part = samples[start..<min(start + stretch, samples.count)]
      let x = Double(start) / channel.sampleRate
      return [(x, Double(part.min()!)), (x, Double(part.max()!))]
    }
  }

  func decayChart() -> SVGChart {
    let curves = channels.indices.map { channel -> [(x: Double, y: Double)] in
      let decay = decay(channel)
      let step = max(1, decay.count / 1_000)
      return stride(from: 0, to: decay.count, by: step).map { (decay[$0].seconds, decay[$0].decibels) }
    }
    let times = channels.indices.compactMap { reverberationTime($0) }
    let end = max(0.001, curves.joined().filter { $0.y > -80 }.map(\.x).max() ?? 1)
    let axis = TimeAxis(0...end)
    return SVGChart(
      title: "Energy decay"
        + (times.isEmpty ? "" : ", T60 " + times.map { fixed($0, 2) + " s" }.joined(separator: ", ")),
      horizontal: axis.axis,
      panels: [
        SVGChart.Panel(
          axis: SVGChart.Axis(range: -80...0, label: "Energy left", unit: "dB"),
          curves: curves.map { $0.map { (axis.place($0.x), $0.y) } })
      ], legend: names)
  }
}

extension [PatchListener.Channel] {
  fileprivate func joined(_ samples: (PatchListener.Channel) -> [Float]) -> [Float] { flatMap(samples) }
}

/// A horizontal axis of time in the unit that suits its length.
struct TimeAxis {
  let axis: SVGChart.Axis
  private let factor: Double

  /// - Parameter seconds: what it spans.
  init(_ seconds: ClosedRange<Double>) {
    let length = seconds.upperBound - seconds.lowerBound
    let unit: String
    (factor, unit) = length <= 1 ? (1_000, "ms") : length <= 300 ? (1, "s") : (1.0 / 60, "min")
    axis = SVGChart.Axis(
      range: (seconds.lowerBound * factor)...(Swift.max(seconds.upperBound, seconds.lowerBound + 1e-6) * factor), label: "Time",
      unit: unit)
  }

  /// A time in seconds in the axis' unit.
  func place(_ seconds: Double) -> Double { seconds * factor }
}
