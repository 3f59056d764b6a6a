import ArgumentParser
import Glibc
import Talea

/// `talea live PATCH|CHAIN`
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Play a patch between sound devices in real time.",
    usage: "talea live PATCH|'CHAIN' [-i DEVICE|FILE] [-o DEVICE|FILE] [options]",
    discussion: """
      Runs until it is interrupted (Ctrl-C), through underruns, suspension and unplugged devices. A patch that does not read \
      `in` needs no capture device. `-o none` only listens. A sound file may stand in for either device.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A patch's file, or a chain of effects in quotes.", valueName: "patch"))
  var patch: String

  @Option(
    name: [.customShort("i"), .customLong("input-device")],
    help: ArgumentHelp("Where sound comes from: a device, a file, or `none`. [default: default]", valueName: "device"))
  var input: String?

  @Option(
    name: [.customShort("o"), .customLong("output-device")],
    help: ArgumentHelp("Where sound goes: a device, a file, or `none`.", valueName: "device"))
  var output = "default"

  @Option(name: .customLong("set"), help: ArgumentHelp("Give a control or parameter another value.", valueName: "target=value"))
  var settings: [String] = []

  @OptionGroup var options: LiveOptions

  func run() throws {
    var settingOptions = SettingOptions()
    settingOptions.settings = settings
    let graph = try settingOptions.applied(to: try loadPatchOrChain(patch))
    if !graph.readsInput, let input, input != "none" {
      Console.shared.write("note: the patch does not read `in`; \(input) stays closed\n")
    }
    let source = graph.readsInput ? LiveEnd(input ?? "default") : .nowhere
    let chain = isPatchFile(patch) ? nil : patch
    try LiveRun(
      graph: graph, path: chain == nil ? patch : nil, chain: chain, givenValues: settings, input: source, output: LiveEnd(output),
      options: options
    ).run()
  }
}
