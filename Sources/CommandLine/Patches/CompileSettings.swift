import ArgumentParser
import Talea

/// For what a patch is compiled where no file says it.
struct CompileSettings: ParsableArguments {
  @Option(help: ArgumentHelp("Sample rate of the patch. [default: 48000]", valueName: "hz"), transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Channels of the inputs.", valueName: "n"))
  var channels = 2

  @Option(
    help: ArgumentHelp(
      "The most frames that one call processes, or auto: chosen for speed, as process does. [default: 1024]",
      valueName: "frames"))
  var block = BlockChoice.frames(1_024)

  func validate() throws {
    guard (1...1_024).contains(channels) else { throw ValidationError("--channels takes 1 to 1024, not \(channels)") }
  }

  /// - Parameter threads: that share the plan.
  func plan(_ graph: Graph, threads: Int = 1) throws(PatchFailure) -> Plan {
    var options = CompileOptions(sampleRate: rate ?? 48_000, defaultInputChannels: channels)
    options.threads = threads
    return try compileOffline(graph, catalog: .standard, options: options, block: block.frames)
  }
}

/// Takes what is said on the command line about threads.
struct ThreadOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads that share the graph outside its loops; changes the speed, never a byte.", valueName: "n"))
  var threads = 1

  func validate() throws {
    guard (1...64).contains(threads) else { throw ValidationError("--threads takes 1 to 64, not \(threads)") }
  }
}

/// Frames per call: a number, or what runs fastest.
enum BlockChoice: ExpressibleByArgument {
  case automatic
  case frames(Int)

  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let frames = Int(argument), (1...1_048_576).contains(frames) {
      self = .frames(frames)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { frames.map(String.init) ?? "auto" }
  var frames: Int? { if case .frames(let frames) = self { frames } else { nil } }
}
