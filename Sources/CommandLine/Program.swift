import ArgumentParser
import Glibc
import Talea

@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "talea",
    abstract: "Render patches of audio effects.",
    version: Talea.version,
    subcommands: [
      Process.self, Render.self, LiveCommand.self, Play.self, Record.self, Replay.self, Ctl.self,
      Devices.self, Latency.self, Check.self, Explain.self,
      GraphCommand.self, SDF.self,
      Analyze.self, Compare.self, Plot.self, Convert.self, Import.self, Learn.self, Effects.self,
    ]
  )

  static func main() {
    guard Processor.serves else {
      Console.shared.write("error: \(Processor.refusal)\n")
      Glibc.exit(ExitStatus.failed)
    }
    occupyStandardStreams()
    SignalCleanup.install()
    do {
      var command = try parse(Array(CommandLine.arguments.dropFirst()))
      try command.run()
    } catch {
      Glibc.exit(status(reporting: error))
    }
  }

  /// Parses the named command alone where that goes well: the tree of all commands takes longer to build than a second of
  /// sound to render. Everything else, help and mistakes above all, is the tree's.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let named = configuration.subcommands.first { $0.configuration.commandName == arguments.first }
    if let named, let command = try? named.parse(Array(arguments.dropFirst())) { return command }
    return try parseAsRoot(arguments)
  }

  private static func status(reporting error: any Error) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    guard exitCode(for: error) != .success else {
      // Help and version.
      print(fullMessage(for: error))
      return 0
    }
    let text: String
    let status: Int32
    if error is CommandError || error is PatchFailure || error is PatchFileError || error is SoundFileError
      || error is DeviceError
      || error is LiveError
    {
      (text, status) = errorText(error, color: Console.shared.hasColor)
    } else {
      // A command line that could not be parsed.
      let message = fullMessage(for: error)
      text = (message.hasPrefix("Error: ") ? "error: " + message.dropFirst("Error: ".count) : message) + "\n"
      status = ExitStatus.wrong
    }
    Console.shared.write(text)
    if status == ExitStatus.wrong, let hint = QuotingHint.text(for: Array(CommandLine.arguments.dropFirst())) {
      Console.shared.write(hint)
    }
    return status
  }
}
