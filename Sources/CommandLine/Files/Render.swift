import ArgumentParser
import Talea

/// `talea render OUT --patch FILE --duration T --rate R --channels N`
struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Play a patch that makes sound by itself.",
    usage: "talea render OUT (--patch FILE | --chain 'TEXT') --duration TIME [--rate HZ] [--channels N] [options]",
    discussion: "Generators stop after the duration; what they have set ringing sounds on, as with the end of an input.")

  @ArgumentParser.Argument(help: ArgumentHelp("The output; `-` is standard output.", valueName: "file"))
  var output: String

  @OptionGroup var patch: PatchOptions

  @Option(help: ArgumentHelp("How long generators play: 10s, 1:30.", valueName: "time"), transform: TimeValue.init)
  var duration: TimeValue

  @Option(help: ArgumentHelp("Sample rate of the patch and the output. [default: 48000]", valueName: "hz"), transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Channels of the output.", valueName: "n"))
  var channels = 2

  @Option(help: ArgumentHelp("Write samples without a header: s16le.", valueName: "format"))
  var raw: String?

  @OptionGroup var settings: SettingOptions

  @OptionGroup var level: LevelOptions

  @OptionGroup var options: RenderingOptions

  func validate() throws {
    guard (1...1_024).contains(channels) else { throw ValidationError("--channels takes 1 to 1024, not \(channels)") }
  }

  func run() throws {
    if output.isEmpty { throw CommandError.wrong("the name of the output is empty") }
    if isDirectory(output) { throw CommandError.wrong("\(output) is a directory; name a file in it") }
    let raw = try raw.map { try RawFormat($0) }
    let graph = try settings.applied(to: try patch.load())
    if let input = graph.actors.first(where: { if case .input = $0.kind { true } else { false } }) {
      throw CommandError.wrong("the patch reads `\(input.address)`; sound files are played through it with talea process")
    }
    let rate = rate ?? 48_000
    guard duration.frames(at: rate) > 0 else { throw CommandError.wrong("--duration is shorter than one frame") }
    let job = Job(
      graph: graph,
      origin: .generated(duration: duration, sampleRate: rate, channels: channels), output: output, rawOutput: raw,
      changes: try settings.changes(), target: level.target, options: options)
    let status = Batch(jobs: [job], width: 1, quiet: options.quiet).run()
    if status != 0 { throw ExitCode(status) }
  }
}
