import Glibc
import Talea

/// Levels, load and controls below the messages of `talea live`, drawn some times a second; keys that choose and turn.
final class LiveView {
  private let session: LiveSession
  private let desk: ControlDesk
  private let title: String
  private let keys: LiveKeys?
  private let isUnicode: Bool
  private var chosen = 0
  private var drawnAt: UInt64 = 0
  private var load = (blocks: 0, sum: 0.0, mean: 0.0)
  private(set) var isQuitting = false

  private static let interval: UInt64 = 66_000_000

  /// nil where standard error is no terminal.
  init?(_ session: LiveSession, _ desk: ControlDesk, input: LiveEnd, output: LiveEnd) {
    guard Console.shared.isTerminal else { return nil }
    (self.session, self.desk) = (session, desk)
    func name(_ end: LiveEnd) -> String { end.device ?? end.file ?? "none" }
    let rate = session.plan.options.sampleRate
    var title = "\(name(input)) -> \(name(output))  \(rate) Hz"
    if let settings = session.playback ?? session.capture {
      title += ", \(settings.periodFrames) x \(settings.bufferFrames / max(1, settings.periodFrames))"
      title += ", \(fixed(Double(session.latencyFrames) * 1_000 / Double(rate), 2)) ms"
    }
    self.title = title
    keys = LiveKeys()
    // The first of them that says something holds.
    let names = ["LC_ALL", "LC_CTYPE", "LANG"]
    let language = names.compactMap { name in getenv(name).map { String(cString: $0) } }.first { !$0.isEmpty } ?? ""
    isUnicode = ["utf-8", "utf8"].contains { language.lowercased().contains($0) }
  }

  deinit { Console.shared.show([]) }

  /// Does what keys ask for, and draws when it is time. To be called every few milliseconds.
  func step() {
    let pressed = keys?.read() ?? []
    for key in pressed { act(on: key) }
    let now = Processor.nanoseconds
    guard now - drawnAt >= Self.interval || !pressed.isEmpty else { return }
    drawnAt = now
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let terminal = LiveScreen.Abilities(
      columns: isKnown ? Int(size.ws_col) : 80, rows: isKnown ? Int(size.ws_row) : 24,
      hasColor: Console.shared.hasColor, isUnicode: isUnicode)
    Console.shared.show(screen().lines(terminal))
  }

  private func screen() -> LiveScreen {
    let figures = session.statistics
    let levels = session.levels
    let sum = figures.load.mean * Double(figures.load.blocks)
    let blocks = figures.load.blocks - load.blocks
    // Over a tenth of a second or more: single blocks jump about.
    if Double(blocks) >= 16 { load = (figures.load.blocks, sum, max(0, sum - load.sum) / Double(blocks)) }
    let incidents = desk.incidents.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    var status = "load \(fixed(load.mean * 100, 1)) %, worst \(fixed(figures.load.worst * 100, 0)) %   "
    status += incidents.isEmpty ? "no incidents" : incidents.joined(separator: ", ")
    if desk.isMuted { status += "   muted" }
    if session.isPatchBypassed { status += "   bypassed" }
    if !session.bypassed.isEmpty { status += "   bypassed: " + session.bypassed.joined(separator: ", ") }
    if figures.limitedFrames > 0 { status += "   limited" }
    let knobs = desk.knobs
    chosen = min(chosen, max(0, knobs.count - 1))
    return LiveScreen(
      title: title, clock: clock(Double(figures.frames) / Double(session.plan.options.sampleRate)), inputs: levels.inputs,
      outputs: levels.outputs, status: status, isAlarming: !incidents.isEmpty || desk.isMuted || session.isPatchBypassed,
      knobs: knobs.map { .init(name: $0.address, value: $0.quantity.text($0.value), share: $0.share) },
      chosen: keys == nil ? nil : chosen)
  }

  private func act(on key: LiveKeys.Key) {
    switch key {
    case .up, .letter("k"): chosen = max(0, chosen - 1)
    case .down, .letter("j"): chosen = min(max(0, desk.knobs.count - 1), chosen + 1)
    case .right, .letter("l"): turn(1)
    case .left, .letter("h"): turn(-1)
    case .pageUp: turn(10)
    case .pageDown: turn(-10)
    case .letter("m"): desk.mute(!desk.isMuted)
    case .letter("b"): _ = session.setPatchBypassed(!session.isPatchBypassed)
    case .letter("q"): isQuitting = true
    case .letter: break
    }
  }

  private func turn(_ steps: Int) {
    let knobs = desk.knobs
    guard knobs.indices.contains(chosen) else { return }
    _ = session.change(knobs[chosen].target, to: knobs[chosen].turned(steps))
  }
}
