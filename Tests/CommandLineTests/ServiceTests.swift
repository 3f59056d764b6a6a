import Foundation
import Glibc
import Testing

/// `talea live` as a service: readiness, termination, and a device that takes the thread and never gives it back.
@Suite("talea live as a service", .serialized) struct ServiceTests {
  private let calm = ["--period", "480", "--periods", "4", "--socket", "none"]

  /// What a service manager listens with.
  private final class Manager {
    private let descriptor: Int32

    /// - Parameter name: a path, or a name that begins with an @.
    init(_ name: String) {
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      var bytes = Array(name.utf8)
      if name.hasPrefix("@") { bytes[0] = 0 }
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
      let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
      let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      precondition(status == 0, "no socket at \(name)")
      var patience = timeval(tv_sec: 10, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The next datagram; empty where none comes in ten seconds.
    func next() -> String {
      var bytes = [UInt8](repeating: 0, count: 1_024)
      let count = recv(descriptor, &bytes, bytes.count, 0)
      return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
  }

  @Test(arguments: [false, true])
  func itTellsItsManagerThatItIsReadyAndThatItStops(hasAbstractName: Bool) {
    let rig = Rig()
    let name = hasAbstractName ? "@talea-\(UUID().uuidString)" : rig.scratch["notify"]
    let manager = Manager(name)
    let started = Tool.start(
      [Tool.path, "live", "gain -6dB", "-i", "rig", "-o", "rig"] + calm, in: rig.scratch.path,
      environment: rig.environment(faults: "b:suspend=200@0.4").merging(["NOTIFY_SOCKET": name]) { $1 })
    #expect(manager.next() == "READY=1\nSTATUS=playing")
    #expect(manager.next() == "STATUS=suspended")
    #expect(manager.next() == "STATUS=playing")
    kill(started.process, SIGTERM)
    #expect(manager.next() == "STOPPING=1")
    let run = Tool.finish(started)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(arguments: ["", "relative", "/nowhere/notify", "/" + String(repeating: "x", count: 300)])
  func aManagerThatDoesNotListenIsNoReasonToFail(name: String) {
    let rig = Rig()
    let run = Tool.finish(
      Tool.start(
        [Tool.path, "live", "gain -6dB", "-i", "rig", "-o", "rig", "--duration", "0.2s"] + calm, in: rig.scratch.path,
        environment: rig.environment().merging(["NOTIFY_SOCKET": name]) { $1 }))
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func aCallThatDoesNotReturnIsLeftWhenItIsToldToEnd() {
    let rig = Rig()
    let started = Tool.start(
      [Tool.path, "live", "gain -6dB", "-i", "rig", "-o", "rig"] + calm, in: rig.scratch.path,
      environment: rig.environment(faults: "c:hang=60000@0.5"))
    usleep(1_500_000)
    kill(started.process, SIGTERM)
    let begin = Date()
    let run = Tool.finish(started)
    #expect(run.status == 1)
    #expect(run.errors.hasSuffix("error: a call into the device's library does not return; ended without it\n"), "\(run.errors)")
    #expect((4...12).contains(Date().timeIntervalSince(begin)))
  }

  /// The unit in `docs` says what the program understands.
  @Test func theUnitInTheDocumentationStartsWhatThereIs() throws {
    let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs")
    let unit = try String(contentsOf: docs.appendingPathComponent("talea.service"), encoding: .utf8)
    #expect(unit.contains("Type=notify\n") && unit.contains("LimitRTPRIO=95\n") && unit.contains("LimitMEMLOCK=infinity\n"))
    let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
    let words = line.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
    #expect(words.first == "/usr/local/bin/talea")
    let rig = Rig()
    rig.scratch.write("in -> gain -6dB -> out\n", to: "chain.talea")
    let arguments = words.dropFirst().map { word in
      switch word {
      case "/etc/talea/chain.talea": "chain.talea"
      case "/run/talea/talea.sock": "s"
      default: word
      }
    }
    let run = rig.talea(arguments + ["--duration", "0.2s"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("\"event\": \"started\""), "\(run.errors)")
  }
}
