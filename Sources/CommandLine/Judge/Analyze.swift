import ArgumentParser
import PatchLanguage
import Talea

/// `talea analyze FILE… [--json]`
struct Analyze: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Measure sound files: peaks, loudness, clipping, noise, spectrum.",
    discussion: """
      Prints peak, true peak (ITU-R BS.1770), loudness and its range (EBU R 128), offset, clipping, noise floor and the \
      correlation of two channels, where the spectrum has its middle and its end, and the level of each octave. Clipped samples are those at full scale that stand beside another one there. The noise floor \
      is the RMS of the quietest 50 ms that are not digital silence.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("Sound files; `-` is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("Start here: 1.5s, 250ms, 1:30.", valueName: "time"), transform: TimeValue.init)
  var start: TimeValue?

  @Option(help: ArgumentHelp("Stop here.", valueName: "time"), transform: TimeValue.init)
  var end: TimeValue?

  @Option(help: ArgumentHelp("Files have no header: s16le:48000:2.", valueName: "format"))
  var raw: String?

  @Flag(help: "One JSON array, an object for each file, instead of lines.")
  var json = false

  func run() throws {
    let raw = try raw.map { try RawFormat($0) }
    var results: [JSONValue] = []
    var status: Int32 = 0
    for file in files {
      // One file that fails does not hide what the others come to.
      do {
        let analysis = try Analysis(InputSelection(path: file, raw: raw, start: start, end: end))
        for line in analysis.warnings { Console.shared.write(line) }
        if json { results.append(analysis.json) } else { try printText(analysis.text) }
      } catch  where files.count > 1 && (error is SoundFileError || error is CommandError) {
        let (text, code) = errorText(error, color: Console.shared.hasColor)
        Console.shared.write(text)
        status = status == ExitStatus.failed ? status : code
      }
    }
    if json { try printText(JSONValue.array(results).text()) }
    if status != 0 { throw ExitCode(status) }
  }
}
