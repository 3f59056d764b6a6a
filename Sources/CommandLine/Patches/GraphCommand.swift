import ArgumentParser
import Glibc
import SoundFiles
import Talea

/// `talea graph PATCH --format dot|mermaid|svg`
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw a patch.",
    discussion: "Initial tokens stand in brackets, dashed arrows drive parameters, every loop has its own colour.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case dot, mermaid, svg
  }

  @ArgumentParser.Argument(help: ArgumentHelp("A patch's file, or a chain of effects in quotes.", valueName: "patch"))
  var patch: String

  @Option(help: "What to draw it as; svg needs Graphviz.")
  var format = Format.dot

  @OptionGroup var settings: CompileSettings

  func run() throws {
    let drawing = Drawing(try settings.plan(try loadPatchOrChain(patch)))
    switch format {
    case .dot: try printText(drawing.dot)
    case .mermaid: try printText(drawing.mermaid)
    case .svg: try drawSVG(drawing.dot)
    }
  }

  /// Hands the graph to Graphviz, whose output goes where ours does.
  private func drawSVG(_ dot: String) throws {
    guard system("command -v dot >/dev/null 2>&1") == 0 else {
      throw CommandError.failed(
        "svg is drawn by Graphviz, and there is no `dot` here; install it (Debian: apt-get install graphviz) or use --format mermaid"
      )
    }
    guard let pipe = popen("dot -Tsvg", "w") else { throw CommandError.failed("cannot start `dot`") }
    let isWritten = dot.withCString { fputs($0, pipe) } >= 0
    guard pclose(pipe) == 0, isWritten else { throw CommandError.failed("`dot` failed to draw the patch") }
  }
}
