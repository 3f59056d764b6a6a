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

  /// Sends a line and returns the lines that come within a time, the answer first.
  func subscribe(_ request: String, seconds: Double) throws -> [String] {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(scratch["s"].utf8)) }
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else { throw CocoaError(.fileReadUnknown) }
    var patience = timeval(tv_sec: 0, tv_usec: 20_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let line = Array((request + "\n").utf8)
    send(descriptor, line, line.count, 0)
    var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4_096)
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count > 0 { bytes += piece[..<count] }
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func end() -> Run {
    kill(started.process, SIGTERM)
    return Tool.finish(started)
  }
}
