import Foundation
import Glibc

/// A session that plays until it is told to end.
final class LiveTool {
  let scratch: Scratch
  private let started: Tool.Started

  init(_ scratch: Scratch, _ arguments: [String], environment: [String: String] = [:]) throws {
    self.scratch = scratch
    started = Tool.start(
      ["timeout", "-k", "5", "60", Tool.path, "live"] + arguments + ["--socket", "s"], in: scratch.path,
      environment: environment)
    for _ in 0..<500 where !FileManager.default.fileExists(atPath: scratch["s"]) { usleep(20_000) }
    // The socket is there before the sound.
    for _ in 0..<500 {
      if ctl("status").outputText.contains("playing") { return }
      usleep(20_000)
    }
    throw CocoaError(.fileNoSuchFile)
  }

  func ctl(_ arguments: String...) -> Run { Tool.run(["ctl", "--socket", "s"] + arguments, in: scratch.path) }

  func end() -> Run {
    kill(started.process, SIGTERM)
    return Tool.finish(started)
  }
}
