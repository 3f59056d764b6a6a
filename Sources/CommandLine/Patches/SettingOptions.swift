import ArgumentParser
import Talea

/// Other values for the controls and parameters of a patch.
struct SettingOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Give a control or parameter another value: feedback=60%, plate.decay=3s.", valueName: "target=value"))
  var settings: [String] = []

  @Option(
    help: ArgumentHelp(
      "Changes over time, one on a line: time, target, value, and `linear` to glide there.", valueName: "file"))
  var automation: String?

  /// The graph with the new values.
  ///
  /// - Throws: `PatchFailure` with everything that is wrong in them.
  func applied(to graph: Graph) throws -> Graph {
    var result = graph
    var failure = PatchFailure([], sources: [])
    for text in settings {
      do {
        result = result.applying(try graph.setting(text, name: "--set"))
      } catch {
        for var diagnostic in error.diagnostics {
          diagnostic.span?.source = failure.sources.count
          failure.diagnostics.append(diagnostic)
        }
        failure.sources += error.sources
      }
    }
    if !failure.diagnostics.isEmpty { throw failure }
    return result
  }

  /// The changes over time, where there are any.
  func changes() throws -> TimedChanges? { try automation.map { try TimedChanges(contentsOf: $0) } }
}
