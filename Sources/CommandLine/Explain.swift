import ArgumentParser
import Talea

/// `talea explain PATCH|CHAIN`
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what is known about a patch before it starts.",
    discussion: """
      Actors with their channels and rates, loops with their tokens and block, the schedule, latency and delay of every \
      path, memory, and the cost on this machine, measured for a moment.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A patch's file, or a chain of effects in quotes.", valueName: "patch"))
  var patch: String

  @Flag(help: "One JSON object instead of lines.")
  var json = false

  @OptionGroup var settings: CompileSettings

  func run() throws {
    let explanation = Explanation(try settings.plan(try loadPatchOrChain(patch)))
    print(json ? explanation.json.text() : explanation.description, terminator: "")
  }
}
