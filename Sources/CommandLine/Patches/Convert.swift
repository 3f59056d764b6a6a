import ArgumentParser
import PatchLanguage
import Talea

/// `talea convert a.talea a.json`
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn a patch's text into JSON, or back.",
    discussion: "The name of the output decides: `.json` is JSON, anything else text. Comments and layout are not kept.")

  @ArgumentParser.Argument(help: ArgumentHelp("The patch to read.", valueName: "file"))
  var input: String

  @ArgumentParser.Argument(help: ArgumentHelp("The file to write; `-` prints.", valueName: "file"))
  var output: String

  @Flag(help: "Print JSON where the output is `-`.")
  var json = false

  @Flag(help: "Replace an existing file.")
  var force = false

  func run() throws {
    let source: Source
    do throws(SourceFailure) {
      source = try DiskLoader().load(input)
    } catch {
      throw PatchFileError(path: input, reason: error.reason)
    }
    let patch = try PatchLanguage.parse(source).get()
    if json && output != "-" {
      throw CommandError.wrong("--json goes with `-`; a file is JSON where its name ends in .json")
    }
    let text = json || output.hasSuffix(".json") ? patch.json : patch.text
    if output == "-" {
      try printText(text)
      return
    }
    try writeText(text, to: output, force: force)
  }
}
