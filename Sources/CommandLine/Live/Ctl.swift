import ArgumentParser
import Glibc
import PatchLanguage
import Talea

/// `talea ctl`
struct Ctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Control a patch that plays: set, ramp, get, list, bypass, mute, load, meters, profile, status.",
    usage: """
      talea ctl set TARGET VALUE [--over TIME]
      talea ctl get TARGET
      talea ctl bypass EFFECT on|off
      talea ctl load FILE
      talea ctl list | status | meters | profile | mute | unmute
      talea ctl send JSON
      """,
    discussion: "Talks to the socket of talea live; docs/control.md describes it.")

  // Taken as they stand: values begin with a minus sign.
  @ArgumentParser.Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("What to do, the target and the value.", valueName: "command"))
  var arguments: [String] = []

  @Option(help: ArgumentHelp("Glide there in this time.", valueName: "time"))
  var over: String?

  @Option(help: ArgumentHelp("The session's socket. [default: talea.sock in the user's runtime directory]", valueName: "path"))
  var socket: String?

  private enum Verb: String, CaseIterable { case set, get, list, status, meters, profile, bypass, load, mute, unmute, send }
  private static let verbs = "it takes set, get, list, status, meters, profile, bypass, load, mute, unmute or send"

  func run() throws {
    var (words, over, path) = ([String](), over, socket)
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--over": over = rest.popFirst()
      case "--socket": path = rest.popFirst()
      case "--help", "-h": throw CleanExit.helpRequest(self)
      default: words.append(word)
      }
    }
    guard let verb = words.first else { throw CommandError.wrong("ctl what? " + Self.verbs) }
    guard let command = Verb(rawValue: verb) else { throw CommandError.wrong("ctl does not know `\(verb)`; " + Self.verbs) }
    words.removeFirst()
    let wanted = [Verb.set: 2, .get: 1, .bypass: 2, .load: 1, .send: 1][command] ?? 0
    guard words.count == wanted else {
      throw CommandError.wrong("ctl \(command.rawValue) takes \(count(wanted, "argument")), not \(words.count)")
    }
    if command == .bypass, !["on", "off"].contains(words[1]) {
      throw CommandError.wrong("ctl bypass takes `on` or `off`, not `\(words[1])`")
    }
    if command == .profile { return print(try profile(path)) }
    let reply = try exchange(request(command, words, over), path)
    var reader = JSONReader(Source(name: "the reply", text: reply), index: 0)
    guard let node = try? reader.document() else { throw CommandError.failed("the session gave no answer") }
    if case .bool(false)? = node["ok"]?.content {
      throw CommandError.wrong(node["error"]?.text ?? "the session refused")
    }
    print(command == .send ? reply : text(command, node))
  }

  /// What each actor takes of the time, measured for a second; the dearest first.
  private func profile(_ path: String?) throws -> String {
    func figures() throws -> (position: Double, rate: Double, nanoseconds: [(actor: String, spent: Double)]) {
      var reader = JSONReader(Source(name: "the reply", text: try exchange("{\"do\": \"profile\"}\n", path)), index: 0)
      guard let reply = try? reader.document(), let position = reply["position"]?.number, let rate = reply["sampleRate"]?.number
      else { throw CommandError.failed("the session gave no answer") }
      let actors = (reply["actors"]?.elements ?? []).map { ($0["actor"]?.text ?? "?", $0["nanoseconds"]?.number ?? 0) }
      return (position, rate, actors)
    }
    _ = try exchange("{\"do\": \"profile\", \"on\": true}\n", path)
    defer { _ = try? exchange("{\"do\": \"profile\", \"on\": false}\n", path) }
    let before = try figures()
    sleep(1)
    let after = try figures()
    guard before.nanoseconds.map(\.actor) == after.nanoseconds.map(\.actor), after.position > before.position else {
      throw CommandError.failed("the patch changed while it was measured; ask again")
    }
    let time = (after.position - before.position) / after.rate * 1e9
    let shares = zip(after.nanoseconds, before.nanoseconds).map { ($0.actor, ($0.spent - $1.spent) / time) }
    let lines = shares.sorted { $0.1 > $1.1 }.map { "\(fixed($0.1 * 100, 2)) %  \($0.0)" }
    return (["\(fixed(shares.reduce(0) { $0 + $1.1 } * 100, 2)) %  all"] + lines).joined(separator: "\n")
  }

  private func request(_ command: Verb, _ words: [String], _ over: String?) -> String {
    let object: JSONValue =
      switch command {
      case .set:
        .object([
          "do": .string(over == nil ? "set" : "ramp"), "target": .string(words[0]), "value": .string(words[1]),
          "time": over.map { .string($0) },
        ])
      case .get: .object(["do": .string("get"), "target": .string(words[0])])
      case .bypass: .object(["do": .string("bypass"), "target": .string(words[0]), "on": .bool(words[1] == "on")])
      // The session may run in another folder.
      case .load: .object(["do": .string("load"), "file": .string(absolutePath(words[0]))])
      case .list: .object(["do": .string("list")])
      case .status: .object(["do": .string("stats")])
      case .meters: .object(["do": .string("meters")])
      case .profile: .object(["do": .string("profile")])
      case .mute, .unmute: .object(["do": .string("mute"), "on": .bool(command == .mute)])
      case .send: .null
      }
    return command == .send ? words[0] + "\n" : object.text(lineLength: .max)
  }

  private func text(_ command: Verb, _ reply: JSONNode) -> String {
    func line(_ entry: JSONNode) -> String {
      let range = entry["range"]?.text.map { "  (\($0))" } ?? ""
      return "\(entry["target"]?.text ?? "") = \(entry["value"]?.text ?? "?")\(range)"
    }
    switch command {
    case .list: return (reply["targets"]?.elements ?? []).map(line).joined(separator: "\n")
    case .get: return line(reply)
    case .meters:
      let sides = ["in", "out"].flatMap { side in
        (reply[side]?.elements ?? []).enumerated().map { index, channel in
          func level(_ key: String) -> String { levelText(Float(channel[key]?.number ?? 0)) }
          return "\(side):\(index + 1)  peak \(level("peak")), RMS \(level("rms"))"
        }
      }
      return sides.joined(separator: "\n")
    case .status:
      let rate = reply["sampleRate"]?.number ?? 48_000
      func percent(_ key: String) -> String { fixed((reply[key]?.number ?? 0) * 100, 1) + " %" }
      var incidents = ""
      let bypassed = reply["bypassed"]?.elements.compactMap(\.text) ?? []
      if case .object(let members)? = reply["incidents"]?.content {
        incidents = members.map { "\($0.value.integer ?? 0) \($0.key.value)" }.joined(separator: ", ")
      }
      return """
        playing for \(clock((reply["position"]?.number ?? 0) / rate)); load \(percent("meanLoad")) mean, \
        \(percent("load99")) for 99 of 100 blocks, \(percent("worstLoad")) at worst; \
        peak \(levelText(Float(reply["peak"]?.number ?? 0)))
        incidents: \(incidents.isEmpty ? "none" : incidents)
        """
          + (bypassed.isEmpty ? "" : "\nbypassed: " + bypassed.joined(separator: ", "))
    default: return "at frame \(reply["position"]?.integer ?? 0)"
    }
  }

  /// Sends a line and returns the answer.
  private func exchange(_ line: String, _ given: String?) throws -> String {
    guard let path = given ?? defaultSocketPath() else {
      throw CommandError.wrong("there is no runtime directory (XDG_RUNTIME_DIR); give --socket the path that talea live has")
    }
    guard var address = sockaddr_un(path: path) else { throw CommandError.wrong("\(path): the path is too long") }
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard connected == 0 else {
      let isAbsent = errno == ENOENT || errno == ECONNREFUSED
      throw CommandError.failed(
        isAbsent ? "\(path): no session of talea live answers there" : "\(path): \(String(cString: strerror(errno)))")
    }
    let bytes = Array(line.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = Glibc.send(descriptor, Array(bytes[sent...]), bytes.count - sent, Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw CommandError.failed("\(path): the session is gone") }
      sent += count
    }
    var reply: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while reply.last != UInt8(ascii: "\n") {
      let count = recv(descriptor, &piece, piece.count, 0)
      guard count > 0 else { throw CommandError.failed("\(path): the session gave no answer") }
      reply += piece[..<count]
    }
    return String(decoding: reply.dropLast(), as: UTF8.self)
  }
}

/// A path that means the same in every folder; as it is where there is no such file.
func absolutePath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// `talea.sock` in the user's runtime directory; nil where the system has none.
func defaultSocketPath() -> String? {
  guard let directory = getenv("XDG_RUNTIME_DIR").map({ String(cString: $0) }), !directory.isEmpty else { return nil }
  return directory + "/talea.sock"
}
