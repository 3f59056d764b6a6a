import ArgumentParser
import Talea

@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "talea",
    abstract: "Render patches of audio effects.",
    version: Talea.version
  )
}
