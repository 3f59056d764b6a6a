import ArgumentParser
import Talea

/// `talea play FILE`
struct Play: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play a sound file on a device.",
    usage: "talea play FILE [-o DEVICE] [options]",
    discussion: "The same as talea live 'gain 0dB' -i FILE -o DEVICE.")

  @ArgumentParser.Argument(help: ArgumentHelp("The sound file.", valueName: "file"))
  var file: String

  @Option(
    name: [.customShort("o"), .customLong("output-device")], help: ArgumentHelp("Where sound goes.", valueName: "device"))
  var output = "default"

  @OptionGroup var options: LiveOptions

  func run() throws {
    let chain = "gain 0dB"
    try LiveRun(graph: try loadChain(chain), chain: chain, input: .file(file), output: LiveEnd(output), options: options).run()
  }
}

/// `talea record FILE`
struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Record a device into a sound file.",
    usage: "talea record FILE [-i DEVICE] [--duration TIME] [options]",
    discussion: """
      The same as talea live 'gain 0dB' -i DEVICE -o FILE. The file is whole when the recording ends (Ctrl-C, or after \
      --duration).
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("The sound file.", valueName: "file"))
  var file: String

  @Option(
    name: [.customShort("i"), .customLong("input-device")], help: ArgumentHelp("Where sound comes from.", valueName: "device"))
  var input = "default"

  @OptionGroup var options: LiveOptions

  func run() throws {
    let chain = "gain 0dB"
    try LiveRun(graph: try loadChain(chain), chain: chain, input: LiveEnd(input), output: .file(file), options: options).run()
  }
}
