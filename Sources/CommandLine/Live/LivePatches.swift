import Glibc
import Talea

/// What a session is to play next: the patch's file when it is saved, another file, or the same patch with actors bypassed.
///
/// Requests are served one after the other. What has mistakes is told, and what plays goes on.
final class LivePatches {
  private let session: LiveSession
  /// The file that plays; nil for a chain.
  private var path: String?
  /// As on the command line, for the file that stood there.
  private(set) var settings: [String]
  private let watcher: LiveWatcher?
  /// When the first save that is not played yet was noticed, and the last one.
  private var saved: (first: UInt64, last: UInt64)?
  private var lastRefusal = ""
  private var requests: [(number: Int32, kind: Request)] = []
  private var current: (number: Int32, kind: Request)?

  private enum Request {
    case reload
    case load(String)
    case bypass(String, Bool)
  }

  /// What became of a request.
  enum Outcome {
    /// A patch from a file begins. `isAudible` is false where nothing but values differs, or nothing at all.
    case plays(String, isAudible: Bool)
    /// The diagnostics of a file, or a sentence.
    case failed(Int32, String)
  }

  init(_ session: LiveSession, path: String?, settings: [String], isWatching: Bool) {
    (self.session, self.path, self.settings) = (session, path, settings)
    watcher = isWatching ? LiveWatcher() : nil
    if path != nil { watcher?.watch(session.graph.files) }
  }

  /// - Returns: the number of the change that will begin it.
  func load(_ path: String) -> Int32 { request(.load(path)) }
  func bypass(_ address: String, _ isOn: Bool) -> Int32 { request(.bypass(address, isOn)) }

  private func request(_ kind: Request) -> Int32 {
    let number = session.reserveNumber()
    requests.append((number, kind))
    return number
  }

  /// Goes on with what is asked for. To be called every few milliseconds.
  func step() -> [Outcome] {
    let now = Processor.nanoseconds
    if watcher?.hasChanged() == true { saved = (saved?.first ?? now, now) }
    var outcomes: [Outcome] = []
    if let preparation = session.takePreparation(), let current {
      outcomes += outcome(of: preparation, current.kind)
      self.current = nil
    }
    guard session.canPrepare else { return outcomes }
    if let next = requests.first {
      requests.removeFirst()
      outcomes += start(next.number, next.kind)
    } else if let saved, now - saved.last > Self.rest || now - saved.first > Self.mostPatience {
      self.saved = nil
      outcomes += start(session.reserveNumber(), .reload)
    }
    return outcomes
  }

  /// A file is read when it has rested for 40 ms: some programs save in several strokes. After a quarter of a second
  /// without rest it is read nevertheless.
  private static let rest: UInt64 = 40_000_000
  private static let mostPatience: UInt64 = 250_000_000

  /// - Returns: what failed at once.
  private func start(_ number: Int32, _ kind: Request) -> [Outcome] {
    current = (number, kind)
    do {
      try prepare(number, kind)
      return []
    } catch {
      current = nil
      return [.failed(number, Self.text(error))]
    }
  }

  private func prepare(_ number: Int32, _ kind: Request) throws {
    let graph = session.graph
    switch kind {
    case .reload:
      let (path, settings) = (path!, settings)
      try session.prepare(bypassed: session.bypassed, number: number) { try Self.graph(path, settings) }
    case .load(let path): try session.prepare(bypassed: [], number: number) { try Self.graph(path, []) }
    case .bypass(let address, let isOn):
      let others = session.bypassed.filter { $0 != address }
      try session.prepare(bypassed: isOn ? others + [address] : others, number: number) { graph }
    }
  }

  /// The patch in a file with values of the command line, as far as it still takes them.
  static func graph(_ path: String, _ settings: [String]) throws -> Graph {
    var graph = try loadPatch(path: path)
    for setting in settings {
      if let known = try? graph.setting(setting, name: "--set") { graph = graph.applying(known) }
    }
    return graph
  }

  private func outcome(of preparation: LiveSession.Preparation, _ kind: Request) -> [Outcome] {
    switch preparation {
    case .begun(let version, let isAudible):
      if case .load(let path) = kind { (self.path, settings) = (path, []) }
      if path != nil { watcher?.watch(version.graph.files) }
      lastRefusal = ""
      if case .bypass = kind { return [] }
      return [.plays(path ?? "", isAudible: isAudible)]
    case .failed(let error, let number):
      // What it already read may be where the mistake is mended.
      if let failure = error as? PatchFailure, case .reload = kind {
        watcher?.watch(session.graph.files.union(failure.sources.map(\.name)))
      }
      let text = Self.text(error)
      // Said once, however often it is saved.
      defer { lastRefusal = text }
      if case .reload = kind, text == lastRefusal { return [] }
      return [.failed(number, text)]
    }
  }

  private static func text(_ error: any Error) -> String { errorText(error, color: Console.shared.hasColor).text }
}
