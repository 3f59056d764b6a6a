import ArgumentParser
import Talea

/// `talea check FILE…`
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look for mistakes in patches.",
    discussion: "Prints messages only; silence means that all is well. Exit status 2 where a patch is wrong.")

  @ArgumentParser.Argument(help: ArgumentHelp("The patches.", valueName: "file"))
  var files: [String]

  @OptionGroup var settings: CompileSettings

  func run() throws {
    var worst: Int32 = 0
    for file in files {
      do {
        _ = try settings.plan(try loadPatch(path: file))
      } catch {
        let (text, status) = errorText(error, color: Console.shared.hasColor)
        Console.shared.write(text)
        worst = max(worst, status)
      }
    }
    if worst != 0 { throw ExitCode(worst) }
  }
}
