import ArgumentParser
import Dataflow
import GraphFiles
import PatchLanguage
import Talea

/// `talea sdf GRAPH.json`
struct SDF: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sdf",
    abstract: "Analyse and schedule bare dataflow graphs.",
    discussion: """
      Reads a synchronous or cyclo-static dataflow graph (docs/graph-files.md) and prints its repetition vector, whether \
      it is live and what it lacks if not, its loops, bounds, schedules, buffers and iteration period.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("The graph's file; several with --table.", valueName: "graph.json"))
  var files: [String]

  @Flag(help: "One JSON object instead of lines.")
  var json = false

  @Flag(help: "A table in Markdown, with what is published beside it.")
  var table = false

  @Option(help: "How long to look for better answers: fast, default or thorough.")
  var effort = Effort.default

  func validate() throws {
    if json, table { throw ValidationError("--json and --table exclude each other.") }
    if files.count > 1, !table { throw ValidationError("several graphs at once go into a --table; name one without it.") }
  }

  func run() throws {
    var rows = AnswerTable()
    for file in files {
      let (answer, seconds) = try answer(file)
      if table {
        rows.add(answer, seconds: seconds)
      } else {
        try printText(json ? answer.json(seconds: seconds).text() : answer.text(seconds: seconds))
      }
    }
    if table { try printText(rows.markdown) }
  }

  /// The answer, and the seconds it took without reading the file.
  private func answer(_ file: String) throws -> (GraphAnswer, Double) {
    let source: Source
    do throws(SourceFailure) {
      source = try DiskLoader().load(file)
    } catch {
      throw PatchFileError(path: file, reason: error.reason)
    }
    let graph = try GraphFile(source)
    let start = Processor.nanoseconds
    do throws(GraphAnswerError) {
      let answer = try GraphAnswer(graph, effort: effort)
      return (answer, Double((Processor.nanoseconds - start + 500) / 1_000) / 1e6)
    } catch {
      throw CommandError.wrong("\(file): \(error)")
    }
  }
}

extension Effort: ExpressibleByArgument {}
