import ArgumentParser
import Talea

/// `talea plot PATCH -o plot.svg`
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw what a patch does to a sound, as SVG.",
    discussion: """
      Plays an impulse through the patch and draws magnitude, phase and group delay of each output channel over frequency; or \
      with --impulse, --step or --decay the response over time, the response to a step, or the energy that is left, with the \
      reverberation time. The latency is taken out. A patch that distorts or moves has no one response: it is drawn as it answers \
      to this impulse.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A patch's file, or a chain of effects in quotes.", valueName: "patch"))
  var patch: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The picture; without it, it is printed.", valueName: "file.svg"))
  var output: String?

  enum Kind: String, EnumerableFlag {
    case response, impulse, step, decay
  }

  @Flag(help: "What to draw.")
  var kind = Kind.response

  @Option(help: ArgumentHelp("Sample rate of the patch.", valueName: "hz"), transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Channels of the input.", valueName: "n"))
  var channels = 1

  @Option(help: ArgumentHelp("How long to listen at most.", valueName: "time"), transform: TimeValue.init)
  var limit: TimeValue = .seconds(20)

  @Flag(help: "Replace a picture that exists.")
  var force = false

  func validate() throws {
    guard (1...64).contains(channels) else { throw ValidationError("--channels takes 1 to 64, not \(channels)") }
    if let output, !output.hasSuffix(".svg") { throw ValidationError("the picture is SVG: its name ends in .svg") }
  }

  func run() throws {
    let graph = try loadPatchOrChain(patch)
    let rate = rate ?? 48_000
    let response = try PatchResponse(graph, sampleRate: rate, channels: channels, seconds: limit.seconds(at: rate))
    let text = chart(response).text
    guard let output else { return try printText(text) }
    try writeText(text, to: output, force: force)
  }

  private func chart(_ response: PatchResponse) -> SVGChart {
    var chart: SVGChart
    switch kind {
    case .response: chart = responseChart(response)
    case .impulse: chart = timeChart(response.channels, response.sampleRate, "Impulse response")
    case .step:
      let steps = response.channels.map { channel -> [Float] in
        var sum = 0.0
        return channel.map {
          sum += Double($0)
          return Float(sum)
        }
      }
      chart = timeChart(steps, response.sampleRate, "Step response")
    case .decay: chart = decayChart(response)
    }
    chart.title = fileName(patch) + ": " + chart.title
    chart.legend = response.channels.indices.map { "channel \($0 + 1)" }
    return chart
  }

  private func responseChart(_ response: PatchResponse) -> SVGChart {
    let high = min(20_000, response.sampleRate / 2)
    let spectra = response.channels.indices.map { response.spectrum($0, from: 20, to: high) }
    let magnitudes = spectra.joined().map(\.magnitude).filter(\.isFinite)
    // 60 dB below the highest is as much as can be read; at least 12 dB, so that a flat line looks flat.
    let top = ((magnitudes.max() ?? 0) / 6 + 0.25).rounded(.up) * 6
    let floor = min(top - 12, max(top - 60, ((magnitudes.min() ?? 0) / 6 - 0.25).rounded(.down) * 6))
    let delays = spectra.joined().filter { $0.magnitude > top - 60 }.map(\.groupDelay).filter(\.isFinite)
    let slowest = max(0.1, delays.max() ?? 0), fastest = min(0, delays.min() ?? 0)
    return SVGChart(
      title: "Frequency response",
      horizontal: SVGChart.Axis(range: 20...high, scale: .log, label: "Frequency", unit: "Hz"),
      panels: [
        SVGChart.Panel(
          axis: SVGChart.Axis(range: floor...top, label: "Magnitude", unit: "dB"),
          curves: spectra.map { $0.map { ($0.frequency, $0.magnitude) } }),
        SVGChart.Panel(
          axis: SVGChart.Axis(range: -180...180, label: "Phase", unit: "degrees"), curves: spectra.map(phaseCurve)),
        SVGChart.Panel(
          axis: SVGChart.Axis(range: (fastest * 1.1)...(slowest * 1.1), label: "Group delay", unit: "ms"),
          curves: spectra.map { $0.map { ($0.frequency, $0.groupDelay) } }),
      ])
  }

  /// Broken where the phase goes round, so that no line crosses the panel.
  private func phaseCurve(_ points: [PatchResponse.Point]) -> [(x: Double, y: Double)] {
    var curve: [(x: Double, y: Double)] = []
    for point in points {
      if let last = curve.last, abs(last.y - point.phase) > 180 { curve.append((point.frequency, .nan)) }
      curve.append((point.frequency, point.phase))
    }
    return curve
  }

  private func timeChart(_ channels: [[Float]], _ sampleRate: Double, _ title: String) -> SVGChart {
    let peak = Double(channels.joined().map(\.magnitude).max() ?? 1)
    let frames = channels.map(\.count).max() ?? 1
    return SVGChart(
      title: title,
      horizontal: SVGChart.Axis(range: 0...(Double(frames) / sampleRate * 1_000), label: "Time", unit: "ms"),
      panels: [
        SVGChart.Panel(
          axis: SVGChart.Axis(range: (-1.1 * peak)...(1.1 * peak), label: "Amplitude", unit: "1 is full scale"),
          curves: channels.map { Self.outline($0, sampleRate) })
      ])
  }

  /// The samples, or where they are too many to draw the lowest and highest of each stretch.
  private static func outline(_ samples: [Float], _ sampleRate: Double) -> [(x: Double, y: Double)] {
    let stretch = max(1, samples.count / 2_000)
    guard stretch > 1 else { return samples.enumerated().map { (Double($0) / sampleRate * 1_000, Double($1)) } }
    return stride(from: 0, to: samples.count, by: stretch).flatMap { start -> [(x: Double, y: Double)] in
      let part = samples[start..<min(start + stretch, samples.count)]
      let x = Double(start) / sampleRate * 1_000
      return [(x, Double(part.min()!)), (x, Double(part.max()!))]
    }
  }

  private func decayChart(_ response: PatchResponse) -> SVGChart {
    let curves = response.channels.indices.map { channel -> [(x: Double, y: Double)] in
      let decay = response.decay(channel)
      let step = max(1, decay.count / 1_000)
      return stride(from: 0, to: decay.count, by: step).map { (decay[$0].seconds, decay[$0].decibels) }
    }
    let times = response.channels.indices.compactMap { response.reverberationTime($0) }
    let end = max(0.001, curves.joined().filter { $0.y > -80 }.map(\.x).max() ?? 1)
    return SVGChart(
      title: "Energy decay"
        + (times.isEmpty ? "" : ", T60 " + times.map { fixed($0, 2) + " s" }.joined(separator: ", ")),
      horizontal: SVGChart.Axis(range: 0...end, label: "Time", unit: "s"),
      panels: [SVGChart.Panel(axis: SVGChart.Axis(range: -80...0, label: "Energy left", unit: "dB"), curves: curves)])
  }
}
