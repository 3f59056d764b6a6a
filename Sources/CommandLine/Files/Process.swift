import ArgumentParser
import Glibc
import Talea

/// `talea process IN OUT (--patch FILE | --chain TEXT)`
struct Process: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process",
    abstract: "Play sound files through a patch.",
    usage: """
      talea process IN OUT (--patch FILE | --chain 'TEXT') [options]
      talea process IN ... --output-dir DIR (--patch FILE | --chain 'TEXT') [options]
      """,
    discussion: """
      `-` is standard input or output: WAV, or raw samples with --raw. The output appears whole or not at all. It is as long \
      as the input and its tail, also where the patch makes sound by itself; the latency is removed from its front.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("Input files, then the output unless --output-dir is given.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("Write each output into this directory, under its input's name.", valueName: "directory"))
  var outputDir: String?

  @OptionGroup var patch: PatchOptions

  @Option(help: ArgumentHelp("Convert the output to this sample rate.", valueName: "hz"), transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Start reading here: 1.5s, 250ms, 1:30.", valueName: "time"), transform: TimeValue.init)
  var start: TimeValue?

  @Option(help: ArgumentHelp("Stop reading here.", valueName: "time"), transform: TimeValue.init)
  var end: TimeValue?

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp("A further input of the patch: side=FILE feeds `in.side`.", valueName: "name=file"),
    transform: SideInput.init)
  var sideInputs: [SideInput] = []

  @Option(
    help: ArgumentHelp("Standard input or output, or an input file, has no header: s16le:48000:2.", valueName: "format"))
  var raw: String?

  @OptionGroup var settings: SettingOptions

  @OptionGroup var level: LevelOptions

  @OptionGroup var options: RenderingOptions

  @Option(help: ArgumentHelp("Files processed at a time. [default: one per processor]", valueName: "n"))
  var jobs: Int?

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs takes 1 or more") }
  }

  func run() throws {
    let pairs = try inputsAndOutputs()
    let raw = try raw.map { try RawFormat($0) }
    let graph = try settings.applied(to: try patch.load())
    let changes = try settings.changes()
    let further = try furtherInputs(of: graph)
    let batch = Batch(
      jobs: pairs.map { input, output in
        let isStream = input == "-" || output == "-"
        return Job(
          graph: graph,
          origin: .file(
            InputSelection(path: input, raw: isStream && input != "-" && !isHeaderless(input) ? nil : raw, start: start, end: end)
          ),
          sideInputs: further, output: output, rawOutput: output == "-" || isHeaderless(output) ? raw : nil, outputRate: rate,
          changes: changes, target: level.target, options: options)
      }, width: jobs ?? processorCount, quiet: options.quiet)
    let status = batch.run()
    if status != 0 { throw ExitCode(status) }
  }

  /// Whether the name says that samples stand alone.
  private func isHeaderless(_ path: String) -> Bool { path.hasSuffix(".raw") || path.hasSuffix(".pcm") }

  // MARK: Files

  private func inputsAndOutputs() throws -> [(input: String, output: String)] {
    if files.contains("") { throw CommandError.wrong("a file name is empty") }
    guard let outputDir else {
      guard files.count == 2 else {
        throw CommandError.wrong(
          files.count < 2
            ? "process needs an input and an output: talea process IN OUT"
            : "process takes one input and one output, and here are \(files.count) files; several inputs need --output-dir")
      }
      if isDirectory(files[1]) {
        throw CommandError.wrong("\(files[1]) is a directory; name a file in it, or give it as --output-dir")
      }
      return [(files[0], files[1])]
    }
    if files.contains("-") { throw CommandError.wrong("standard input has no name for a file in \(outputDir)") }
    if files.count > 1 {
      if !options.taps.isEmpty { throw CommandError.wrong("--tap writes one file; it goes with one input only") }
      if sideInputs.contains(where: { $0.path == "-" }) {
        throw CommandError.wrong("standard input cannot be read by each of \(files.count) jobs")
      }
    }
    guard isDirectory(outputDir) || mkdir(outputDir, 0o777) == 0 else {
      throw CommandError.failed("\(outputDir): cannot be made a directory: \(String(cString: strerror(errno)))")
    }
    let pairs = files.map { ($0, outputPath(for: $0, in: outputDir)) }
    var seen: [String: String] = [:]
    for (input, output) in pairs {
      if let other = seen.updateValue(input, forKey: output) {
        throw CommandError.wrong("\(other) and \(input) would both become \(output)")
      }
    }
    return pairs
  }

  private func outputPath(for input: String, in directory: String) -> String {
    var name = fileName(input)
    if let format = options.format, let ending = (try? AudioFileContainer(named: format))?.extensions.first {
      if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
      name += "." + ending
    }
    return directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }

  // MARK: Inputs of the patch

  private func furtherInputs(of graph: Graph) throws -> [String: InputSelection] {
    let addresses = graph.actors.filter { if case .input = $0.kind { true } else { false } }.map(\.address)
    let wanted = addresses.filter { $0 != "in" }.map { String($0.dropFirst("in.".count)) }
    var selections: [String: InputSelection] = [:]
    for side in sideInputs {
      guard wanted.contains(side.name) else {
        let near = suggestion(for: side.name, among: wanted).map { "; did you mean `\($0)`?" }
        throw CommandError.wrong(
          "the patch has no input `in.\(side.name)`" + (near ?? (addresses == ["in"] ? "; it reads `in` alone" : "")))
      }
      let selection = InputSelection(
        path: side.path, raw: side.path == "-" ? try raw.map { try RawFormat($0) } : nil, start: start, end: end)
      if selections.updateValue(selection, forKey: side.name) != nil {
        throw CommandError.wrong("--input \(side.name) is given twice")
      }
    }
    for name in wanted where selections[name] == nil {
      throw CommandError.wrong("the patch reads `in.\(name)` too: give --input \(name)=FILE")
    }
    let streams = selections.values.count { $0.path == "-" } + (files[0] == "-" ? 1 : 0)
    if streams > 1 { throw CommandError.wrong("standard input can feed one input only") }
    return selections
  }
}
