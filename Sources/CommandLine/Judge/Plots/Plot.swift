import ArgumentParser
import Talea

/// `talea plot PATCH|FILE.wav -o plot.svg`
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw what a patch does to a sound, or a sound file, as SVG or PNG.",
    usage: "talea plot PATCH|SOUND-FILE [-o FILE.svg|FILE.png] [options]",
    discussion: """
      Plays an impulse through the patch and draws magnitude, phase and group delay of each output channel over frequency; or \
      with --impulse, --step or --decay the response over time, the response to a step, or the energy that is left, with the \
      reverberation time. The latency is taken out. A patch that distorts or moves has no one response: it is drawn as it answers \
      to this impulse.

      With --transfer it plays tones of rising level and draws how loud each comes out once it has settled: the static curve of \
      dynamics and distortion. With --harmonics it plays tones of rising frequency and draws what harmonics they get. With --node \
      it draws what leaves a node of the patch in place of what leaves `out`.

      Of a sound file it draws waveform, spectrogram and spectrum, or those of them that are asked for.

      PNG is made by rsvg-convert (package librsvg2-bin).
      """)

  @ArgumentParser.Argument(
    help: ArgumentHelp("A patch's file, a chain of effects in quotes, or a sound file.", valueName: "patch"))
  var patch: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The picture, SVG or PNG; without it, SVG is printed.", valueName: "file"))
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

  @OptionGroup var sound: SoundPlotOptions

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
    if let output, !PictureFile.endings.contains(where: output.hasSuffix) {
      throw ValidationError("a picture is SVG or PNG: its name ends in .svg or .png")
    }
    let kind = kind ?? .response
    try tone.check(kind)
    if limit != nil, [.transfer, .harmonics].contains(kind) { throw ValidationError("--limit does not go with --\(kind)") }
  }

  func run() throws {
    let text = try (sound.raw != nil || isSoundFile(patch) ? soundChart() : patchChart()).text
    guard let output else { return try printText(text) }
    try PictureFile.write(text, to: output, force: force)
  }

  private func soundChart() throws -> SVGChart {
    let forPatches = [
      ("--\(kind ?? .response)", kind != nil), ("--node", !nodes.isEmpty), ("--rate", rate != nil),
      ("--channels", channels != nil),
      ("--limit", limit != nil), ("--settle", tone.settle != nil),
    ]
    if let (name, _) = forPatches.first(where: { $0.1 }) {
      throw CommandError.wrong("\(name) is for patches, and \(patch) is a sound file")
    }
    let picture = try SoundPicture(sound.selection(patch))
    for line in picture.warnings { Console.shared.write(line) }
    return picture.chart(sound.parts)
  }

  private func patchChart() throws -> SVGChart {
    if let name = sound.given { throw CommandError.wrong("\(name) is for sound files, and \(patch) is a patch") }
    return try chart(try loadPatchOrChain(patch), kind ?? .response)
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
