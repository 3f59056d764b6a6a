import ArgumentParser
import Glibc
import PatchLanguage
import Talea

/// `talea replay DIR`
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play a recorded live session again, offline, and compare.",
    usage: "talea replay DIR [-o FILE]",
    discussion: """
      Renders the input of a session recorded with talea live --record through the same patch with the same changes at the \
      same positions, and compares the output byte by byte. Exit status 0: the same; 1: it says where the first difference is.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("The folder of the recording.", valueName: "dir"))
  var directory: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Write what is rendered here too.", valueName: "file"))
  var output: String?

  @Flag(help: "Replace the file if it exists.")
  var force = false

  func run() throws {
    let recorded = try RecordedSession(directory)
    let replay = try LiveReplay(recorded.graph, catalog: .standard, recorded.settings)
    let original = try AudioFileReader(path: directory + "/output.wav")
    let source: SoundFileSource? =
      recorded.settings.inputChannels > 0 ? SoundFileSource(try AudioFileReader(path: directory + "/input.wav")) : nil
    let files = LiveFiles(force: force)
    let sink = try output.map { try files.sink($0)(replay.outputChannels, recorded.settings.sampleRate) }
    guard original.format.channelCount == replay.outputChannels else {
      throw CommandError.failed(
        "output.wav has \(original.format.channelCount) channels, and the patch gives \(replay.outputChannels)")
    }
    var comparison = Comparison(original, lacking: recorded.gaps.filter { !$0.isInput }.map(\.frames))
    // Behind frames that nobody kept, nothing can be rendered again.
    let inputGap = recorded.gaps.first(where: \.isInput)?.frames
    let frames = min(recorded.frames, inputGap?.lowerBound ?? .max)
    let unknown = try replay.run(frames: frames, source: source, actions: recorded.actions) { channels, first, count in
      try comparison.compare(channels, first, count)
      try sink?.write(channels.constant, frameCount: count)
    }
    _ = try files.finish()
    for move in unknown { Console.shared.write("warning: \(move.actor).\(move.parameter) could not be moved\n") }
    let rate = Double(recorded.settings.sampleRate)
    guard let difference = comparison.difference else {
      print(
        "the same bytes: \(count(comparison.frames, "frame")) (\(clock(Double(comparison.frames) / rate))), "
          + "\(count(recorded.actions.count, "event"))"
          + (comparison.skipped > 0 ? "; the recording lacks \(count(comparison.skipped, "frame")) of the output" : ""))
      guard let inputGap else { return }
      throw CommandError.failed(
        "\(directory): the recording lacks \(count(inputGap.count, "frame")) of the input from frame \(inputGap.lowerBound) on, "
          + "for which the disk was too slow; what follows cannot be rendered again")
    }
    let before = recorded.actions.last { $0.position <= difference.frame }
    print(
      "first difference: frame \(difference.frame) (\(fixed(Double(difference.frame) / rate, 4)) s), channel "
        + "\(difference.channel + 1): recorded \(difference.recorded), rendered \(difference.rendered)"
        + (before.map { "; the event before it is at frame \($0.position)" } ?? ""))
    throw ExitCode(ExitStatus.failed)
  }
}

/// Compares frames with those of a file, bit by bit.
private struct Comparison {
  private let reader: AudioFileReader
  private let buffer: PlanarBuffer
  /// What the file lacks, in the order of the stream.
  private var gaps: ArraySlice<Range<Int>>
  /// Frames that were compared, and those that the file lacks.
  private(set) var frames = 0
  private(set) var skipped = 0
  private(set) var difference: (frame: Int, channel: Int, recorded: Float, rendered: Float)?

  init(_ reader: AudioFileReader, lacking gaps: [Range<Int>]) {
    self.reader = reader
    self.gaps = gaps.sorted { $0.lowerBound < $1.lowerBound }[...]
    buffer = PlanarBuffer(channels: reader.format.channelCount, frames: 4_096)
  }

  mutating func compare(_ channels: PlanarBuffer, _ first: Int, _ count: Int) throws {
    let kept = (0..<count).filter { !isLacking(first + $0) }
    let read = try reader.read(into: UnsafePointer(buffer.mutable), frameCount: kept.count)
    if difference != nil { return }
    for (place, n) in kept.enumerated() {
      for channel in 0..<buffer.channels {
        // Frames that a recording lacks without telling differ from all that is rendered.
        let recorded = place < read ? buffer.mutable[channel][place] : .nan
        let rendered = channels.mutable[channel][n]
        guard recorded.bitPattern == rendered.bitPattern else {
          difference = (first + n, channel, recorded, rendered)
          return
        }
      }
    }
    frames += kept.count
    skipped += count - kept.count
  }

  private mutating func isLacking(_ frame: Int) -> Bool {
    while let gap = gaps.first, gap.upperBound <= frame { gaps.removeFirst() }
    return gaps.first?.contains(frame) ?? false
  }
}

/// A recording as it was read.
private struct RecordedSession {
  var graph: Graph
  var settings = LiveReplay.Settings()
  var frames = 0
  var actions: [(position: Int, action: LiveReplay.Action)] = []
  /// Frames that the disk could not take in time, in the order in which they were told.
  var gaps: [(isInput: Bool, frames: Range<Int>)] = []

  init(_ directory: String) throws {
    let session = try Self.document(directory + "/session.json")
    guard session["format"]?.integer == 1 else {
      throw CommandError.failed("\(directory)/session.json is no recording that this version can read")
    }
    var options = SettingOptions()
    options.settings = session["set"]?.elements.compactMap(\.text) ?? []
    let chain = session["chain"]?.text
    if let patch = session["patch"]?.text {
      graph = try options.applied(to: try loadPatch(path: directory + "/" + patch))
    } else {
      graph = try options.applied(to: try loadChain(chain ?? ""))
    }
    settings.sampleRate = session["sampleRate"]?.integer ?? 48_000
    settings.inputChannels = session["inputChannels"]?.integer ?? 0
    settings.outputChannels = session["outputChannels"]?.integer
    settings.streamChannels = session["streamChannels"]?.integer
    settings.safetyLimit = session["safetyLimit"]?.number.map { Float($0) }
    settings.fadeSeconds = session["fadeSeconds"]?.number ?? 0.05
    var isWhole = false
    for (line, text) in try Recording.bytes(directory + "/events.jsonl").split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let event = try? Self.node(Array(text), "events.jsonl"), let position = event["position"]?.integer else {
        throw CommandError.failed("\(directory)/events.jsonl:\(line + 1): this line is no event")
      }
      if let action = try action(event, directory) { actions.append((position, action)) }
      if event["event"]?.text == "recordingGap" {
        let count = max(0, event["value"]?.integer ?? 0)
        gaps.append((event["direction"]?.text == "capture", position..<position + count))
      }
      if event["event"]?.text == "ended" { (frames, isWhole) = (position, true) }
    }
    guard isWhole else { throw CommandError.failed("\(directory): the recording has no end; the session was cut off") }
  }

  private func action(_ event: JSONNode, _ directory: String) throws -> LiveReplay.Action? {
    switch event["event"]?.text {
    case "ending": return .end
    case "bypassed": return .bypass(true)
    case "patchResumed": return .bypass(false)
    case "changed":
      if case .bool(let isMuted)? = event["mute"]?.content { return .change(.mute(isMuted)) }
      let moves = (event["moves"]?.elements ?? []).map {
        ParameterMove(
          actor: $0["actor"]?.text ?? "", parameter: $0["parameter"]?.text ?? "", value: $0["value"]?.exact ?? 0,
          rampFrames: $0["rampFrames"]?.integer)
      }
      guard event["stage"] != nil || event["values"] != nil || event["endsRemainders"] != nil else {
        return .change(.parameters(moves))
      }
      var change = PatchChange(
        stage: event["stage"]?.text.flatMap { Transition.Stage.Kind(rawValue: $0) },
        endsRemainders: event["endsRemainders"] != nil, moves: moves)
      if let values = event["values"] {
        var graph = graph
        if let patch = event["patch"]?.text {
          graph = try LivePatches.graph(directory + "/" + patch, event["set"]?.elements.compactMap(\.text) ?? [])
        }
        change.version = PatchVersion(
          graph: graph, values: values.elements.map { $0.elements.map(\.exact) },
          bypassed: event["bypassed"]?.elements.compactMap(\.text) ?? [], startsAfresh: event["afresh"] != nil)
      }
      return .change(.patch(change))
    default: return nil
    }
  }

  private static func document(_ path: String) throws -> JSONNode {
    let bytes = try Recording.bytes(path)
    guard let node = try? node(bytes, path) else { throw CommandError.failed("\(path) is not JSON") }
    return node
  }

  private static func node(_ bytes: [UInt8], _ name: String) throws -> JSONNode {
    var reader = JSONReader(Source(name: name, bytes: bytes), index: 0)
    return try reader.document()
  }
}

extension JSONNode {
  subscript(key: String) -> JSONNode? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key.value == key }?.value
  }
  var text: String? { if case .string(let text) = content { text } else { nil } }
  var number: Double? { if case .number(let digits) = content { Double(digits) } else { nil } }
  /// As `JSONValue.exact` writes it.
  var exact: Double? { number ?? text.flatMap { Double($0) } }
  var integer: Int? { if case .number(let digits) = content { Int(digits) } else { nil } }
  var elements: [JSONNode] { if case .array(let nodes) = content { nodes } else { [] } }
}
