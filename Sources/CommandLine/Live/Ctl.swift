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
      talea ctl bypass [EFFECT] on|off
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
    // Without a name it is the whole patch.
    guard words.count == wanted || command == .bypass && words.count == 1 else {
      throw CommandError.wrong("ctl \(command.rawValue) takes \(count(wanted, "argument")), not \(words.count)")
    }
    if command == .bypass, let state = words.last, !["on", "off"].contains(state) {
      throw CommandError.wrong("ctl bypass takes `on` or `off`, not `\(state)`")
    }
    let connection = try ControlConnection(path)
    if command == .profile { return print(try profile(connection)) }
    let reply = try connection.exchange(request(command, words, over))
    let node = try ControlConnection.checked(reply)
    print(command == .send ? reply : text(command, node))
  }

  /// What each actor takes of the time, measured for a second; the dearest first.
  ///
  /// The session counts for as long as the connection stands: whatever ends this program ends it.
  private func profile(_ connection: ControlConnection) throws -> String {
    func figures() throws -> Counts {
      let reply = try connection.ask(request(.profile, [], nil))
      guard let position = reply["position"]?.number, let rate = reply["sampleRate"]?.number else { throw Self.noAnswer }
      let actors = (reply["actors"]?.elements ?? []).map { ($0["actor"]?.text ?? "?", $0["nanoseconds"]?.number ?? 0) }
      return Counts(position: position, rate: rate, exchanges: reply["exchanges"]?.integer ?? 0, spent: actors)
    }
    _ = try connection.ask(request(.profile, ["on"], nil))
    for _ in 0..<5 {
      let before = try figures()
      sleep(1)
      let after = try figures()
      // Behind an exchange counts begin anew.
      guard before.exchanges == after.exchanges, after.position > before.position else { continue }
      let time = (after.position - before.position) / after.rate * 1e9
      let shares = zip(after.spent, before.spent).map { ($0.actor, ($0.nanoseconds - $1.nanoseconds) / time) }
      let lines = shares.sorted { $0.1 > $1.1 }.map { "\(fixed($0.1 * 100, 2)) %  \($0.0)" }
      return (["\(fixed(shares.reduce(0) { $0 + $1.1 } * 100, 2)) %  all"] + lines).joined(separator: "\n")
    }
    throw CommandError.failed("the patch changed, or the device stood still, whenever it was measured; ask again")
  }

  private struct Counts {
    var position: Double
    var rate: Double
    var exchanges: Int
    var spent: [(actor: String, nanoseconds: Double)]
  }

  private static let noAnswer = CommandError.failed("the session gave no answer")

  private func request(_ command: Verb, _ words: [String], _ over: String?) -> String {
    let object: JSONValue =
      switch command {
      case .set:
        .object([
          "do": .string(over == nil ? "set" : "ramp"), "target": .string(words[0]), "value": .string(words[1]),
          "time": over.map { .string($0) },
        ])
      case .get: .object(["do": .string("get"), "target": .string(words[0])])
      case .bypass:
        .object([
          "do": .string("bypass"), "target": words.count == 2 ? .string(words[0]) : nil, "on": .bool(words.last == "on"),
        ])
      // The session may run in another folder.
      case .load: .object(["do": .string("load"), "file": .string(absolutePath(words[0]))])
      case .list: .object(["do": .string("list")])
      case .status: .object(["do": .string("stats")])
      case .meters: .object(["do": .string("meters")])
      case .profile: .object(["do": .string("profile"), "on": words.first.map { .bool($0 == "on") }])
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
      let isPatchBypassed = if case .bool(true)? = reply["patchBypassed"]?.content { true } else { false }
      if case .object(let members)? = reply["incidents"]?.content {
        incidents = members.map { "\($0.value.integer ?? 0) \($0.key.value)" }.joined(separator: ", ")
      }
      return """
        playing for \(clock((reply["position"]?.number ?? 0) / rate)); load \(percent("meanLoad")) mean, \
        \(percent("load99")) for 99 of 100 blocks, \(percent("worstLoad")) at worst; \
        peak \(levelText(Float(reply["peak"]?.number ?? 0)))
        incidents: \(incidents.isEmpty ? "none" : incidents)
        """
          + (isPatchBypassed ? "\nthe patch is bypassed; talea ctl bypass off plays it again" : "")
          + (bypassed.isEmpty ? "" : "\nbypassed: " + bypassed.joined(separator: ", "))
    default: return "at frame \(reply["position"]?.integer ?? 0)"
    }
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
