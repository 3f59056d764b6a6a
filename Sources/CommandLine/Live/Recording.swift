import Glibc
import Talea

/// The folder of `--record`: everything that `talea replay` needs to play the same again.
///
///     session.json    what the patch was compiled for, and the program's version
///     patch/          the patch and the files that it uses; patch-2/ and so on where others followed
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
    let patch = chain == nil ? try keep(graph) : nil
    let options = session.plan.options
    let facts = JSONValue.object([
      "format": .integer(1), "version": .string(Talea.version), "patch": patch.map { .string($0) },
      "chain": chain.map { .string($0) },
      "set": .array(settings.map { .string($0) }), "sampleRate": .integer(options.sampleRate),
      "inputChannels": .integer(session.plan.inputs.first?.channels ?? 0),
      "streamChannels": .integer(session.outputChannels), "outputChannels": options.outputChannels.map { .integer($0) },
      "safetyLimit": session.settings.safetyLimit.map { .double(Double($0)) },
      "fadeSeconds": .double(session.settings.fadeSeconds),
      "capture": session.capture.map { .string($0.description) }, "playback": session.playback.map { .string($0.description) },
    ])
    try write(Array(facts.text().utf8), to: "session.json")
  }

  /// Keeps the files of a patch, if they are others than last time.
  ///
  /// - Returns: the path of the patch in the folder.
  private func keep(_ graph: Graph) throws -> String? {
    let sources = graph.sources.filter { !$0.name.hasPrefix("<") && !$0.name.hasPrefix("--") }
    guard let main = sources.first else { return nil }
    if sources == keptSources, graph.sounds == keptSounds { return keptPath }
    (keptSources, keptSounds) = (sources, graph.sounds)
    patchCount += 1
    let folder = patchCount == 1 ? "patch/" : "patch-\(patchCount)/"
    let sounds = graph.sounds.map { absolutePath($0.path) }
    let paths = sources.map { absolutePath($0.name) }
    let root = Self.commonFolder(paths + sounds)
    for (source, path) in zip(sources, paths) { try write(source.bytes, to: folder + path.dropFirst(root.count)) }
    for path in sounds { try write(try Self.bytes(path), to: folder + path.dropFirst(root.count)) }
    keptPath = folder + absolutePath(main.name).dropFirst(root.count)
    return keptPath
  }

  private var keptSources: [Source] = []
  private var keptSounds: [SoundSamples] = []
  private var keptPath: String?
  private var patchCount = 0

  /// Notes events in their order.
  ///
  /// - Parameter settings: values of the command line that the present patch was given.
  func note(_ list: [LiveEvent], _ changes: [Int32: LiveChange], settings: [String]) throws {
    for event in list {
      var members = [
        JSONValue.Member("position", .integer(event.position)), JSONValue.Member("event", .string("\(event.kind)")),
      ]
      if let direction = event.direction { members.append(.init("direction", .string(direction.rawValue))) }
      if event.value != 0 { members.append(.init("value", .integer(Int(event.value)))) }
      switch event.kind == .changed ? changes[event.value] : nil {
      case .parameters(let moves)?: members.append(.init("moves", .array(moves.map(\.json))))
      case .mute(let isMuted)?: members.append(.init("mute", .bool(isMuted)))
      case .patch(let change)?: members += try facts(of: change, settings)
      case nil: break
      }
      fputs(JSONValue.object(members).text(lineLength: .max), events)
    }
    fflush(events)
  }

  private func facts(of change: PatchChange, _ settings: [String]) throws -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let stage = change.stage { members.append(.init("stage", .string(stage.rawValue))) }
    if let version = change.version {
      if let patch = try keep(version.graph) { members.append(.init("patch", .string(patch))) }
      if version.startsAfresh { members.append(.init("afresh", .bool(true))) }
      members += [
        .init("set", .array(settings.map { .string($0) })), .init("bypassed", .array(version.bypassed.map { .string($0) })),
        .init("values", .array(version.values.map { .array($0.map { $0.map { .exact($0) } ?? .null }) })),
      ]
    }
    if change.endsRemainders { members.append(.init("endsRemainders", .bool(true))) }
    return members + [.init("moves", .array(change.moves.map(\.json)))]
  }

  /// A file's content.
  static func bytes(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "re") else { throw Self.failure(path) }
    defer { fclose(file) }
    var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
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

  /// The folder, with its slash, in which all of them lie.
  private static func commonFolder(_ paths: [String]) -> String {
    var common = Array(paths[0].utf8)
    for path in paths { common = Array(zip(common, path.utf8).prefix { $0 == $1 }.map(\.0)) }
    let end = common.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    return String(decoding: common[..<end], as: UTF8.self)
  }
}

extension JSONValue {
  /// A number that reads back as it is, infinities included.
  static func exact(_ value: Double) -> JSONValue { value.isFinite ? .double(value) : .string("\(value)") }
}

extension ParameterMove {
  var json: JSONValue {
    .object([
      "actor": .string(actor), "parameter": .string(parameter), "value": .exact(value),
      "rampFrames": rampFrames.map { .integer($0) },
    ])
  }
}
