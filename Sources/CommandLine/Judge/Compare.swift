import ArgumentParser
import PatchLanguage
import Talea

/// `talea compare A B`
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Say whether two sound files are equal, and where and how far they differ.",
    discussion: """
      Compares samples as they are read: a 16-bit file and its copy in float are equal. The exit status is 0 where the files are \
      equal (or nowhere further apart than --tolerance), 1 where they are not, and 2 where they could not be compared. With \
      --align the second file is first moved in time and brought to the level at which it is most like the first.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("The first sound file.", valueName: "a"))
  var first: String

  @ArgumentParser.Argument(help: ArgumentHelp("The second.", valueName: "b"))
  var second: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How far samples may differ and count as equal: -120dB.", valueName: "level"), transform: level)
  var tolerance: Double?

  @Flag(help: "Take out a difference in time and level first.")
  var align = false

  @Option(
    name: .customLong("max-lag"), help: ArgumentHelp("With --align: how far to look, both ways.", valueName: "time"),
    transform: TimeValue.init)
  var maximumLag: TimeValue = .seconds(5)

  @Option(
    name: .customLong("null"),
    help: ArgumentHelp("Write the first file minus the second into this one.", valueName: "file"))
  var nullFile: String?

  @Flag(help: "Replace the file of --null.")
  var force = false

  @Flag(help: "One JSON object instead of lines.")
  var json = false

  func run() throws {
    let isEqual: Bool
    do { isEqual = try compare() } catch {
      // A script must be able to tell a difference from a file that is not there.
      Console.shared.write(errorText(error, color: Console.shared.hasColor).text)
      throw ExitCode(ExitStatus.trouble)
    }
    if !isEqual { throw ExitCode(ExitStatus.different) }
  }

  /// Compares and reports. Returns whether the files are equal.
  private func compare() throws -> Bool {
    for (path, other) in [(first, second), (second, first)] where path == "-" && (align || other == "-") {
      throw CommandError.wrong("standard input can be read only once; put the sound into a file first")
    }
    let comparison = try SoundComparison(
      first, second, maximumLag: align ? maximumLag : nil, nullFile: nullFile, replaces: force)
    for line in comparison.warnings { Console.shared.write(line) }
    let isEqual = comparison.isEqual(within: tolerance)
    try printText(json ? comparison.json(isEqual).text() : comparison.text(isEqual))
    return isEqual
  }
}

private func level(_ text: String) throws -> Double {
  guard let (number, unit) = numberAndUnit(text), ["dB", "dBFS"].contains(unit) else {
    throw ValidationError("a tolerance is written like -120dB")
  }
  return number
}
