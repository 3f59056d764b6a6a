import ArgumentParser
import Talea

/// `talea explain PATCH|CHAIN`
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Print what is known about a patch before it starts.",
    discussion: """
      Actors with their channels and rates, loops with their tokens and block, the schedule, latency and delay of every \
      path, memory, and the cost on this machine, measured for a moment.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A patch's file, or a chain of effects in quotes.", valueName: "patch"))
  var patch: String

  @Flag(help: "One JSON object instead of lines.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "What one pass of the compiler found: \(CompilerPass.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name"),
    transform: compilerPass)
  var pass: CompilerPass?

  @OptionGroup var settings: CompileSettings

  @OptionGroup var sharing: ThreadOption

  func run() throws {
    if let pass {
      let result = try settings.plan(try loadPatchOrChain(patch), threads: sharing.threads).result(of: pass)
      return try printText(json ? result.json.text() : result.description)
    }
    let explanation = Explanation(try settings.plan(try loadPatchOrChain(patch), threads: sharing.threads))
    try printText(json ? explanation.json.text() : explanation.description)
  }
}

private func compilerPass(_ name: String) throws -> CompilerPass {
  if let pass = CompilerPass(rawValue: name) { return pass }
  let names = CompilerPass.allCases.map(\.rawValue)
  let help = suggestion(for: name, among: names).map { "did you mean `\($0)`? " } ?? ""
  throw ValidationError("no pass is named `\(name)`; \(help)there are \(names.joined(separator: ", "))")
}
