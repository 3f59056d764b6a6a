import Glibc
import Talea

/// The folder of `--record`: everything that `talea replay` needs to play the same again.
///
///     session.json    what the patch was compiled for, and the program's version
///     patch/          the patch and the files that it uses
///     input.wav       what the patch was fed with, 32-bit float
///     output.wav      what left it, behind limiter and fades
///     events.jsonl    what happened, one object a line, each with the position at which it took effect
final class Recording {
  private let directory: String
  private let events: UnsafeMutablePointer<FILE>

  /// - Throws: `CommandError` where the folder cannot be made or is not empty.
  init(_ directory: String) throws {
    self.directory = directory
    guard mkdir(directory, 0o777) == 0 || errno == EEXIST else { throw Self.failure(directory) }
    if access(directory + "/session.json", F_OK) == 0 {
      throw CommandError.wrong("\(directory) holds a recording; give --record another folder")
    }
    guard let file = fopen(directory + "/events.jsonl", "we") else { throw Self.failure(directory + "/events.jsonl") }
    events = file
  }

  deinit { fclose(events) }

  static func failure(_ path: String) -> CommandError { .failed("\(path): \(String(cString: strerror(errno)))") }

  var inputPath: String { directory + "/input.wav" }
  var outputPath: String { directory + "/output.wav" }

  /// Writes what is known before the start.
  ///
  /// - Parameter chain: the text where the patch is no file.
  func describe(_ session: LiveSession, graph: Graph, chain: String?, settings: [String]) throws {
    let sources = graph.sources.filter { !$0.name.hasPrefix("<") && !$0.name.hasPrefix("--") }
    var patch: JSONValue? = nil
    if chain == nil, let main = sources.first {
      let paths = sources.map { Self.absolute($0.name) }
      let root = Self.commonFolder(paths)
      for (source, path) in zip(sources, paths) { try write(source.bytes, to: "patch/" + path.dropFirst(root.count)) }
      patch = .string("patch/" + Self.absolute(main.name).dropFirst(root.count))
    }
    let options = session.plan.options
    let facts = JSONValue.object([
      "format": .integer(1), "version": .string(Talea.version), "patch": patch, "chain": chain.map { .string($0) },
      "set": .array(settings.map { .string($0) }), "sampleRate": .integer(options.sampleRate),
      "inputChannels": .integer(session.plan.inputs.first?.channels ?? 0),
      "outputChannels": options.outputChannels.map { .integer($0) },
      "safetyLimit": session.settings.safetyLimit.map { .double(Double($0)) },
      "fadeSeconds": .double(session.settings.fadeSeconds),
      "capture": session.capture.map { .string($0.description) }, "playback": session.playback.map { .string($0.description) },
    ])
    try write(Array(facts.text().utf8), to: "session.json")
  }

  /// Notes events in their order.
  func note(_ list: [LiveEvent], _ changes: [Int32: LiveChange]) {
    for event in list {
      var members = [
        JSONValue.Member("position", .integer(event.position)), JSONValue.Member("event", .string("\(event.kind)")),
      ]
      if let direction = event.direction { members.append(.init("direction", .string(direction.rawValue))) }
      if event.value != 0 { members.append(.init("value", .integer(Int(event.value)))) }
      switch event.kind == .changed ? changes[event.value] : nil {
      case .parameters(let moves)?: members.append(.init("moves", .array(moves.map(\.json))))
      case .mute(let isMuted)?: members.append(.init("mute", .bool(isMuted)))
      case nil: break
      }
      fputs(JSONValue.object(members).text(lineLength: .max), events)
    }
    fflush(events)
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    let path = directory + "/" + name
    for (index, byte) in path.utf8.enumerated() where byte == UInt8(ascii: "/") && index > directory.utf8.count - 1 {
      mkdir(String(decoding: path.utf8.prefix(index), as: UTF8.self), 0o777)
    }
    guard let file = fopen(path, "we") else { throw Self.failure(path) }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else { throw Self.failure(path) }
  }

  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folder, with its slash, in which all of them lie.
  private static func commonFolder(_ paths: [String]) -> String {
    var common = Array(paths[0].utf8)
    for path in paths { common = Array(zip(common, path.utf8).prefix { $0 == $1 }.map(\.0)) }
    let end = common.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    return String(decoding: common[..<end], as: UTF8.self)
  }
}

extension ParameterMove {
  var json: JSONValue {
    .object([
      "actor": .string(actor), "parameter": .string(parameter), "value": .double(value),
      "rampFrames": rampFrames.map { .integer($0) },
    ])
  }
}
