import ArgumentParser
import Glibc
import Talea

/// The patch of a command: a file or a chain.
struct PatchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The patch to run.", valueName: "file"))
  var patch: String?

  @Option(
    help: ArgumentHelp("Effects in a row instead of a patch, in quotes: 'gain -3dB -> reverb decay=2s'.", valueName: "text"))
  var chain: String?

  /// The resolved patch; its warnings are printed.
  ///
  /// - Throws: `CommandError` unless exactly one of the two is given; `PatchFailure`, `PatchFileError`.
  func load() throws -> Graph {
    switch (patch, chain) {
    case (let path?, nil): try loadPatch(path: path)
    case (nil, let text?): try loadChain(text)
    case (nil, nil): throw CommandError.wrong("which patch? give --patch FILE or --chain 'gain -3dB -> …'")
    case (_?, _?): throw CommandError.wrong("--patch and --chain exclude each other; a chain can be written into the patch")
    }
  }
}

/// The patch in a file; its warnings are printed.
func loadPatch(path: String) throws -> Graph { printingWarnings(of: try ResolvedPatch(contentsOf: path)) }

/// A chain of effects as a patch; its warnings are printed.
func loadChain(_ text: String) throws -> Graph { printingWarnings(of: try ResolvedPatch(chain: text)) }

/// What a single argument means that may be either: a patch's file where there is one of that name or the name is that of
/// a patch, else a chain.
func loadPatchOrChain(_ argument: String) throws -> Graph {
  isPatchFile(argument) ? try loadPatch(path: argument) : try loadChain(argument)
}

func isPatchFile(_ argument: String) -> Bool {
  access(argument, F_OK) == 0 || argument.hasSuffix(".talea") || argument.hasSuffix(".json")
}

private func printingWarnings(of patch: ResolvedPatch) -> Graph {
  if !patch.warnings.isEmpty {
    Console.shared.write(render(patch.warnings, sources: patch.graph.sources, color: Console.shared.hasColor))
  }
  return patch.graph
}
