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

      With --transfer it plays tones of rising level and draws how loud each comes out once it has settled: the static curve of \
      dynamics and distortion. With --harmonics it plays tones of rising frequency and draws what harmonics they get. With --node \
      it draws what leaves a node of the patch in place of what leaves `out`.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A patch's file, or a chain of effects in quotes.", valueName: "patch"))
  var patch: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The picture; without it, it is printed.", valueName: "file.svg"))
  var output: String?

  enum Kind: String, EnumerableFlag {
    case response, impulse, step, decay, transfer, harmonics

    static func help(for kind: Kind) -> ArgumentHelp? {
      switch kind {
      case .response: "Magnitude, phase and group delay over frequency."
      case .impulse: "What comes out after an impulse."
      case .step: "What comes out after a step."
      case .decay: "The energy that is left after each moment, and T60."
      case .transfer: "Output level over input level of a tone."
      case .harmonics: "Harmonics of a tone over its frequency."
      }
    }
  }

  @Flag var kind: Kind?

  @Option(
    name: .customLong("node"),
    help: ArgumentHelp("Draw what leaves this node instead of `out`; may be given several times.", valueName: "node[.port]"))
  var nodes: [String] = []

  @Option(help: ArgumentHelp("Sample rate of the patch. [default: 48000]", valueName: "hz"), transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Channels of the input. [default: 1]", valueName: "n"))
  var channels: Int?

  @Option(
    help: ArgumentHelp("How long to listen to a response at most. [default: 20s]", valueName: "time"), transform: TimeValue.init)
  var limit: TimeValue?

  @OptionGroup var tone: ToneOptions

  @Flag(help: "Replace a picture that exists.")
  var force = false

  func validate() throws {
    if let channels, !(1...64).contains(channels) { throw ValidationError("--channels takes 1 to 64, not \(channels)") }
    if let output, !output.hasSuffix(".svg") { throw ValidationError("the picture is SVG: its name ends in .svg") }
    let kind = kind ?? .response
    try tone.check(kind)
    if limit != nil, [.transfer, .harmonics].contains(kind) { throw ValidationError("--limit does not go with --\(kind)") }
  }

  func run() throws {
    let graph = try loadPatchOrChain(patch)
    let text = try chart(graph, kind ?? .response).text
    guard let output else { return try printText(text) }
    try writeText(text, to: output, force: force)
  }

  private func chart(_ graph: Graph, _ kind: Kind) throws -> SVGChart {
    let rate = rate ?? 48_000
    let listener = try PatchListener(graph, nodes: nodes, sampleRate: rate, channels: channels ?? 1)
    func response() throws -> PatchResponse { try PatchResponse(listener, seconds: limit?.seconds(at: rate) ?? 20) }
    var chart =
      switch kind {
      case .response: try response().frequencyChart()
      case .impulse: try response().impulseChart()
      case .step: try response().stepChart()
      case .decay: try response().decayChart()
      case .transfer: try tone.settled(listener, rate).transferChart(frequency: tone.frequency ?? 1_000, levels: tone.levels)
      case .harmonics: try tone.settled(listener, rate).harmonicsChart(level: tone.level ?? -12)
      }
    chart.subject = (isPatchFile(patch) ? fileName(patch) : patch) + (nodes.count == 1 ? ", \(nodes[0])" : "")
    return chart
  }
}

/// Which tones `--transfer` and `--harmonics` play.
struct ToneOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("With --transfer: the tone's frequency. [default: 1kHz]", valueName: "hz"), transform: Self.frequency)
  var frequency: Double?

  @Option(
    name: .customLong("from"), parsing: .unconditional,
    help: ArgumentHelp("With --transfer: the lowest level. [default: -80dBFS]", valueName: "level"), transform: Self.level)
  var lowest: Double?

  @Option(
    name: .customLong("to"), parsing: .unconditional,
    help: ArgumentHelp("With --transfer: the highest. [default: 0dBFS]", valueName: "level"), transform: Self.level)
  var highest: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --harmonics: the tone's level. [default: -12dBFS]", valueName: "level"), transform: Self.level)
  var level: Double?

  @Option(
    help: ArgumentHelp("With both: how long a tone plays before it is measured. [default: 1s]", valueName: "time"),
    transform: TimeValue.init)
  var settle: TimeValue?

  /// In dBFS: a sine of full scale has 0.
  var levels: ClosedRange<Double> { (lowest ?? min(-80, (highest ?? 0) - 20))...(highest ?? max(0, (lowest ?? -80) + 20)) }

  /// - Throws: `ValidationError` where an option was given that this kind of picture has no use for.
  func check(_ kind: Plot.Kind) throws {
    for (name, isGiven, kinds) in [
      ("--frequency", frequency != nil, [Plot.Kind.transfer]), ("--from", lowest != nil, [.transfer]),
      ("--to", highest != nil, [.transfer]), ("--level", level != nil, [.harmonics]),
      ("--settle", settle != nil, [.transfer, .harmonics]),
    ] where isGiven && !kinds.contains(kind) {
      throw ValidationError("\(name) goes with \(kinds.map { "--\($0)" }.joined(separator: " and "))")
    }
    if let lowest, let highest, !(highest - lowest >= 1) {
      throw ValidationError("--from \(plain(lowest))dB is not below --to \(plain(highest))dB")
    }
    if let settle, settle.seconds(at: 48_000) > 60 {
      throw ValidationError("--settle is at most 60s: every tone plays that long")
    }
  }

  func settled(_ listener: PatchListener, _ sampleRate: Int) throws -> SettledTone {
    if let frequency, frequency >= Double(sampleRate) / 2 {
      throw CommandError.wrong("--frequency \(plain(frequency))Hz is not below half the sample rate, \(sampleRate) Hz")
    }
    return SettledTone(listener: listener, sampleRate: sampleRate, settle: settle ?? .seconds(1))
  }

  private static func frequency(_ text: String) throws -> Double {
    guard let (number, unit) = numberAndUnit(text), ["", "Hz", "kHz"].contains(unit), number > 0 else {
      throw ValidationError("a frequency is written like 1kHz")
    }
    return unit == "kHz" ? number * 1_000 : number
  }

  private static func level(_ text: String) throws -> Double {
    guard let (number, unit) = numberAndUnit(text), ["dB", "dBFS"].contains(unit), (-200...60).contains(number) else {
      throw ValidationError("a level is written like -20dBFS, between -200 and 60")
    }
    return number
  }
}
